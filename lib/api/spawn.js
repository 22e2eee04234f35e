'use strict';
// spawn(): https://nodejs.org/api/child_process.html#child_processspawncommand-args-options

const { instead } = require('../fallback/instead.js');
const { normalizeSpawn } = require('../options/normalize.js');
const { isLeftToBuiltin } = require('../options/permission.js');
const { ChildProcess } = require('../process/child.js');
const { lifetimeOf } = require('../process/lifetime.js');
const { killOnAbort, limitTime } = require('../process/limits.js');
const { collect } = require('../process/request.js');

/**
 * Starts a process.
 * @param {string} file the command, looked up in the child's PATH unless it has a slash
 * @param {any} [args]
 * @param {any} [options]
 * @returns {any} a ChildProcess
 */
function spawn(file, args, options) {
  if (isLeftToBuiltin()) return instead().spawn(file, args, options);
  return start(normalizeSpawn('spawn', file, args, options));
}

/**
 * The same for exec() and execFile(), which read all output. The options are an object without a prototype, given away.
 * @param {string} file
 * @param {any[]} args
 * @param {any} options
 * @returns {any} a ChildProcess
 */
function spawnCollected(file, args, options) {
  return start(collect(normalizeSpawn('spawn', file, args, options, true)));
}

/** @param {import('../options/normalize.js').StartOptions} options */
function start(options) {
  const child = new /** @type {any} */ (ChildProcess)();
  child.spawn(options);
  const { timeout, killSignal, signal } = options;
  if (killSignal) lifetimeOf(child).killSignal = killSignal;
  if (timeout) limitTime(child, timeout, killSignal ?? 'SIGTERM');
  if (signal) killOnAbort(child, signal, killSignal ?? 'SIGTERM');
  return child;
}

module.exports = { spawn, spawnCollected };
