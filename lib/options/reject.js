'use strict';
// Argument errors, worded by the running Node.
//
// The checks in validate.js only decide whether an argument is one of those
// everybody passes. What is not goes to the built-in function, which throws the
// error of its own version (same class, code and message), or takes it, and
// then so do we. The built-in never starts anything here: it is handed one more
// argument that it is sure to refuse, after all those it is asked about.

const { originals } = require('../builtin.js');

const POISON = 'forkless:refuse';

/**
 * Throws what `ask` throws, unless that is about the poison.
 * @param {() => unknown} ask
 */
function rethrow(ask) {
  try {
    ask();
  } catch (error) {
    if (!(error instanceof Error && error.message.includes(POISON))) throw error;
  }
}

/**
 * Throws the built-in's error if spawn() would refuse these arguments; `stdio` is not asked about.
 * @param {any} file
 * @param {any} args
 * @param {any} options
 */
function rejectSpawn(file, args, options) {
  rethrow(() => originals.spawn(file, args, poisoned(options, 'stdio')));
}

/**
 * Throws the built-in's error if ChildProcess.prototype.spawn would refuse these options.
 * @param {any} options
 */
function rejectStart(options) {
  const args = options?.args;
  const known = args === undefined || Array.isArray(args);
  rethrow(() => startBuiltin(known ? poisoned(options, 'args') : options));
}

/**
 * What the built-in's ChildProcess.prototype.spawn does; for calls that it is known to refuse.
 * @param {any} options
 */
function startBuiltin(options) {
  return /** @type {any} */ (new originals.ChildProcess()).spawn(options);
}

/**
 * Throws the built-in's error for a signal there is not.
 * @param {any} signal
 * @returns {false} when this Node takes it: there is nothing we could send
 */
function rejectKill(signal) {
  // This child was never started, so nothing can be hit.
  const child = /** @type {any} */ (new originals.ChildProcess());
  child._handle = null;
  child.kill(signal);
  return false;
}

/**
 * @param {any} options
 * @param {string} key the last option the built-in looks at
 */
function poisoned(options, key) {
  if (options === undefined) return { [key]: POISON };
  const plain = typeof options === 'object' && options !== null && !Array.isArray(options);
  return plain ? { ...options, [key]: POISON } : options;
}

module.exports = { rejectKill, rejectSpawn, rejectStart, rethrow, startBuiltin };
