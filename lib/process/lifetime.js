'use strict';
// What is known of a child's life beyond what its properties tell: who was to end it, how it ended, what it has used.

/** @typedef {'timeout' | 'abort' | 'maxBuffer' | 'stop' | 'kill'} EndReason */

/** Those by which a child is asked to end, and SIGKILL: SIGHUP, SIGINT, SIGQUIT, SIGKILL, SIGTERM. */
const ENDING = new Set([1, 2, 3, 9, 15]);
const SIGKILL = 9;

class Lifetime {
  /** @type {import('../options/added.js').AddedOptions | undefined} */
  added = undefined;
  /** As the user gave them, where the built-in has started it. @type {any} */
  options = undefined;
  /** The first who was to end it. @type {EndReason | undefined} */
  reason = undefined;
  /** On whose behalf kill() is called now, where it is not the program's. @type {EndReason | undefined} */
  caller = undefined;
  /** Whether it took SIGKILL in the end. */
  forced = false;
  /** When a timer is to send that, and whether it has. */
  forcedAt = Number.POSITIVE_INFINITY;
  isForced = false;
  /** Whether SIGKILL was sent, by whoever. */
  isKilled = false;
  /** Whether its streams were ended that others held open. */
  drained = false;
  /** In the order of getrusage(2). @type {Float64Array | undefined} */
  usage = undefined;
  /** Of its start. @type {Error | undefined} */
  error = undefined;
  isClosed = false;
  /** Its process, if it has a keeper. @type {InstanceType<typeof import('./handle.js').Process> | undefined} */
  kept = undefined;
  /** Where its input goes. @type {import('node:net').Socket | undefined} */
  stdin = undefined;
  /** What kills it, where that is not SIGTERM. @type {string | number | undefined} */
  killSignal = undefined;
  /** Of stop(): milliseconds from its signal to SIGKILL. @type {number | undefined} */
  grace = undefined;
  /** Told once. @type {(() => void) | undefined} */
  onExit = undefined;
  /** @type {(() => void) | undefined} */
  onClose = undefined;
  /** @type {(() => void) | undefined} */
  onSettled = undefined;
  /** Of who asked for `exited`. @type {Promise<any> | undefined} */
  exited = undefined;
  /** Of who called stop(). @type {Promise<any> | undefined} */
  stopping = undefined;

  /**
   * @param {boolean} forced
   * @param {Float64Array} [usage]
   */
  exit(forced, usage) {
    this.forced = forced;
    this.usage = usage;
    this.stdin?.destroy();
    this.onExit?.();
  }

  /** Its streams have ended, too. */
  close() {
    this.isClosed = true;
    this.onClose?.();
    this.onSettled?.();
  }

  /** @param {Error} error of the start */
  fail(error) {
    this.error = error;
    this.onSettled?.();
  }
}

/** @type {WeakMap<object, Lifetime>} */
const lifetimes = new WeakMap();

/** Reached by way of proxies and inheriting objects, too. @type {WeakMap<object, Lifetime>} */
const byHandle = new WeakMap();

/** @param {any} child */
function lifetimeOf(child) {
  let lifetime = lifetimes.get(child);
  if (!lifetime) {
    const handle = child._handle;
    lifetime = byHandle.get(handle) ?? new Lifetime();
    lifetimes.set(child, lifetime);
    if (handle) byHandle.set(handle, lifetime);
  }
  return lifetime;
}

/** Only if somebody has asked, or anything was to be noted. @param {any} child */
const knownLifetime = (child) => lifetimes.get(child) ?? byHandle.get(child._handle);

/** Whether it has been started, and its end has not been told. @param {any} child */
const isRunning = ({ pid, exitCode, signalCode }) => pid !== undefined && exitCode === null && signalCode === null;

/**
 * child.kill(), not on the program's behalf.
 * @param {any} child
 * @param {EndReason} reason
 * @param {string | number} [signal]
 * @returns {boolean}
 */
function killFor(child, reason, signal) {
  const lifetime = lifetimeOf(child);
  const { caller } = lifetime;
  lifetime.caller = reason;
  try {
    return child.kill(signal);
  } finally {
    lifetime.caller = caller;
  }
}

/** Whether a signal is to end a child: a limit and stop() may take any. @param {any} child @param {number} signal */
const isToEnd = (child, signal) => knownLifetime(child)?.caller !== undefined || ENDING.has(signal);

/**
 * A signal has been sent.
 * @param {any} child
 * @param {number} signal
 * @param {(delay: number) => void} forceAfter has SIGKILL sent
 * @returns {boolean} whether that is to come
 */
function noteKill(child, signal, forceAfter) {
  if (!isToEnd(child, signal)) return false;
  const lifetime = lifetimeOf(child);
  const { caller } = lifetime;
  lifetime.reason ??= caller ?? 'kill';
  const delay = caller === 'stop' ? lifetime.grace : lifetime.added?.forceKillAfterDelay;
  if (signal === SIGKILL) lifetime.isKilled = true;
  if (signal === SIGKILL || delay === undefined) return false;
  forceAfter(delay);
  return true;
}

module.exports = { isRunning, isToEnd, killFor, knownLifetime, lifetimeOf, noteKill };
