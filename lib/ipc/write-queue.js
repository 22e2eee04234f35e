'use strict';
// Messages that wait for the socket, in the order of their send().

const { AsyncResource } = require('node:async_hooks');
const { systemError } = require('../errors.js');

class WriteQueue {
  #control;
  /** What to call when a message is written, by its number. @type {Map<number, (error: Error | null) => void>} */
  #waiting = new Map();
  #count = 0;
  #writtenCount = 0;

  /** @param {{ refCounted(): void, unrefCounted(): void }} control */
  constructor(control) {
    this.#control = control;
  }

  get isEmpty() {
    return this.#waiting.size === 0;
  }

  /**
   * A message keeps the event loop alive until it is written.
   * @param {((error: Error | null) => void) | undefined} callback
   */
  add(callback) {
    this.#control.refCounted();
    // Its callback runs in the context of its send(), not of the channel.
    const resource = typeof callback === 'function' ? new AsyncResource('WRITEWRAP') : undefined;
    this.#waiting.set(this.#count++, (error) => {
      this.#control.unrefCounted();
      resource?.runInAsyncScope(/** @type {any} */ (callback), undefined, error);
    });
  }

  /** The first one is written, or has failed. @param {number} error 0 or a negated error number */
  written(error) {
    const done = this.#waiting.get(this.#writtenCount);
    this.#waiting.delete(this.#writtenCount++);
    done?.(error === 0 ? null : systemError(error, 'write'));
  }

  /** None of the others will be written. @returns {((error: Error) => void)[]} what to call for each */
  clear() {
    const all = [...this.#waiting.values()];
    this.#waiting.clear();
    return all;
  }
}

module.exports = { WriteQueue };
