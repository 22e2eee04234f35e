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
const addedLimits = (options) => checked(options, LIMITS) ?? Object.create(null);

/**
 * @param {any} options
 * @param {readonly (typeof NAMES)[number][]} names
 */
function checked(options, names) {
  if (!isObject(options)) return undefined;
  for (const name of TO_COME) {
    if (Object.hasOwn(options, name) && options[name])
      throw require('./added-errors.js').unavailable(name, 'forkless does not have it yet');
  }
  /** @type {AddedOptions | undefined} */
  let added;
  for (const name of names) {
    if (!Object.hasOwn(options, name) || (name === 'input' && isOfExeca(options))) continue;
    const value = CHECKS[name](options[name], name);
    if (value === undefined) continue;
    // Without a prototype: what is not named is not there.
    added ??= /** @type {AddedOptions} */ (Object.create(null));
    added[name] = value;
  }
  return added;
}

/**
 * execa hands its own options on to spawn(). Those that have our names mean the same, but its `input` it writes itself.
 * @param {any} options
 */
const isOfExeca = (options) => Object.hasOwn(options, 'stripFinalNewline');

/**
 * Those that are named, unchecked, for options that are made of others.
 * @param {any} options
 */
function namedAdditions(options) {
  const names = [...NAMES, ...TO_COME].filter((name) => Object.hasOwn(options, name));
  return names.length > 0 ? Object.fromEntries(names.map((name) => [name, options[name]])) : undefined;
}

/**
 * @param {unknown} value
 * @param {string} name
 */
function milliseconds(value, name) {
  if (value === undefined || value === false) return undefined;
  if (typeof value === 'number' && value >= 0 && value !== Number.POSITIVE_INFINITY) return value;
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
 * A Readable, also of an older library; a web stream; whatever gives its parts one by one and not at once.
 * @param {any} value
 */
const isSource = (value) =>
  typeof value === 'object' && (typeof value[Symbol.asyncIterator] === 'function' || typeof value.pipe === 'function');

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
function keeperOf({ killDescendants, dieWithParent } = {}) {
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

module.exports = { addedLimits, addedOptions, keeperOf, milliseconds, namedAdditions };
