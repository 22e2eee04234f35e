'use strict';
// Whether arguments are of the kinds that every Node takes. A "no" here is not
// an error yet: reject.js asks the running Node.

const { signalNumber } = require('./signals.js');

/** @param {unknown} value */
const isCleanString = (value) => typeof value === 'string' && !value.includes('\0');

/** @param {any} value */
const isInt32 = (value) => Number.isInteger(value) && value === (value | 0);

/** @param {unknown} value */
const isBoolean = (value) => typeof value === 'boolean';

/** @param {unknown} value */
const isObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);

/** @type {Record<string, (value: any) => boolean>} */
const KNOWN_OPTIONS = {
  argv0: isCleanString,
  cwd: isCleanString,
  detached: isBoolean,
  gid: isInt32,
  killSignal: (value) => signalNumber(value) !== undefined,
  shell: (value) => isBoolean(value) || isCleanString(value),
  signal: (value) => value instanceof AbortSignal,
  timeout: (value) => Number.isSafeInteger(value) && value >= 0,
  uid: isInt32,
  windowsHide: isBoolean,
  windowsVerbatimArguments: isBoolean,
};

/**
 * @param {any} file
 * @param {any} options
 */
function areOrdinary(file, options) {
  if (!isCleanString(file) || file === '') return false;
  if (options === undefined) return true;
  if (!isObject(options)) return false;
  for (const name in KNOWN_OPTIONS) {
    const value = options[name];
    if (value !== undefined && !KNOWN_OPTIONS[name](value)) return false;
  }
  return true;
}

module.exports = { areOrdinary, isCleanString, isObject };
