'use strict';
// What a ChildProcess has beyond the built-in's: `exited`, `stop()`, `resourceUsage()`.

const { clearTimeout, setTimeout } = require('../primordials.js');
const { milliseconds } = require('../options/added.js');
const { noTime } = require('../options/added-errors.js');
const { rejectKill } = require('../options/reject.js');
const { signalNumber } = require('../options/signals.js');
const { endInput } = require('./input.js');
const { isRunning, killFor, knownLifetime, lifetimeOf } = require('./lifetime.js');
const { usageOf } = require('./usage.js');

/** Milliseconds of each wait of stop(), where neither that nor the child has a time of its own: as with execa. */
const GRACE = 5000;

/**
 * Resolves at 'close'.
 * @param {any} child
 * @returns {Promise<any>} rejected where the child could not be started
 */
function exitedOf(child) {
  const lifetime = lifetimeOf(child);
  lifetime.exited ??= new Promise((resolve, reject) => {
    const settle = () => {
      if (lifetime.error) reject(lifetime.error);
      else if (lifetime.isClosed) resolve(resultOf(child, lifetime));
    };
    lifetime.onSettled = settle;
    settle();
  });
  return lifetime.exited;
}

/**
 * @param {any} child
 * @param {ReturnType<typeof lifetimeOf>} lifetime
 */
function resultOf({ exitCode: code, signalCode: signal }, lifetime) {
  const { reason, drained, usage } = lifetime;
  const forced = lifetime.forced || (lifetime.isForced && signal === 'SIGKILL');
  return { code, signal, reason, forced, drained, resourceUsage: usageOf(usage) };
}

/**
 * Ends stdin, waits, sends a signal, waits, sends SIGKILL; what is no longer needed is left out.
 * @param {any} child
 * @param {{ grace?: number, signal?: string | number }} [options]
 * @returns {Promise<any>} as `exited`
 */
function stop(child, options) {
  const { grace, signal } = stopOptions(options);
  const lifetime = lifetimeOf(child);
  lifetime.grace ??= grace ?? lifetime.added?.forceKillAfterDelay ?? GRACE;
  lifetime.stopping ??= stopOnce(child, lifetime.grace, signal ?? lifetime.killSignal ?? 'SIGTERM');
  return lifetime.stopping;
}

/** @param {any} options */
function stopOptions(options) {
  const own = (/** @type {string} */ name) =>
    options !== undefined && options !== null && Object.hasOwn(options, name) ? options[name] : undefined;
  const [grace, signal] = [own('grace'), own('signal')];
  if (grace === false) throw noTime('options.grace', grace);
  if (signal !== undefined && signalNumber(signal) === undefined) rejectKill(signal);
  return { grace: milliseconds(grace, 'grace'), signal };
}

/**
 * @param {any} child
 * @param {number} grace milliseconds
 * @param {string | number} signal
 */
async function stopOnce(child, grace, signal) {
  const lifetime = lifetimeOf(child);
  const exited = exitedOf(child);
  if (isRunning(child)) {
    lifetime.reason ??= 'stop';
    // Whoever waits for it wants the loop to go on.
    child.ref();
    if (endInput(child)) await exitOrTime(child, grace);
  }
  if (isRunning(child)) killFor(child, 'stop', signal);
  else endTree(child, grace, signal);
  return exited;
}

/**
 * What a child has left that has ended by itself.
 * @param {any} child
 * @param {number} grace milliseconds
 * @param {string | number} signal
 */
function endTree(child, grace, signal) {
  if (!knownLifetime(child)?.kept) return;
  const { endRest } = require('./kill.js');
  endRest(child, /** @type {number} */ (signalNumber(signal)), true, grace);
}

/**
 * @param {any} child
 * @param {number} time milliseconds
 * @returns {Promise<void>}
 */
function exitOrTime(child, time) {
  return new Promise((resolve) => {
    const lifetime = lifetimeOf(child);
    const { onExit } = lifetime;
    const timer = setTimeout(resolve, time);
    lifetime.onExit = () => {
      onExit?.();
      clearTimeout(timer);
      resolve();
    };
  });
}

/** @param {any} child @returns {object | null} see `ChildProcess.prototype.resourceUsage` */
const resourceUsage = (child) => usageOf(knownLifetime(child)?.usage);

module.exports = { exitedOf, resourceUsage, stop };
