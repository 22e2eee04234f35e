'use strict';
// The options that forkless adds to the built-in's. Only a caller's own properties count: what somebody has put on a
// prototype asks for nothing.

const { binding } = require('../native.js');
const { isObject } = require('./validate.js');

/**
 * @typedef {object} AddedOptions
 * @property {number} [drainTimeout] milliseconds from the exit on for which others may hold the streams open
 * @property {number} [forceKillAfterDelay] milliseconds from the first signal that was to end the child to SIGKILL
 * @property {any} [input] all of the child's stdin
 * @property {boolean | 'exit'} [killDescendants] whether what ends the child, or its end, ends all that it has started
 * @property {boolean} [dieWithParent] whether that all ends with this program
 */

const LIMITS = /** @type {const} */ (['drainTimeout', 'forceKillAfterDelay', 'killDescendants', 'dieWithParent']);
const NAMES = /** @type {const} */ ([...LIMITS, 'input']);

/** Those that no platform has yet. To pass over one would be to break a promise. */
const TO_COME = ['cgroup', 'pty', 'rlimits', 'sandbox'];

/** The longest time that a timer of Node's takes, in milliseconds. */
const LONGEST = 2 ** 31 - 1;

/** Nothing that somebody has put on Object.prototype is in it, nor in what `checked` makes. @type {AddedOptions} */
const NONE = Object.freeze(Object.create(null));

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
const addedLimits = (options) => checked(options, LIMITS) ?? NONE;

/**
 * @param {any} options
 * @param {readonly (typeof NAMES)[number][]} names
 * @returns {AddedOptions | undefined}
 */
function checked(options, names) {
  if (!isObject(options)) return undefined;
  for (const name of TO_COME) {
    if (Object.hasOwn(options, name) && options[name])
      throw require('./added-errors.js').unavailable(name, 'forkless does not have it yet');
  }
  const theirs = isOfExeca(options) ? OF_EXECA : [];
  /** @type {any} */
  let added;
  for (const name of names) {
    if (!Object.hasOwn(options, name) || theirs.includes(name)) continue;
    const value = CHECKS[name](options[name], name);
    if (value === undefined) continue;
    // Without a prototype: what is not named is not there.
    added ??= Object.create(null);
    added[name] = value;
  }
  return added;
}

/**
 * execa hands its own options on to spawn(), and keeps itself what they say: it writes its `input`, and has a timer for its
 * `forceKillAfterDelay`.
 * @type {readonly string[]}
 */
const OF_EXECA = ['forceKillAfterDelay', 'input'];

/** One of its own tells them. @param {any} options */
const isOfExeca = (options) => Object.hasOwn(options, 'stripFinalNewline');

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
  throw require('./added-errors.js').noTime(`options.${name}`, value);
}

/** @param {any} value */
function input(value) {
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'string' || ArrayBuffer.isView(value) || isSource(value)) return value;
  const { noInput } = require('./added-errors.js');
  throw noInput(value);
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

/**
 * @param {unknown} value
 * @param {string} name
 */
function keeper(value, name) {
  if (value === undefined || value === false) return undefined;
  if (value !== true && !(value === 'exit' && name === 'killDescendants')) {
    const { noChoice } = require('./added-errors.js');
    throw noChoice(name, value);
  }
  const reason = binding?.whyNoKeeper();
  if (reason) throw require('./added-errors.js').unavailable(name, reason);
  return value;
}

/**
 * What the keeper of a child is to do; 0 where it has none.
 * @param {AddedOptions | undefined} added
 */
function keeperOf(added) {
  const { killDescendants, dieWithParent } = added ?? NONE;
  if (!killDescendants && !dieWithParent) return 0;
  const atExit = killDescendants === 'exit' ? KILL_AT_EXIT : 0;
  return (killDescendants ? KILL_DESCENDANTS : 0) | atExit | (dieWithParent ? DIE_WITH_PROGRAM : 0);
}

/** As native code takes them. */
const KILL_DESCENDANTS = 1;
const KILL_AT_EXIT = 2;
const DIE_WITH_PROGRAM = 4;

/** @type {Record<string, (value: any, name: string) => any>} */
const CHECKS = {
  dieWithParent: keeper,
  drainTimeout: milliseconds,
  forceKillAfterDelay: milliseconds,
  input,
  killDescendants: keeper,
};

module.exports = { LONGEST, addedLimits, addedOptions, keeperOf, milliseconds, namedAdditions };
