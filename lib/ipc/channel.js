'use strict';
// The parent's end of an IPC channel: sends messages and handles, and ends. What comes in is the inbox's (inbox.js).
// attach.js gives a channel to a ChildProcess.

const { AsyncResource } = require('node:async_hooks');
const { constants } = require('node:os');
const { nextTick } = require('../primordials.js');
const { codedError, systemError } = require('../errors.js');
const { binding } = require('../native.js');
const { attachControl } = require('./control.js');
const {
  ACK,
  NACK,
  closePending,
  isHandleReply,
  onHandleReply,
  onHandleSent,
  queueIfBusy,
} = require('./handle-queue.js');
const { handleKindOf, receiveHandle } = require('./handles.js');
const { Inbox } = require('./inbox.js');
const { serializations } = require('./serialization.js');
const { Sockets } = require('./socket-list.js');
const { WriteQueue } = require('./write-queue.js');

/** send() returns false when more bytes than these wait. */
const HIGH_WATER = 128 * 1024;
/** The end of a channel that brought something too long to be a message. */
const TOO_LONG = -constants.errno.EMSGSIZE;
/**
 * A handle that cannot be sent is an error for the callback alone: cluster sends them to workers that have just died.
 */
const SWALLOW_ERRORS = { swallowErrors: true };
const EBADF = -constants.errno.EBADF;
const kChannelHandle = Symbol('kChannelHandle');

/** One channel, from the start of its child to its end. */
class Channel extends AsyncResource {
  #child;
  #native;
  #serialization;
  #sockets;
  #writes;
  #inbox;
  #isClosing = false;
  #isClosed = false;
  #onClosed;

