'use strict';
// Whether arguments are of the kinds that every Node takes. A "no" here is not
// an error yet: reject.js asks the running Node.

const { signalNumber } = require('./signals.js');

/** @param {unknown} value */
const isCleanString = (value) => typeof value === 'string' && !value.includes('\0');

/** What is no string yet becomes one without being looked at. @param {unknown} value */
const isCleanIfString = (value) => typeof value !== 'string' || isCleanString(value);

/** @param {any} value */
const isInt32 = (value) => Number.isInteger(value) && value === (value | 0);

/** @param {unknown} value */
const isBoolean = (value) => typeof value === 'boolean';

/** @param {unknown} value */
const isObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);

/** @param {unknown} value */
const isAmount = (value) => typeof value === 'number' && value >= 0;

/** @param {unknown} value */
const isTime = (value) => Number.isSafeInteger(value) && /** @type {number} */ (value) >= 0;

/** @param {unknown} value */
const isSignal = (value) => signalNumber(value) !== undefined;

/** @type {Record<string, (value: any) => boolean>} */
const KNOWN_OPTIONS = {
  argv0: isCleanString,
  cwd: isCleanString,
  detached: isBoolean,
  gid: isInt32,
  killSignal: isSignal,
  maxBuffer: isAmount,
  shell: (value) => isBoolean(value) || isCleanString(value),
  signal: (value) => value instanceof AbortSignal,
  timeout: isTime,
  uid: isInt32,
  windowsHide: isBoolean,
  windowsVerbatimArguments: isBoolean,
};

/**
 * Whether an option is as good as left out.
 * @param {string} name
 * @param {unknown} value
 */
function isNothing(name, value) {
  return value === undefined || (value === null && name !== 'signal');
}

/**
 * @param {any} file
 * @param {any} options
 */
function areOrdinary(file, options) {
  if (!isCleanString(file) || file === '') return false;
  if (options === undefined) return true;
  if (!isObject(options)) return false;
  for (const name of Object.keys(KNOWN_OPTIONS)) {
    const value = options[name];
    if (!isNothing(name, value) && !KNOWN_OPTIONS[name](value)) return false;
  }
  return true;
}

module.exports = { areOrdinary, isAmount, isCleanIfString, isCleanString, isObject, isSignal, isTime };
