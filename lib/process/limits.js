'use strict';
// What can end a child from here: a timeout and an AbortSignal.

const events = require('node:events');
const { clearTimeout, nextTick, setTimeout } = require('../at-load.mjs');
const { AbortError } = require('../errors.js');
const { since } = require('../release.js');

/** Since Node 26 a timeout is also cleared when the start failed and there is no 'exit'. */
const CLEARED_BY = since('26.0') ? 'close' : 'exit';

/**
 * Kills the child when `milliseconds` have passed.
 * @param {any} child
 * @param {number} milliseconds
 * @param {string | number} killSignal
 */
function limitTime(child, milliseconds, killSignal) {
  const timer = setTimeout(() => {
    try {
      child.kill(killSignal);
    } catch (error) {
      child.emit('error', error);
    }
  }, milliseconds);
  child.once(CLEARED_BY, () => clearTimeout(timer));
}

/**
 * Kills the child when `signal` aborts; on a later tick if it has already.
 * @param {any} child
 * @param {AbortSignal} signal
 * @param {string | number} [killSignal]
 */
function killOnAbort(child, signal, killSignal) {
  const onAbort = () => abort(child, signal, killSignal);
  if (signal.aborted) {
    nextTick(onAbort);
    return;
  }
  const forget = listenForAbort(signal, onAbort);
  child.once('exit', forget);
}

/**
 * @param {any} child
 * @param {AbortSignal} signal
 * @param {string | number} [killSignal]
 */
function abort(child, signal, killSignal) {
  try {
    if (child.kill(killSignal)) child.emit('error', new AbortError(signal.reason));
  } catch (error) {
    child.emit('error', error);
  }
}

/**
 * @param {AbortSignal} signal
 * @param {() => void} listener
 * @returns {() => void} stops listening
 */
function listenForAbort(signal, listener) {
  // Newer Nodes have a way that no other listener can stop from being told.
  if (typeof events.addAbortListener === 'function') {
    const registration = /** @type {any} */ (events.addAbortListener(signal, listener));
    const dispose = /** @type {any} */ (Symbol).dispose ?? Symbol.for('nodejs.dispose');
    return () => registration[dispose]?.();
  }
  signal.addEventListener('abort', listener, { once: true });
  return () => signal.removeEventListener('abort', listener);
}

module.exports = { killOnAbort, limitTime };