  /**
   * @param {any} child
   * @param {number} fd our end, given away
   * @param {'json' | 'advanced'} serialization
   * @param {() => void} onClosed
   */
  constructor(child, fd, serialization, onClosed) {
    super('PIPEWRAP');
    this.#child = child;
    this.#onClosed = onClosed;
    this.#serialization = serializations[serialization];
    this.#sockets = new Sockets(child);
    this.#native = new binding.Channel(
      fd,
      serialization === 'advanced',
      (messages, end, isOne) => this.runInAsyncScope(this.#onRead, this, messages, end, isOne),
      (error) => this.runInAsyncScope(this.#onWritten, this, error),
    );
    const control = attachControl(child, this.#native);
    this.#writes = new WriteQueue(control);
    this.#inbox = new Inbox(child, this.#native, this.#serialization);
    child[kChannelHandle] = this.#native;
    child._handleQueue = null;
    child._pendingMessage = null;
    child.on('internalMessage', (/** @type {any} */ message, /** @type {number} */ handleFd) =>
      this.#onInternal(message, handleFd),
    );
    child.on('newListener', () => nextTick(() => this.#inbox.onListener()));
  }

  /** Reads what came before the child's exit and delivers it now: 'exit' comes after it. */
  readLast() {
    if (this.#child.channel) this.#inbox.readSync();
  }

  /**
   * @param {any} message
   * @param {any} handle
   * @param {any} options
   * @param {((error: Error | null) => void) | undefined} callback
   * @returns {boolean} whether less than the high-water mark waits
   */
  send(message, handle, options, callback) {
    const child = this.#child;
    const kind = handle ? handleKindOf(handle) : undefined;
    if (handle && !kind) throw codedError(TypeError, 'ERR_INVALID_HANDLE_TYPE', 'This handle type cannot be sent');
    if (queueIfBusy(child, { message, handle, options, callback })) return child._handleQueue.length === 1;
    if (!kind) return this.#write(message, undefined, options, callback);

    const wrapped = { cmd: 'NODE_HANDLE', type: kind.type, msg: message };
    const native = kind.send(wrapped, handle, options, this.#sockets);
    // The object has no handle any more: the message goes without.
    if (!native) return this.#write(message, undefined, options, callback);
    return this.#write(wrapped, native, options, callback, kind.closesAfterAck && !options.keepOpen);
  }

  /**
   * Sends a message again whose handle did not arrive.
   * @param {any} pending
   */
  #resend({ message, handle, options, callback, retransmissions }) {
    this.#write(message, handle, options, callback, true);
    if (this.#child._pendingMessage) this.#child._pendingMessage.retransmissions = retransmissions;
  }

  /**
   * @param {any} message
   * @param {any} native a libuv handle to pass
   * @param {any} options
   * @param {((error: Error | null) => void) | undefined} callback
   * @param {boolean} [closesAfterAck] whether the handle is ours to close once it has arrived
   */
  #write(message, native, options, callback, closesAfterAck = false) {
    if (native && native.fd < 0) {
      // A socket that is not bound, or still connects, has no fd.
      if (closesAfterAck) native.close();
      this.#onSendError(systemError(EBADF, 'write'), options, callback);
      return true;
    }
    this.#inbox.onSent();
    const status = this.#serialization.send(this.#native, message, native ? native.fd : -1);
    if (native) onHandleSent(this.#child, closesAfterAck && { message, handle: native, options, callback });
    if (status < 0) this.#onSendError(systemError(status, 'write'), native ? SWALLOW_ERRORS : options, callback);
    else if (status === 1) this.#writes.add(callback);
    else if (typeof callback === 'function') nextTick(callback, null);
    return status === 0 || this.#native.writeQueueSize < HIGH_WATER;
  }

  /**
   * @param {Error} error
   * @param {any} options
   * @param {((error: Error) => void) | undefined} callback
   */
  #onSendError(error, { swallowErrors }, callback) {
    if (typeof callback === 'function') nextTick(callback, error);
    else if (!swallowErrors) nextTick(() => this.#child.emit('error', error));
  }

  /** @param {number} error 0 when the first message that waited is written */
  #onWritten(error) {
    // Before the callback, which may throw.
    if (this.#isClosing) nextTick(() => this.#closeWhenWritten());
    this.#writes.written(error);
  }

  /**
   * @param {string | Buffer | undefined} messages whole ones, as they came
   * @param {number} end
   * @param {boolean} isOne whether it is a single one, which native code has unpacked
   */
  #onRead(messages, end, isOne) {
    if (messages !== undefined) this.#inbox.receive(messages, end === 0, isOne);
    if (end === TOO_LONG) this.#inbox.onGarbage(systemError(end, 'read'));
    if (end !== 0) this.#onEnd();
  }

  /**
   * @param {any} message
   * @param {number} fd of a NODE_HANDLE message, -1 when it did not arrive
   */
  #onInternal(message, fd) {
    if (isHandleReply(message)) {
      onHandleReply(this.#child, message, (pending) => this.#resend(pending));
      if (!this.#child.connected && this.#child.channel && !this.#child._handleQueue) this.#child._disconnect();
    } else if (message.cmd === 'NODE_HANDLE') {
      this.#onHandle(message, fd);
    } else {
      this.#sockets.onRequest(message);
    }
  }

  /**
   * @param {any} message
   * @param {number} fd
   */
  #onHandle(message, fd) {
    receiveHandle(message, fd, this.#sockets, (object, text) => {
      if (this.#child.channel) this.#child._send({ cmd: object ? ACK : NACK }, undefined, true);
      if (object) this.#inbox.deliverWithHandle(text, object);
    });
  }

  /** The child has no channel any more. What waits is still written. */
  #detach() {
    const child = this.#child;
    child.channel = null;
    child[kChannelHandle] = null;
    if (child._pendingMessage) closePending(child);
    this.#native.stopReading();
  }

  #onEnd() {
    if (this.#child.connected) this.#child.disconnect();
    else if (this.#child.channel) this.#child._disconnect();
    // Also when a handle on its way kept disconnect() waiting: nothing will answer now.
    this.#detach();
    // At once, so 'close' may come before 'disconnect', as with the built-in.
    if (this.#close()) this.#onClosed();
  }

  /** Reads no more, writes what waits, and then closes. */
  disconnect() {
    this.#detach();
    nextTick(() => {
      this.#isClosing = true;
      this.#closeWhenWritten();
      this.#child.emit('disconnect');
    });
  }

  #closeWhenWritten() {
    if (this.#writes.isEmpty && this.#close()) nextTick(this.#onClosed);
  }

  /** @returns {boolean} false if it was closed already */
  #close() {
    if (this.#isClosed) return false;
    this.#isClosed = true;
    this.#native.close();
    for (const done of this.#writes.clear()) nextTick(done, channelClosed());
    this.#inbox.discard();
    this.emitDestroy();
    return true;
  }
}

function channelClosed() {
  return codedError(Error, 'ERR_IPC_CHANNEL_CLOSED', 'Channel closed');
}

module.exports = { Channel, channelClosed };
