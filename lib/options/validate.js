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

/**
 * Whether an option is as good as left out, or of its kind.
 * @param {unknown} value
 * @param {(value: any) => boolean} isKnown
 */
const fits = (value, isKnown) => value === undefined || value === null || isKnown(value);

/** @param {unknown} value */
const isShell = (value) => isBoolean(value) || isCleanString(value);

/** What only the asynchronous functions look at, or in their own way. @param {any} options */
function areLimitsOrdinary({ killSignal, signal, timeout }) {
  return fits(killSignal, isSignal) && (signal === undefined || signal instanceof AbortSignal) && fits(timeout, isTime);
}

/**
 * @param {any} file
 * @param {any} options
 */
function areOrdinary(file, options) {
  if (!isCleanString(file) || file === '') return false;
  if (options === undefined) return true;
  if (!isObject(options)) return false;
  const { argv0, cwd, detached, gid, maxBuffer, shell, uid } = options;
  // Written out: every start comes by here, and most programs start too few children for a loop to get fast.
  return (
    fits(argv0, isCleanString) &&
    fits(cwd, isCleanString) &&
    fits(detached, isBoolean) &&
    fits(gid, isInt32) &&
    fits(maxBuffer, isAmount) &&
    fits(shell, isShell) &&
    fits(uid, isInt32) &&
    fits(options.windowsHide, isBoolean) &&
    fits(options.windowsVerbatimArguments, isBoolean) &&
    areLimitsOrdinary(options)
  );
}

module.exports = {
  areLimitsOrdinary,
  areOrdinary,
  isAmount,
  isCleanIfString,
  isCleanString,
  isObject,
  isSignal,
  isTime,
};
