'use strict';
// The arguments of execFile() and execFileSync(), which reads them as if it took a callback, too.

const { isAmount, isCleanString, isObject, isSignal, isTime } = require('./validate.js');

/**
 * Each of the three may be left out.
 * @param {any} args
 * @param {any} options
 * @param {any} [callback]
 */
function shuffle(args, options, callback) {
  if (typeof args === 'function') return { args: [], options: undefined, callback: args };
  if (isObject(args)) return { args: [], options: args, callback: options };
  const list = args ?? [];
  if (typeof options === 'function') return { args: list, options: undefined, callback: options };
  return { args: list, options: options ?? undefined, callback };
}

/**
 * Whether they are of the kinds that every Node takes.
 * @param {{ args: any, options: any, callback: any }} given
 */
function areUsual({ args, options, callback }) {
  if (!Array.isArray(args) || !(isNothing(callback) || typeof callback === 'function')) return false;
  if (options === undefined) return true;
  if (!isObject(options) || !isUsualName(options.argv0)) return false;
  const { timeout, maxBuffer, killSignal } = options;
  return (
    (isNothing(timeout) || isTime(timeout)) &&
    (isNothing(maxBuffer) || isAmount(maxBuffer)) &&
    (isNothing(killSignal) || isSignal(killSignal))
  );
}

/** @param {unknown} value */
const isNothing = (value) => value === undefined || value === null;

/** Of `argv0`. @param {unknown} value */
const isUsualName = (value) => isNothing(value) || isCleanString(value);

module.exports = { areUsual, isUsualName, shuffle };
