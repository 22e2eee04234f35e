'use strict';
// spawn(): https://nodejs.org/api/child_process.html#child_processspawncommand-args-options

const { normalizeSpawn } = require('../options/normalize.js');
const { ChildProcess } = require('../process/child.js');
const { killOnAbort, limitTime } = require('../process/limits.js');
const { leaveBare } = require('../process/streams.js');

/**
 * Starts a process.
 * @param {string} file the command, looked up in the child's PATH unless it has a slash
 * @param {any} [args]
 * @param {any} [options]
 * @returns {any} a ChildProcess
 */
function spawn(file, args, options) {
  return start(normalizeSpawn('spawn', file, args, options));
}

/**
 * The same, for somebody who collects the output: the child's streams are made when they are asked for.
 * @param {string} file
 * @param {any[]} args
 * @param {any} options an object without a prototype, given away
 * @returns {any} a ChildProcess
 */
function spawnCollected(file, args, options) {
  return start(normalizeSpawn('spawn', file, args, options, true), leaveBare);
}

/**
 * @param {import('../options/normalize.js').StartOptions} options
 * @param {(child: any) => void} [prepare]
 */
function start(options, prepare) {
  const child = new /** @type {any} */ (ChildProcess)();
  prepare?.(child);
  child.spawn(options);
  const { timeout, killSignal, signal } = options;
  if (timeout) limitTime(child, timeout, killSignal ?? 'SIGTERM');
  if (signal) killOnAbort(child, signal, killSignal ?? 'SIGTERM');
  return child;
}

module.exports = { spawn, spawnCollected };
