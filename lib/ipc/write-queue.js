'use strict';
// Messages that wait for the socket, until they are written.

const { AsyncResource } = require('node:async_hooks');
const { systemError } = require('../errors.js');

class WriteQueue {
  #control;
  /** What to do when a message is through, by its number. @type {Map<number, (error: Error | null) => void>} */
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

  /** Until the message is written it holds the channel alive. @param {((error: Error | null) => void) | undefined} callback */
  add(callback) {
    this.#control.refCounted();
    // Its callback runs in the context of its send(), not of the channel.
    const sending = typeof callback === 'function' ? new AsyncResource('WRITEWRAP') : undefined;
    this.#waiting.set(this.#count++, (error) => {
      this.#control.unrefCounted();
      sending?.runInAsyncScope(/** @type {any} */ (callback), undefined, error);
    });
  }

  /** The next one is through. @param {number} error 0 or a negated error number */
  written(error) {
    const done = this.#waiting.get(this.#writtenCount);
    this.#waiting.delete(this.#writtenCount++);
    done?.(error === 0 ? null : systemError(error, 'write'));
  }

  /** None of the others will be written. @returns {((error: Error) => void)[]} who is to be told */
  clear() {
    const all = [...this.#waiting.values()];
    this.#waiting.clear();
    return all;
  }
}

module.exports = { WriteQueue };
