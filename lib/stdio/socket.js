'use strict';
// Our end of a child's pipe as a net.Socket, which owns the fd from then on.

const net = require('node:net');
const { nextTick } = require('../primordials.js');
const { systemError } = require('../errors.js');
const { binding } = require('../native.js');
const { processBinding } = require('../process-binding.js');

/**
 * Sockets of children that were passed on as another child's stdio: nobody is
 * going to read them here, so they are not drained when their child exits.
 * @type {WeakSet<net.Socket>}
 */
const passedOn = new WeakSet();

/** Those made here. @type {WeakSet<net.Socket>} */
const ours = new WeakSet();

/** Whether a socket is another child's stdio now, be it that the built-in has passed it on. @param {any} socket */
function isPassedOn(socket) {
  if (passedOn.has(socket)) return true;
  const mark = Object.getOwnPropertySymbols(socket).find(({ description }) => description === 'kIsUsedAsStdio');
  return mark !== undefined && socket[mark] === true;
}

/** libuv's pipe as Node wraps it. */
const { Pipe, constants } = processBinding('pipe_wrap');

/**
 * @param {number} fd one end of an AF_UNIX pair, handed over by native code
 * @param {boolean} readable false for the child's stdin
 */
function openSocket(fd, readable) {
  const socket = makeSocket(binding.takeOver(fd), readable);
  ours.add(socket);
  return socket;
}

/**
 * Gives a socket what was read before there was one. That can be as much as it reads when nobody wants it: it would have
 * stopped there.
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
    // Where Node does not give us that, it asks the kernel what kind of fd this is. That takes a third of the whole call.
    if (!Pipe) return new net.Socket({ fd, readable, writable: true });
    const handle = new Pipe(constants.SOCKET);
    const error = handle.open(fd);
    if (error) throw systemError(error, 'open');
    return new net.Socket(/** @type {any} */ ({ handle, readable, writable: true }));
  } catch (error) {
    // Told by the stream: its child goes on, with all its other streams, and is dealt with at its end.
    binding.closeFd(fd);
    return new net.Socket({ readable, writable: true }).destroy(/** @type {Error} */ (error));
  }
}

/** A socket without an fd that has only its end to tell, and then closes. */
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
  if (!(fd >= 0) || isPassedOn(stream) || !binding.endReading(fd)) return false;
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
  // It may be read again later, but not by the tick that is perhaps on its way.
  socket._read = () => socket.push('');
  socket.push('');
  nextTick(() => Reflect.deleteProperty(socket, '_read'));
  passedOn.add(socket);
  // The built-in would drain its own after its child's exit, and knows nothing of our set.
  if (!ours.has(socket)) Object.defineProperty(socket, 'resume', { value: () => socket, configurable: true });
}

module.exports = { endReading, isPassedOn, lateSocket, openSocket, passOn, pushAhead, readingFd };
