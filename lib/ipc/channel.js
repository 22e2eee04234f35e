'use strict';
// The parent's end of an IPC channel: gives a ChildProcess its send(),
// disconnect(), `channel` and 'message' events.
// Source: https://nodejs.org/api/child_process.html#subprocesssendmessage-sendhandle-options-callback

const { AsyncResource } = require('node:async_hooks');
const { EventEmitter } = require('node:events');
const { closeSync } = require('node:fs');
const { constants } = require('node:os');
const { deprecate } = require('node:util');
const { codedError, received, systemError } = require('../errors.js');
const { binding } = require('../native.js');
const { ACK, NACK, isAnswer, mustWait, onAnswer, settle, waitForAnswer } = require('./handle-queue.js');
const { Sockets, kindNamed, kindOf } = require('./handles.js');
const { serializations } = require('./serialization.js');

/** send() returns false when more bytes than these wait. */
const HIGH_WATER = 128 * 1024;
const INTERNAL_PREFIX = 'NODE_';
const SENDABLE = new Set(['string', 'object', 'number', 'boolean']);
/** How a channel ends whose other side was closed with something unread in it. */
const CONNECTION_RESET = -constants.errno.ECONNRESET;
const kChannelHandle = Symbol('kChannelHandle');

/** `child._channel`, deprecated long ago and gone with Node 26. */
const HAS_OLD_NAME = Number.parseInt(process.versions.node, 10) < 26;

/** @param {any} child */
function addOldName(child) {
  const text = '_channel is deprecated. Use ChildProcess.channel instead.';
  Object.defineProperty(child, '_channel', {
    get: deprecate(() => child.channel, text, 'DEP0129'),
    set: deprecate((channel) => (child.channel = channel), text, 'DEP0129'),
    configurable: true,
    enumerable: false,
  });
}

/** @param {any} message */
function isInternal(message) {
  const cmd = message !== null && typeof message === 'object' ? message.cmd : undefined;
  return typeof cmd === 'string' && cmd.length > INTERNAL_PREFIX.length && cmd.startsWith(INTERNAL_PREFIX);
}

/** What users see as `child.channel`: lets them say whether it keeps the event loop alive. */
class Control extends EventEmitter {
  #native;

  /** @param {import('../../binding.js').Channel} native */
  constructor(native) {
    super();
    this.#native = native;
  }

  get fd() {
    return this.#native.fd;
  }

  ref() {
    this.#native.ref();
  }

  unref() {
    this.#native.unref();
  }
}

