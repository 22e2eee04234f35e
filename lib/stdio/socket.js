'use strict';
// Our end of a child's pipe as a net.Socket, which owns the fd from then on.

const net = require('node:net');
const { nextTick } = require('../primordials.js');
const { systemError } = require('../errors.js');
const { binding } = require('../native.js');
const { processBinding } = require('../process-binding.js');

/**
 * Sockets that were passed on as another child's stdio. Nobody reads them here, so they are not drained when their own
 * child exits.
 * @type {WeakSet<net.Socket>}
 */
const passedOn = new WeakSet();

/** Sockets made here. @type {WeakSet<net.Socket>} */
const ownSockets = new WeakSet();

/** Whether a socket was passed on as another child's stdio, by us or by the built-in. @param {any} socket */
function isPassedOn(socket) {
  if (passedOn.has(socket)) return true;
  const mark = Object.getOwnPropertySymbols(socket).find(({ description }) => description === 'kIsUsedAsStdio');
  return mark !== undefined && socket[mark] === true;
}

/** libuv's pipe as Node wraps it. */
const { Pipe, constants } = processBinding('pipe_wrap');

/**
 * @param {number} fd one end of an AF_UNIX pair, offered by native code
 * @param {boolean} readable false for the child's stdin
 */
function openSocket(fd, readable) {
  const socket = makeSocket(binding.takeOver(fd), readable);
  ownSockets.add(socket);
  return socket;
}

/**
 * Gives a socket the bytes that were read before it was made. They can fill its buffer: then it has to stop reading.
 * @param {net.Socket} socket
 * @param {Buffer} bytes
 */
function pushAhead(socket, bytes) {
  if (!socket.push(bytes)) stopReading(socket);
}

/** @param {any} socket */
function stopReading({ _handle: handle }) {
  handle.reading = false;
  handle.readStop?.();
}

/**
 * @param {number} fd
 * @param {boolean} readable
 */
function makeSocket(fd, readable) {
  try {
    // Without it, Node asks the kernel what kind of fd this is. That takes a third of the whole call.
    if (!Pipe) return new net.Socket({ fd, readable, writable: true });
    const handle = new Pipe(constants.SOCKET);
    const error = handle.open(fd);
    if (error) throw systemError(error, 'open');
    return new net.Socket(/** @type {any} */ ({ handle, readable, writable: true }));
  } catch (error) {
    // The stream emits it. The child goes on, with its other streams.
    binding.closeFd(fd);
    return new net.Socket({ readable, writable: true }).destroy(/** @type {Error} */ (error));
  }
}

/** A socket without an fd, which emits its end and closes. */
function lateSocket() {
  const socket = new net.Socket({ readable: true, writable: false });
  socket.push(null);
  return socket.resume();
}

/** The fd that a stream reads; -1 when it reads none. @param {any} stream */
function readingFd(stream) {
  return stream?._handle?.reading ? stream._handle.fd : -1;
}

/**
 * Ends a stream that others hold open.
 * @param {any} stream
 * @returns {boolean} whether anybody did
 */
function endReading(stream) {
  const fd = stream._handle?.fd;
  if (!(fd >= 0) || isPassedOn(stream)) return false;
  const isWritten = stream.writableLength > 0;
  if (!binding.endReading(fd) && !(isWritten && binding.isHalfClosed(fd))) return false;
  // What is left to be written nobody takes any more: it would keep the stream from its end.
  const drop = () => stream.writableLength > 0 && stream.destroy();
  if (stream.readableEnded) drop();
  else stream.once('end', drop);
  return true;
}

/**
 * Stops reading a stream whose fd another child now has: two readers would each get a part.
 * @param {any} stream what stood in `stdio`
 */
function passOn(stream) {
  const socket = stream instanceof net.Socket ? stream : undefined;
  const handle = /** @type {any} */ (socket)?._handle;
  if (!socket || !handle) return;
  stopReading(socket);
  socket.pause();
  // It may be read again later, but not by a tick that is already on its way.
  socket._read = () => socket.push('');
  socket.push('');
  nextTick(() => Reflect.deleteProperty(socket, '_read'));
  passedOn.add(socket);
  // The built-in would drain its own after its child's exit, and knows nothing of our set.
  if (!ownSockets.has(socket)) Object.defineProperty(socket, 'resume', { value: () => socket, configurable: true });
}

module.exports = { endReading, isPassedOn, lateSocket, openSocket, passOn, pushAhead, readingFd };
