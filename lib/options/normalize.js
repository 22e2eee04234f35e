'use strict';
// The arguments of spawn() and spawnSync(), in any form they take, to one
// options object that nothing after this checks again.

const { envPairs, inheritEnv } = require('./env.js');
const { pathOf } = require('./path.js');
const { handOnPermissions } = require('./permission.js');
const { rejectSpawn } = require('./reject.js');
const { optionsPrototype, takesOwnOnly } = require('../running-node.js');
const { shellCommand } = require('./shell.js');
const { areOrdinary, isCleanIfString, isObject } = require('./validate.js');

/**
 * @typedef {object} StartOptions what ChildProcess.prototype.spawn takes; the user's own options are in it too
 * @property {string} file the program
 * @property {any[]} args all arguments, the program's own name first; what is no string becomes one at the start
 * @property {any} [cwd] a path, bytes or nothing
 * @property {boolean} detached
 * @property {boolean | string} [shell]
 * @property {string[]} envPairs NAME=value; a getter where it is this process's environment
 * @property {number} [uid]
 * @property {number} [gid]
 * @property {any} [stdio] as the user gave it
 * @property {any} [input] of the blocking functions
 * @property {string} [encoding]
 * @property {number | null} [maxBuffer] bytes
 * @property {'json' | 'advanced'} [serialization]
 * @property {AbortSignal} [signal]
 * @property {number} [timeout] milliseconds
 * @property {string | number} [killSignal]
 */

/**
 * @param {'spawn' | 'spawnSync'} name the function that was called
 * @param {any} file
 * @param {any} givenArgs
 * @param {any} givenOptions
 * @param {boolean} [areOurs] whether they are an object of ours, to be completed in place if it has no prototype
 * @returns {StartOptions}
 */
function normalizeSpawn(name, file, givenArgs, givenOptions, areOurs = false) {
  const reject = () => rejectSpawn(name, file, givenArgs, givenOptions);
  const [userArgs, passed] = shuffle(givenArgs, givenOptions, reject);
  /** @type {any} */
  const normalized =
    areOurs && Object.getPrototypeOf(passed) === null ? passed : { __proto__: optionsPrototype, ...passed };
  const options = isObject(passed) && !inheritsOptions(passed) ? normalized : passed;
  if (!areOrdinary(file, options)) reject();

  const args = userArgs.slice();
  const env = envPairs(options?.env);
  if (!env.clean || !args.every(isCleanIfString)) reject();

  const command = options?.shell ? shellCommand(file, args, options.shell) : { file, args };
  command.args.unshift(typeof options?.argv0 === 'string' ? options.argv0 : command.file);
  if (env.pairs) handOnPermissions(env.pairs, file, userArgs, options);
  // One by one: these objects are dictionaries to V8, and to copy one takes longer than all the rest here.
  normalized.args = command.args;
  normalized.cwd = pathOf(options?.cwd);
  normalized.detached = !!options?.detached;
  normalized.envPairs = env.pairs;
  normalized.file = command.file;
  normalized.windowsHide = !!options?.windowsHide;
  normalized.windowsVerbatimArguments = !!options?.windowsVerbatimArguments;
  if (!env.pairs) inheritEnv(normalized);
  return normalized;
}

/** How many names Object.prototype has where nobody has added to them. */
const NAMES = '__proto__' in Object.prototype ? 12 : 11;

const isPolluted = () => Object.getOwnPropertyNames(Object.prototype).length !== NAMES;

/**
 * Whether what an object inherits is options, too. What most inherit is none, in any Node.
 * @param {object} options
 */
function inheritsOptions(options) {
  const prototype = Object.getPrototypeOf(options);
  if (prototype === null || (prototype === Object.prototype && !isPolluted())) return false;
  return !takesOwnOnly();
}

/** What an object of ours inherits that the built-in would make as a plain one. */
const plainPrototype = () => (isPolluted() && !takesOwnOnly() ? Object.prototype : null);

/**
 * `args` may be left out, with the options in its place.
 * @param {any} args
 * @param {any} options
 * @param {() => void} reject
 * @returns {[unknown[], any]}
 */
function shuffle(args, options, reject) {
  if (Array.isArray(args)) return [args, options];
  if (args === undefined || args === null) return [[], options];
  if (typeof args !== 'object') reject();
  return [[], args];
}

module.exports = { normalizeSpawn, plainPrototype };