/** One channel, from the start of its child to its end. */
class Channel extends AsyncResource {
  #child;
  #native;
  #codec;
  #sockets;
  /** Callbacks of messages that wait for the socket, in order. @type {((error: Error | null) => void)[]} */
  #waiting = [];
  /** Messages that came while nobody listened. @type {[any, any][]} */
  #unheard = [];
  #atOnce = false;
  #closing = false;
  #closed = false;
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
    this.#codec = serializations[serialization];
    this.#sockets = new Sockets(child);
    this.#native = new binding.Channel(
      fd,
      serialization === 'advanced',
      (messages, end) => this.runInAsyncScope(this.#onRead, this, messages, end),
      (count, error) => this.runInAsyncScope(this.#onWritten, this, count, error),
    );
    child.channel = new Control(this.#native);
    child[kChannelHandle] = this.#native;
    if (HAS_OLD_NAME) addOldName(child);
    child._handleQueue = null;
    child._pendingMessage = null;
    child.on('internalMessage', (/** @type {any} */ message, /** @type {number} */ handleFd) =>
      this.#onInternal(message, handleFd),
    );
    child.on('newListener', () => process.nextTick(() => this.#tellUnheard()));
  }

  /** Reads what came before the child's exit and tells it now: 'exit' comes after it. */
  readLast() {
    if (!this.#child.channel) return;
    this.#atOnce = true;
    this.#native.drain();
    this.#atOnce = false;
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
    const kind = handle ? kindOf(handle) : undefined;
    if (handle && !kind) throw codedError(TypeError, 'ERR_INVALID_HANDLE_TYPE', 'This handle type cannot be sent');
    if (mustWait(child, { message, handle, options, callback })) return child._handleQueue.length === 1;
    if (!kind) return this.#write(message, undefined, options, callback);

    const wrapped = { cmd: 'NODE_HANDLE', type: kind.type, msg: message };
    const native = kind.send(wrapped, handle, options, this.#sockets);
    // The object has no handle any more: the message goes without.
    if (!native) return this.#write(message, undefined, options, callback);
    const ours = kind.closesAfter && !options.keepOpen;
    return this.#write(wrapped, native, options, callback, ours);
  }

  /**
   * A message whose handle did not arrive, once more.
   * @param {any} pending
   */
  resend({ message, handle, options, callback, retransmissions }) {
    this.#write(message, handle, options, callback, true);
    if (this.#child._pendingMessage) this.#child._pendingMessage.retransmissions = retransmissions;
  }

  /**
   * @param {any} message
   * @param {any} native a libuv handle to pass
   * @param {any} options
   * @param {((error: Error | null) => void) | undefined} callback
   * @param {boolean} [ours] whether the handle is to be closed once it has arrived
   */
  #write(message, native, options, callback, ours = false) {
    const status = this.#codec.send(this.#native, message, native ? native.fd : -1);
    if (status < 0) {
      if (ours) native.close();
      this.#failed(systemError(status, 'write'), options, callback);
    } else {
      if (native) waitForAnswer(this.#child, ours && { message, handle: native, options, callback });
      if (status === 1) this.#waiting.push((error) => callback?.(error));
      else if (typeof callback === 'function') process.nextTick(callback, null);
    }
    return this.#native.writeQueueSize < HIGH_WATER;
  }

  /**
   * @param {Error} error
   * @param {any} options
   * @param {((error: Error) => void) | undefined} callback
   */
  #failed(error, { swallowErrors }, callback) {
    if (typeof callback === 'function') process.nextTick(callback, error);
    else if (!swallowErrors) process.nextTick(() => this.#child.emit('error', error));
  }

  /**
   * @param {number} count
   * @param {number} error
   */
  #onWritten(count, error) {
    for (const done of this.#waiting.splice(0, count)) done(null);
    if (error !== 0) this.#waiting.shift()?.(systemError(error, 'write'));
    if (this.#closing) this.#closeWhenWritten();
  }

  /**
   * @param {string | Buffer | undefined} messages whole ones, as they came
   * @param {number} end
   */
  #onRead(messages, end) {
    if (messages !== undefined) for (const data of this.#codec.split(messages)) this.#receive(data);
    if (end < 0 && end !== CONNECTION_RESET) this.#onGarbage(systemError(end, 'read'));
    if (end !== 0) this.#onEnd();
  }

  /** @param {string | Buffer} data */
  #receive(data) {
    let message;
    try {
      message = this.#codec.decode(data);
    } catch (error) {
      this.#onGarbage(/** @type {Error} */ (error));
      return;
    }
    if (!this.#child.channel) return;
    if (!isInternal(message)) {
      if (this.#atOnce) this.#tell(message, undefined);
      else process.nextTick(this.#tellLater, message);
      return;
    }
    const fd = message.cmd === 'NODE_HANDLE' ? this.#native.takeFd() : undefined;
    this.#later(() => this.#child.emit('internalMessage', message, fd));
  }

  /** @param {() => void} deliver */
  #later(deliver) {
    if (this.#atOnce) deliver();
    else process.nextTick(deliver);
  }

  /**
   * The child wrote what is no message. That must not end this process unless it asked to hear of it.
   * @param {Error} error
   */
  #onGarbage(error) {
    if (this.#child.listenerCount('error') > 0) process.nextTick(() => this.#child.emit('error', error));
    else process.emitWarning(`A child process sent what is not a message: ${error.message}`, 'InvalidMessageWarning');
  }

  /** @param {any} message */
  #tellLater = (message) => this.#tell(message, undefined);

  /**
   * @param {any} message
   * @param {any} handle
   */
  #tell(message, handle) {
    if (this.#child.listenerCount('message') > 0) this.#child.emit('message', message, handle);
    else this.#unheard.push([message, handle]);
  }

  #tellUnheard() {
    if (!this.#child.channel || this.#child.listenerCount('message') === 0) return;
    for (const [message, handle] of this.#unheard.splice(0)) this.#child.emit('message', message, handle);
  }

  /**
   * @param {any} message
   * @param {number} fd of a NODE_HANDLE message, -1 when it did not arrive
   */
  #onInternal(message, fd) {
    if (isAnswer(message)) {
      onAnswer(this.#child, message);
      if (!this.#child.connected && this.#child.channel && !this.#child._handleQueue) this.#child._disconnect();
    } else if (message.cmd === 'NODE_HANDLE') {
      this.#onHandle(message, fd);
    }
  }

  /**
   * @param {any} message
   * @param {number} fd
   */
  #onHandle(message, fd) {
    const answer = (/** @type {string} */ cmd) => this.#child.channel && this.#child._send({ cmd }, undefined, true);
    const kind = kindNamed(message.type);
    if (fd < 0 || !kind?.takes(message, fd)) {
      if (fd >= 0) closeSync(fd);
      answer(NACK);
      return;
    }
    answer(ACK);
    kind.receive(message, fd, this.#sockets, (object) => this.#tellHandle(message.msg, object));
  }

  /**
   * @param {any} message
   * @param {any} object
   */
  #tellHandle(message, object) {
    if (!this.#child.channel) return;
    this.#later(() => {
      if (isInternal(message)) this.#child.emit('internalMessage', message, object);
      else this.#tell(message, object);
    });
  }

  #onEnd() {
    this.#native.stopReading();
    if (this.#child.connected) this.#child.disconnect();
    else if (this.#child.channel) this.#child._disconnect();
    // Also when a handle on its way kept disconnect() waiting: nothing will answer now.
    this.#child.channel = null;
    this.#child[kChannelHandle] = null;
    // At once, so 'close' may come before 'disconnect', as with the built-in.
    if (this.#close()) this.#onClosed();
  }

  /** No more messages in either direction, but for those on their way out. */
  disconnect() {
    const child = this.#child;
    child.channel = null;
    child[kChannelHandle] = null;
    if (child._pendingMessage) settle(child);
    this.#native.stopReading();
    process.nextTick(() => {
      this.#closing = true;
      this.#closeWhenWritten();
      child.emit('disconnect');
    });
  }

  #closeWhenWritten() {
    if (this.#waiting.length === 0 && this.#close()) process.nextTick(this.#onClosed);
  }

  /** @returns {boolean} false if it was closed before */
  #close() {
    if (this.#closed) return false;
    this.#closed = true;
    this.#native.close();
    for (const done of this.#waiting.splice(0)) done(channelClosed());
    return true;
  }
}

function channelClosed() {
  return codedError(Error, 'ERR_IPC_CHANNEL_CLOSED', 'Channel closed');
}

/**
 * Gives a child that has just been started its channel.
 * @param {any} child
 * @param {number} fd our end of it
 * @param {'json' | 'advanced'} serialization
 * @param {() => void} onClosed
 * @returns {Channel}
 */
function attachChannel(child, fd, serialization, onClosed) {
  const channel = new Channel(child, fd, serialization, onClosed);

  child.send = (
    /** @type {any} */ message,
    /** @type {any} */ handle,
    /** @type {any} */ options,
    /** @type {any} */ callback,
  ) => {
    if (typeof handle === 'function') [handle, options, callback] = [undefined, undefined, handle];
    else if (typeof options === 'function') [options, callback] = [undefined, options];
    else if (options !== undefined) checkOptions(options);
    if (child.connected) return child._send(message, handle, { swallowErrors: false, ...options }, callback);
    const error = channelClosed();
    if (typeof callback === 'function') process.nextTick(callback, error);
    else process.nextTick(() => child.emit('error', error));
    return false;
  };

  child._send = (
    /** @type {any} */ message,
    /** @type {any} */ handle,
    /** @type {any} */ options,
    /** @type {any} */ callback,
  ) => {
    checkMessage(message);
    const known = typeof options === 'boolean' ? { swallowErrors: options } : (options ?? {});
    return channel.send(message, handle, known, callback);
  };

  child.disconnect = () => {
    if (!child.connected) {
      child.emit('error', codedError(Error, 'ERR_IPC_DISCONNECTED', 'IPC channel is already disconnected'));
      return;
    }
    child.connected = false;
    // Handles on their way are waited for: see the answer to the last.
    if (!child._handleQueue) child._disconnect();
  };

  child._disconnect = () => channel.disconnect();
  child.connected = true;
  return channel;
}

/** @param {any} message */
function checkMessage(message) {
  if (message === undefined)
    throw codedError(TypeError, 'ERR_MISSING_ARGS', 'The "message" argument must be specified');
  if (SENDABLE.has(typeof message)) return;
  const types = 'one of type string, object, number, or boolean';
  throw codedError(TypeError, 'ERR_INVALID_ARG_TYPE', `The "message" argument must be ${types}. ${received(message)}`);
}

/** @param {any} options */
function checkOptions(options) {
  if (typeof options === 'object' && options !== null && !Array.isArray(options)) return;
  const text = `The "options" argument must be of type object. ${received(options)}`;
  throw codedError(TypeError, 'ERR_INVALID_ARG_TYPE', text);
}

module.exports = { attachChannel };
