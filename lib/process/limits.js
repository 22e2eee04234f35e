'use strict';
// What can end a child from here: a timeout and an AbortSignal.

const events = require('node:events');
const { clearTimeout, nextTick, setTimeout } = require('../primordials.js');
const { AbortError } = require('../errors.js');
const { signalNumber } = require('../options/signals.js');
const { timeoutEndsWithClose } = require('../running-node.js');
const { killFor, knownLifetime } = require('./lifetime.js');

/** Stops listening for the abort that would have ended a child. @type {WeakMap<object, () => void>} */
const listening = new WeakMap();

/**
 * Kills the child when `milliseconds` have passed.
 * @param {any} child
 * @param {number} milliseconds
 * @param {string | number} killSignal
 */
function limitTime(child, milliseconds, killSignal) {
  const timer = setTimeout(() => {
    try {
      killFor(child, 'timeout', killSignal);
    } catch (error) {
      child.emit('error', error);
    }
  }, milliseconds);
  superviseTime(child, milliseconds, killSignal);
  child.once(timeoutEndsWithClose() ? 'close' : 'exit', () => clearTimeout(timer));
}

/**
 * Has the timeout of a child that is to be forced kept while JavaScript is busy, too.
 * @param {any} child
 * @param {number} milliseconds
 * @param {string | number} [killSignal]
 */
function superviseTime(child, milliseconds, killSignal = 'SIGTERM') {
  const delay = knownLifetime(child)?.added?.forceKillAfterDelay;
  const number = signalNumber(killSignal);
  if (delay !== undefined && number) child._handle?.timeOutAfter?.(milliseconds, number, delay);
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
  listening.set(child, forget);
  child.once('exit', forget);
}

/** The start has failed, and there is no 'exit': a signal may outlive many children. @param {any} child */
function forgetAbort(child) {
  listening.get(child)?.();
}

/**
 * @param {any} child
 * @param {AbortSignal} signal
 * @param {string | number} [killSignal]
 */
function abort(child, signal, killSignal) {
  try {
    if (killFor(child, 'abort', killSignal)) child.emit('error', new AbortError(signal.reason));
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

module.exports = { forgetAbort, killOnAbort, limitTime, superviseTime };
