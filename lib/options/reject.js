'use strict';
// Argument errors, worded by the running Node.
//
// validate.js only decides whether an argument is one that every Node takes. All others go to the built-in function. It
// throws the error of its own version (same class, code and message), or takes the argument, and then so do we. It
// never starts anything here: it also gets an option that it is sure to refuse, after all those that it is asked about.

const { originals } = require('../builtin.js');
const { POISON } = require('../running-node.js');
const { areLimitsOrdinary, isObject } = require('./validate.js');

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
 * @param {any} options
 * @param {string} last the last option the built-in looks at
 */
function poisoned(options, last) {
  if (options === undefined) return { [last]: POISON };
  // Anything else is refused as it is.
  return isObject(options) ? { __proto__: Object.getPrototypeOf(options), ...options, [last]: POISON } : options;
}

/**
 * Throws the built-in's error if spawn(), spawnSync() or execFileSync() would refuse these arguments.
 * @param {'spawn' | 'spawnSync' | 'execFileSync'} name
 * @param {any} file
 * @param {any} args
 * @param {any} options
 */
function rejectSpawn(name, file, args, options) {
  if (name === 'spawn' && isAccepted(file, args, options)) return;
  const ask = /** @type {any} */ (originals[name]);
  // To execFileSync() what follows options in the place of args is a callback.
  rethrow(() =>
    isObject(args) ? ask(file, poisoned(args, 'stdio'), options) : ask(file, args, poisoned(options, 'stdio')),
  );
}

/**
 * Whether spawn() takes them. spawnSync() is asked, since it publishes no child: spawn() publishes one on the channel
 * `child_process`, even where it then refuses the stdio.
 * @param {any} file
 * @param {any} args
 * @param {any} options
 */
function isAccepted(file, args, options) {
  const given = isObject(args) ? args : options;
  if (!(given === undefined || isObject(given)) || !areLimitsOrdinary(given ?? {})) return false;
  const asked = Object.assign(poisoned(given, 'stdio'), { input: undefined, maxBuffer: undefined });
  try {
    originals.spawnSync(file, isObject(args) ? [] : args, asked);
    return false;
  } catch (error) {
    return error instanceof Error && error.message.includes(POISON);
  }
}

/**
 * Throws the built-in's error if execFile() would refuse these arguments.
 * @param {any} file
 * @param {any} args
 * @param {any} options
 * @param {any} callback
 */
function rejectExecFile(file, args, options, callback) {
  rethrow(() => originals.execFile(file, args, poisoned(options ?? undefined, 'signal'), callback));
}

/**
 * Throws the built-in's error if exec() would refuse these arguments.
 * @param {any} command
 * @param {any} options
 * @param {any} callback
 */
function rejectExec(command, options, callback) {
  rethrow(() => originals.exec(command, poisoned(options ?? undefined, 'signal'), callback));
}

/**
 * Throws the built-in's error if execSync() would refuse these arguments.
 * @param {any} command
 * @param {any} options
 */
function rejectExecSync(command, options) {
  rethrow(() => /** @type {any} */ (originals).execSync(command, poisoned(options ?? undefined, 'stdio')));
}

/**
 * Throws the built-in's error if fork() would refuse these arguments.
 * @param {any} modulePath
 * @param {any} args
 * @param {any} options
 */
function rejectFork(modulePath, args, options) {
  rethrow(() => originals.fork(modulePath, args, poisoned(options ?? undefined, 'signal')));
}

/**
 * Throws the built-in's error for an `input` that is neither a string nor bytes.
 * @param {any} input
 */
function rejectInput(input) {
  // If the input is taken, this path still cannot run.
  originals.spawnSync('/dev/null/none', { input });
}

/**
 * Throws the built-in's error if spawnSync() would refuse this `stdio`.
 * @param {any} stdio
 */
function rejectStdioSync(stdio) {
  originals.spawnSync('/dev/null/none', { stdio });
}

/**
 * Throws the built-in's error if ChildProcess.prototype.spawn would refuse these options.
 * @param {any} options
 */
function rejectStart(options) {
  const args = options?.args;
  const known = args === undefined || Array.isArray(args);
  const start = known && isObject(options) ? poisoned(options, 'args') : options;
  rethrow(() => /** @type {any} */ (new originals.ChildProcess()).spawn(start));
}

/**
 * Throws the built-in's error for a signal there is not.
 * @param {any} signal
 * @returns {false} when this Node takes it: there is nothing that we could send
 */
function rejectKill(signal) {
  const child = /** @type {any} */ (new originals.ChildProcess());
  // It was never started, and without a handle it sends no signal.
  child._handle = null;
  child.kill(signal);
  return false;
}

module.exports = {
  rejectExec,
  rejectExecFile,
  rejectExecSync,
  rejectFork,
  rejectInput,
  rejectKill,
  rejectSpawn,
  rejectStart,
  rejectStdioSync,
};
