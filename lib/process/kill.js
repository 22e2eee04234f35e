'use strict';
// Signals to a child.

const { getSystemErrorName } = require('node:util');
const { systemError } = require('../errors.js');
const { rejectKill } = require('../options/reject.js');
const { signalNumber } = require('../options/signals.js');
const { Process } = require('./handle.js');
const { isToEnd, knownLifetime, noteKill } = require('./lifetime.js');

/**
 * @param {any} child
 * @param {string | number} [signal]
 * @returns {boolean} see `ChildProcess.prototype.kill`
 */
function kill(child, signal) {
  const number = signal === 0 ? 0 : signalNumber(signal === undefined ? 'SIGTERM' : signal);
  if (number === undefined) return rejectKill(signal);
  if (!child._handle) {
    endRest(child, number, isToEnd(child, number), knownLifetime(child)?.added?.forceKillAfterDelay);
    return false;
  }
  const error = send(child, number);
  if (error === 0) {
    child.killed = true;
    const isForced = noteKill(child, number, (delay) => forceAfter(child, delay));
    // Or else all are killed at that time that are left.
    if (!isForced) endOthers(child);
    return true;
  }
  const name = getSystemErrorName(error);
  if (name === 'EINVAL' || name === 'ENOSYS') throw systemError(error, 'kill');
  if (name !== 'ESRCH') child.emit('error', systemError(error, 'kill'));
  return false;
}

/**
 * For what a child has left that has ended itself, where that is to end with it.
 * @param {any} child
 * @param {number} signal
 * @param {boolean} isEnding whether that is to end it
 * @param {number} [delay] milliseconds until SIGKILL; none where there is no such delay
 */
function endRest(child, signal, isEnding, delay) {
  const lifetime = knownLifetime(child);
  if (!lifetime?.kept || !lifetime.added?.killDescendants || signal === 0) return;
  lifetime.kept.signalOthers(signal);
  if (!isEnding) return;
  if (delay === undefined) lifetime.kept.endOthers();
  else lifetime.kept.forceKillAfter(delay);
}

/**
 * Whatever the signal, what a limit or stop() ends is ended as a whole.
 * @param {any} child
 */
function endOthers(child) {
  const lifetime = knownLifetime(child);
  if (lifetime?.caller && lifetime.added?.killDescendants) lifetime.kept?.endOthers();
}

/**
 * @param {any} child
 * @param {number} signal
 * @returns {number} 0 or a negated error number
 */
function send(child, signal) {
  const lifetime = knownLifetime(child);
  const handle = child._handle;
  if (lifetime?.added?.forceKillAfterDelay === undefined || !(handle instanceof Process)) return handle.kill(signal);
  // That of a timeout may have been sent while JavaScript was busy.
  if (handle.hasTimedOut()) lifetime.reason ??= 'timeout';
  return lifetime.caller === 'timeout' ? handle.timeOut(signal) : handle.kill(signal);
}

/**
 * @param {any} child
 * @param {number} delay milliseconds until SIGKILL
 */
function forceAfter(child, delay) {
  const handle = child._handle;
  if (handle instanceof Process && handle.forceKillAfter(delay) === 0) return;
  // Without a thread to keep the time, a timer does.
  const { forceByTimer } = require('./force.js');
  forceByTimer(child, delay);
}

module.exports = { endRest, kill };
