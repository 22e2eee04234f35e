'use strict';
// One native process under a ChildProcess: its `_handle`. Keeps the event loop
// alive while it is referenced, and tells of the exit once, in the async
// context of the call that started it.

const { AsyncResource } = require('node:async_hooks');
const { clearTimeout, nextTick, setImmediate, setTimeout } = require('../primordials.js');
const { binding } = require('../native.js');
const { alive, countReferenced, kept, theChildren } = require('./children.js');

let lastId = 0;

/**
 * How a process ended.
 * @typedef {object} Exit
 * @property {number} exitCode
 * @property {number} signal
 * @property {boolean} forced whether that was the SIGKILL of a deadline
 * @property {boolean} timedOut whether the signal of a timeout was sent, perhaps before its timer was due here
 * @property {Float64Array} usage in the order of getrusage(2)
 */

class Process extends AsyncResource {
  /** @type {((exitCode: number, signal: number, exit: Exit) => void) | null} */
  onexit = null;
  /** Whether something that came before the exit is still to be read. @type {(() => boolean) | null} */
  hasUnread = null;
  /** @type {number | undefined} */
  pid = undefined;
  /** Whether nobody is left of what its keeper has. */
  isGone = false;
  /** Whether that is so, and the exit is still to be told. */
  #isGoneUntold = false;
  #id = 0;
  /** @type {Set<() => void>} */
  #waiting = new Set();
  #isReferenced = true;

  constructor() {
    super('PROCESSWRAP');
  }

  /**
   * Starts the process and waits until it runs its program.
   * @param {import('../../binding.js').StartRequest} request
   * @param {Int32Array} stdio what `wantedFds` makes of the entries; gets our ends of the pipes, or -1
   * @returns {number} 0 or a negated error number, `binding.CLONE_REFUSED` too; then there is no process
   */
  start(request, stdio) {
    const id = ++lastId;
    const pid = theChildren().start(id, request, stdio);
    if (pid < 0) return pid;
    this.#id = id;
    this.pid = pid;
    alive.set(id, this);
    if (request.keeper) kept.set(id, this);
    if (this.#isReferenced) countReferenced(1);
    return 0;
  }

  /**
   * Tells of the exit, but what the child wrote before its end comes first. This turn's poll has brought all of that, or
   * the next one will.
   * @param {Exit} exit
   * @param {number} [immediates] left to wait for: the first is this turn's
   */
  ended(exit, immediates = 2) {
    if (immediates > 0 && this.hasUnread?.()) {
      const immediate = setImmediate(() => this.ended(exit, immediates - 1));
      if (!this.#isReferenced) immediate.unref();
    } else this.#exited(exit);
  }

  /** @param {Exit} exit */
  #exited(exit) {
    // Closed by somebody else since the end was heard of.
    if (!alive.has(this.#id)) return;
    this.close();
    this.runInAsyncScope(this.#tell, this, exit);
    this.emitDestroy();
  }

  /** @param {Exit} exit */
  #tell(exit) {
    try {
      this.onexit?.(exit.exitCode, exit.signal, exit);
    } catch (error) {
      // Not outside of this scope: in it, who hears of uncaught errors finds out whose it is, as node:test does.
      binding.raise(error);
    }
  }

  /**
   * Lets go of the process: its end is not told any more.
   * @param {() => void} [closed] called on a later tick
   */
  close(closed) {
    if (!alive.delete(this.#id)) return;
    if (this.#isGoneUntold) this.gone();
    if (closed) nextTick(() => this.runInAsyncScope(closed, this));
    if (this.#isReferenced) countReferenced(-1);
  }

  /**
   * @param {number} signal
   * @returns {number} 0 or a negated error number
   */
  kill(signal) {
    return alive.has(this.#id) ? theChildren().kill(this.#id, signal) : -require('node:os').constants.errno.ESRCH;
  }

  /**
   * Has SIGKILL sent when so many milliseconds have passed, also while JavaScript is busy. The earliest time counts.
   * @param {number} delay
   * @returns {number} 0 or a negated error number
   */
  forceKillAfter(delay) {
    return alive.has(this.#id) || kept.has(this.#id) ? theChildren().forceKillAfter(this.#id, delay) : 0;
  }

  /**
   * Has `signal` sent after `timeout` milliseconds, and SIGKILL `delay` after that.
   * @param {number} timeout
   * @param {number} signal
   * @param {number} delay
   */
  timeOutAfter(timeout, signal, delay) {
    if (alive.has(this.#id)) theChildren().timeOutAfter(this.#id, timeout, signal, delay);
  }

  /**
   * Sends the signal of the timeout, unless that was done meanwhile.
   * @param {number} signal
   * @returns {number} as `kill`
   */
  timeOut(signal) {
    return alive.has(this.#id) ? theChildren().timeOut(this.#id, signal) : this.kill(signal);
  }

  /** Whether the signal of the timeout has been sent. */
  hasTimedOut() {
    return theChildren().hasTimedOut(this.#id);
  }

  /** What its keeper has besides it. @returns {number[]} */
  descendants() {
    return this.isGone ? [] : theChildren().descendants(this.#id);
  }

  /**
   * To all that its keeper has besides it, be it that it has ended itself.
   * @param {number} signal
   */
  signalOthers(signal) {
    if (!this.isGone) theChildren().signalOthers(this.#id, signal);
  }

  /** Has those killed at its end, or now where it has ended. */
  endOthers() {
    if (!this.isGone) theChildren().endOthers(this.#id);
  }

  /** Whether any of those is left whom we may signal. */
  hasKillable() {
    return !this.isGone && theChildren().hasKillable(this.#id);
  }

  /** Nobody is left of what its keeper has had. Who waits for that hears of the exit first. */
  gone() {
    this.#isGoneUntold = alive.has(this.#id);
    if (this.#isGoneUntold) return;
    this.isGone = true;
    for (const tell of this.#waiting) tell();
  }

  /**
   * @param {number} time milliseconds to wait at most; the event loop stays alive for it
   * @returns {Promise<void>}
   */
  async whenGone(time) {
    if (this.isGone) return;
    await new Promise((/** @type {(value: void) => void} */ resolve) => {
      const timer = setTimeout(settle, time);
      const waiting = this.#waiting.add(settle);
      function settle() {
        clearTimeout(timer);
        waiting.delete(settle);
        resolve();
      }
    });
  }

  /** Why the start failed, where it was not the program. */
  takeCause() {
    return theChildren().takeCause();
  }

  ref() {
    this.#reference(true);
  }

  unref() {
    this.#reference(false);
  }

  hasRef() {
    return this.#isReferenced && alive.has(this.#id);
  }

  /** @param {boolean} wanted */
  #reference(wanted) {
    if (wanted === this.#isReferenced) return;
    this.#isReferenced = wanted;
    if (alive.has(this.#id)) countReferenced(wanted ? 1 : -1);
  }
}

module.exports = { Process };
