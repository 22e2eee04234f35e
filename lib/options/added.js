'use strict';
// The options that forkless adds to the built-in's. Only a caller's own properties count: what somebody has put on a
// prototype asks for nothing.

const { isObject } = require('./validate.js');

/**
 * @typedef {object} AddedOptions
 * @property {number} [drainTimeout] milliseconds from the exit on for which others may hold the streams open
 * @property {number} [forceKillAfterDelay] milliseconds from the first signal that was to end the child to SIGKILL
 * @property {any} [input] all of the child's stdin
 */

const LIMITS = /** @type {const} */ (['drainTimeout', 'forceKillAfterDelay']);
const NAMES = /** @type {const} */ ([...LIMITS, 'input']);

/** Those that no platform has yet. To pass over one would be to break a promise. */
const TO_COME = ['cgroup', 'dieWithParent', 'killDescendants', 'pty', 'rlimits', 'sandbox'];

/** The longest time that a timer of Node's takes, in milliseconds. */
const LONGEST = 2 ** 31 - 1;

/** Few calls need it. */
const words = () => require('./added-errors.js');

/**
 * @param {any} options as the user gave them
 * @returns {AddedOptions | undefined} nothing where none of them is named, as by most
 * @throws on a value that is none of that option
 */
function addedOptions(options) {
  return checked(options, NAMES);
}

/**
 * Those of the blocking functions, whose `input` is the built-in's.
 * @param {any} options
 * @returns {AddedOptions}
 */
const addedLimits = (options) => checked(options, LIMITS) ?? {};

/**
 * @param {any} options
 * @param {readonly ('drainTimeout' | 'forceKillAfterDelay' | 'input')[]} names
 */
function checked(options, names) {
  if (!isObject(options)) return undefined;
  for (const name of TO_COME) {
    if (Object.hasOwn(options, name) && options[name]) throw words().unavailable(name, 'forkless does not have it yet');
  }
  /** @type {AddedOptions | undefined} */
  let added;
  for (const name of names) {
    if (!Object.hasOwn(options, name)) continue;
    const value = CHECKS[name](options[name], name);
    if (value !== undefined) added = { ...added, [name]: value };
  }
  return added;
}

/**
 * Those that are named, unchecked, for options that are made of others.
 * @param {any} options
 */
function namedAdditions(options) {
  const names = [...NAMES, ...TO_COME].filter((name) => Object.hasOwn(options, name));
  // An input that is text has the encoding of the output, as with the blocking functions.
  if (names.includes('input')) names.push('encoding');
  return names.length > 0 ? Object.fromEntries(names.map((name) => [name, options[name]])) : undefined;
}

/**
 * @param {unknown} value
 * @param {string} name
 */
function milliseconds(value, name) {
  if (value === undefined || value === false) return undefined;
  if (typeof value === 'number' && value >= 0 && value !== Number.POSITIVE_INFINITY) return Math.min(value, LONGEST);
  throw words().noTime(`options.${name}`, value);
}

/** @param {any} value */
function input(value) {
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'string' || ArrayBuffer.isView(value) || isSource(value)) return value;
  throw words().noInput(value);
}

/**
 * A Readable, also of an older library; a web stream; whatever gives its parts one by one and not at once. What can only
 * be written to has a pipe(), too.
 * @param {any} value
 */
function isSource(value) {
  if (typeof value !== 'object') return false;
  if (typeof value[Symbol.asyncIterator] === 'function' || typeof value.getReader === 'function') return true;
  return typeof value.pipe === 'function' && typeof value.readable === 'boolean';
}

const CHECKS = { drainTimeout: milliseconds, forceKillAfterDelay: milliseconds, input };

module.exports = { LONGEST, addedLimits, addedOptions, milliseconds, namedAdditions };
