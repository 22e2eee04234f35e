'use strict';
// Messages for a child's listeners. Those that came while nobody listened wait for the first who does.

const { discard } = require('./handles.js');

class Inbox {
  #child;
  /** @type {[any, any][]} */
  #unheard = [];

  /** @param {any} child */
  constructor(child) {
    this.#child = child;
  }

  /**
   * @param {any} message
   * @param {any} [handle]
   */
  deliver(message, handle) {
    if (this.#child.listenerCount('message') > 0) this.#child.emit('message', message, handle);
    else this.#unheard.push([message, handle]);
  }

  /** Somebody may be listening now. */
  deliverUnheard() {
    if (this.#unheard.length === 0 || !this.#child.channel || this.#child.listenerCount('message') === 0) return;
    for (const [message, handle] of this.#unheard.splice(0)) this.#child.emit('message', message, handle);
  }

  /** Nobody will listen any more: closes the handles. */
  discard() {
    for (const [, handle] of this.#unheard.splice(0)) if (handle) discard(handle);
  }
}

module.exports = { Inbox };
