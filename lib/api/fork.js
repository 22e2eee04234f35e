'use strict';
// fork(): a Node process with an IPC channel.
// Source: https://nodejs.org/api/child_process.html#child_processforkmodulepath-args-options

const { instead } = require('../fallback/instead.js');
const { codedError } = require('../errors.js');
const { pathOf } = require('../options/path.js');
const { isLeftToBuiltin } = require('../options/permission.js');
const { optionsPrototype } = require('../running-node.js');
const { rejectFork } = require('../options/reject.js');
const { isCleanIfString, isCleanString, isObject } = require('../options/validate.js');
const { spawn } = require('./spawn.js');

/** The `stdio` that one word stands for. */
const WORDS = new Set(['ignore', 'inherit', 'overlapped', 'pipe']);

/**
 * Starts a Node process that runs a module and can be sent messages.
 * @param {string | URL} modulePath
 * @param {any} [args]
 * @param {any} [options]
 * @returns {any} a ChildProcess
 */
function fork(modulePath, args = undefined, options = undefined) {
  if (isLeftToBuiltin()) return instead().fork(modulePath, args, options);
  const given = shuffle(args, options);
  if (!areOrdinary(modulePath, given)) rejectFork(modulePath, given.args, given.options);
  /** @type {any} */
  const settings = { __proto__: optionsPrototype, ...given.options, shell: false };
  settings.execPath = settings.execPath || process.execPath;
  settings.stdio = stdioOf(settings);
  const execArgv = execArgvOf(settings);
  return spawn(settings.execPath, [...execArgv, pathOf(modulePath), ...given.args], settings);
}

/**
 * @param {any} args
 * @param {any} options
 */
function shuffle(args, options) {
  if (isObject(args)) return { args: [], options: args };
  return { args: args ?? [], options: options ?? undefined };
}

/**
 * @param {any} modulePath
 * @param {{ args: any, options: any }} given
 */
function areOrdinary(modulePath, { args, options }) {
  if (!(isCleanString(modulePath) || modulePath instanceof URL) || !Array.isArray(args)) return false;
  if (options === undefined) return true;
  if (!isObject(options)) return false;
  const { execArgv, execPath, stdio } = options;
  const flags = Array.isArray(execArgv) ? execArgv : [];
  return [execPath, ...flags].every(isCleanIfString) && (typeof stdio !== 'string' || WORDS.has(stdio));
}

/** @param {any} options */
function stdioOf({ stdio, silent }) {
  if (typeof stdio === 'string') return [stdio, stdio, stdio, 'ipc'];
  if (!Array.isArray(stdio)) return silent ? ['pipe', 'pipe', 'pipe', 'ipc'] : [0, 1, 2, 'ipc'];
  if (stdio.includes('ipc')) return stdio;
  throw codedError(
    Error,
    'ERR_CHILD_PROCESS_IPC_REQUIRED',
    "Forked processes must have an IPC channel, missing value 'ipc' in options.stdio",
  );
}

/**
 * The flags of the child's Node: ours, unless others are asked for. A script
 * given by -e or -p is not one that the child is to run.
 * @param {any} options
 * @returns {string[]}
 */
function execArgvOf({ execArgv }) {
  const flags = execArgv || process.execArgv;
  const script = /** @type {any} */ (process)._eval;
  if (flags !== process.execArgv || script === undefined || script === null) return flags;
  const place = flags.lastIndexOf(script);
  return place > 0 ? [...flags.slice(0, place - 1), ...flags.slice(place + 1)] : flags;
}

module.exports = { fork };
