'use strict';
// The incoming half of a channel: what native code has read becomes messages, and each goes to the child's listeners.
// Messages that come while nobody listens wait for the first listener.

const { nextTick } = require('../primordials.js');
const { FloodControl } = require('./flood.js');
const { isInternal } = require('./handle-queue.js');
const { discard } = require('./handles.js');

class Inbox {
  #child;
  #native;
  #serialization;
  #flood;
  /** Whether a message is delivered within the read that brought it, and not on a tick of its own. */
  #isSynchronous = false;
  /** What came while nobody listened. @type {[any, any][]} */
  #undelivered = [];

  /**
   * @param {any} child
   * @param {import('../../binding.js').Channel} native
   * @param {import('./serialization.js').Serialization} serialization
   */
  constructor(child, native, serialization) {
    this.#child = child;
    this.#native = native;
    this.#serialization = serialization;
    this.#flood = new FloodControl(native.capacity);
  }

  /** Reads what came before the child's exit and delivers it now: 'exit' comes after it. */
  readSync() {
    this.#isSynchronous = true;
    this.#native.readNow();
    this.#isSynchronous = false;
  }

  /**
   * @param {string | Buffer} messages whole ones, as they came
   * @param {boolean} goesOn whether there can be more
   * @param {boolean} isOne whether it is a single one, which native code has unpacked
   */
  receive(messages, goesOn, isOne) {
    const read = isOne ? this.#serialization.readOne : this.#serialization.read;
    const count = read(/** @type {any} */ (messages), this.#onMessage, this.onGarbage);
    const pause = goesOn ? this.#flood.pauseAfter(count, messages.length) : 0;
    if (pause > 0) this.#native.pauseReading(pause);
  }

  /**
   * The child wrote what is no message. That must not end this process unless it asked to hear of it.
   * @param {Error} error
   */
  onGarbage = (error) => {
    if (this.#child.listenerCount('error') > 0) nextTick(() => this.#child.emit('error', error));
    else process.emitWarning(`A child process sent what is not a message: ${error.message}`, 'InvalidMessageWarning');
  };

  /** A message went out: the child may be waiting for it. */
  onSent() {
    this.#flood.onSent();
  }

  /** Somebody may be listening now. */
  onListener() {
    if (this.#undelivered.length === 0 || !this.#child.channel || this.#child.listenerCount('message') === 0) return;
    for (const [message, handle] of this.#undelivered.splice(0)) this.#child.emit('message', message, handle);
  }

  /**
   * Delivers a message whose handle is an object by now.
   * @param {any} message
   * @param {any} object
   */
  deliverWithHandle(message, object) {
    this.#schedule(() => {
      if (this.#child.channel) this.#deliver(message, object);
      else discard(object);
    });
  }

  /** Nobody will listen any more: closes the handles. */
  discard() {
    for (const [, handle] of this.#undelivered.splice(0)) if (handle) discard(handle);
  }

  /** @param {any} message */
  #onMessage = (message) => {
    if (!this.#child.channel) return;
    if (!isInternal(message)) {
      this.#schedule(this.#deliver, message);
      return;
    }
    const fd = message.cmd === 'NODE_HANDLE' ? this.#native.takeFd() : undefined;
    this.#schedule(() => this.#child.emit('internalMessage', message, fd));
  };

  /**
   * @param {any} message
   * @param {any} [handle]
   */
  #deliver = (message, handle) => {
    if (this.#child.listenerCount('message') > 0) this.#child.emit('message', message, handle);
    else this.#undelivered.push([message, handle]);
  };

  /**
   * @param {(message: any) => void} deliver
   * @param {any} [message]
   */
  #schedule(deliver, message) {
    if (this.#isSynchronous) deliver(message);
    else nextTick(deliver, message);
  }
}

module.exports = { Inbox };
