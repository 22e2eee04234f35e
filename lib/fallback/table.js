'use strict';
// The built-in's functions with what forkless adds, where there is no native code or it must not be used.

const { promisify } = require('node:util');
const { addPromiseForm } = require('../api/promised.js');
const { originals } = require('../builtin.js');
const { addedLimits, addedOptions } = require('../options/added.js');
const { noPipe, unavailable } = require('../options/added-errors.js');
const { optionsPrototype, takesOwnOnly } = require('../running-node.js');
const { parseStdio } = require('../stdio/parse.js');
const { blameFolder } = require('./cause.js');
const { adopt, refuseKeeper, watchLimits } = require('./child.js');

/** @typedef {'exec' | 'execFile' | 'fork' | 'spawn'} Starting */
/** @typedef {'execFileSync' | 'execSync' | 'spawnSync'} Blocking */

/**
 * The options among the arguments of a call.
 * @param {string} name
 * @param {any[]} args
 * @returns {any} nothing where there are none
 */
function optionsOf(name, [, second, third]) {
  const isLine = name === 'exec' || name === 'execSync';
  const options = isLine || !(Array.isArray(second) || second === undefined || second === null) ? second : third;
  return typeof options === 'object' && options !== null ? options : undefined;
}

/**
 * Options as the built-in reads them: the newest take what is inherited for nothing, those before still take a folder.
 * @param {any} options
 */
function asRead(options) {
  if (!options) return options;
  const read = { __proto__: optionsPrototype, ...options };
  if (!takesOwnOnly()) read.cwd = options.cwd;
  return read;
}

/**
 * What the options of a call ask for beyond the built-in's.
 * @param {Starting} name
 * @param {any} options
 * @param {string} reason why there is no native code
 */
function additionsOf(name, options, reason) {
  const added = addedOptions(options);
  refuseKeeper(added, reason);
  if (added?.input === undefined) return added;
  const stdio = name === 'fork' && !options.stdio ? (options.silent ? 'pipe' : 'inherit') : options.stdio;
  // exec() and execFile() have pipes in any case.
  if ((name === 'fork' || name === 'spawn') && parseStdio(stdio)?.[0]?.kind !== 'pipe') throw noPipe(stdio);
  return added;
}

/**
 * @param {Starting} name
 * @param {string} reason why there is no native code
 * @returns {any} a function in the built-in's place
 */
function starting(name, reason) {
  const builtin = /** @type {any} */ (originals[name]);
  const isCollecting = promisify.custom in builtin;
  /** @param {any[]} args */
  function wrapper(...args) {
    /** @type {any} */
    let child;
    const options = asRead(optionsOf(name, args));
    const added = additionsOf(name, options, reason);
    const limits = watchLimits(options, isCollecting);
    try {
      child = builtin(...args);
    } catch (error) {
      limits?.forget();
      blameFolder(error, options);
      throw error;
    }
    adopt(child, { added, options, limits, isCollecting });
    return child;
  }
  if (isCollecting) addPromiseForm(wrapper, builtin);
  return named(wrapper, builtin);
}

/**
 * @param {Blocking} name
 * @param {string} reason why what a limit needs is missing
 */
function blocking(name, reason) {
  const builtin = /** @type {any} */ (originals[name]);
  /** @param {any[]} args */
  function wrapper(...args) {
    const options = asRead(optionsOf(name, args));
    const [limit] = options ? Object.keys(addedLimits(options)) : [];
    if (limit) throw unavailable(limit, reason);
    try {
      const result = builtin(...args);
      return name === 'spawnSync' ? withAdditions(result, options) : result;
    } catch (/** @type {any} */ error) {
      blameFolder(error, options);
      if (error && Object.hasOwn(error, 'status')) withAdditions(error, options);
      throw error;
    }
  }
  return named(wrapper, builtin);
}

/**
 * @param {any} result
 * @param {any} options
 */
function withAdditions(result, options) {
  if (result.error) blameFolder(result.error, options);
  return Object.defineProperty(result, 'resourceUsage', { value: null, writable: true, configurable: true });
}

/**
 * @template {Function} T
 * @param {T} wrapper
 * @param {Function} builtin whose name and length it gets
 * @returns {T} the same
 */
function named(wrapper, { name, length }) {
  Object.defineProperty(wrapper, 'name', { value: name, configurable: true });
  return Object.defineProperty(wrapper, 'length', { value: length, configurable: true });
}

/**
 * @param {string} reason why there is no native code
 * @returns {typeof originals}
 */
function fallbackTable(reason) {
  const [exec, execFile, fork, spawn] = /** @type {const} */ (['exec', 'execFile', 'fork', 'spawn']).map((name) =>
    starting(name, reason),
  );
  const [execFileSync, execSync, spawnSync] = /** @type {const} */ (['execFileSync', 'execSync', 'spawnSync']).map(
    (name) => blocking(name, reason),
  );
  return { ...originals, exec, execFile, execFileSync, execSync, fork, spawn, spawnSync };
}

module.exports = { fallbackTable };
