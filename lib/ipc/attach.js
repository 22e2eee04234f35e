'use strict';
// Gives a ChildProcess its send(), disconnect() and what goes with them.
// Source: https://nodejs.org/api/child_process.html#subprocesssendmessage-sendhandle-options-callback

const { nextTick } = require('../primordials.js');
const { codedError, received } = require('../errors.js');
const { Channel, channelClosed } = require('./channel.js');

const SENDABLE = new Set(['string', 'object', 'number', 'boolean']);

/**
 * For a child that has just been started.
 * @param {any} child
 * @param {number} fd our end of it
 * @param {'json' | 'advanced'} serialization
 * @param {() => void} onClosed
 * @returns {InstanceType<typeof Channel>}
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
    if (typeof callback === 'function') nextTick(callback, error);
    else nextTick(() => child.emit('error', error));
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
