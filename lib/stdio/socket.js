'use strict';
// Our end of a child's pipe as a net.Socket, which owns the fd from then on.

const net = require('node:net');

/**
 * Sockets of children that were passed on as another child's stdio: nobody is
 * going to read them here, so they are not drained when their child exits.
 * @type {WeakSet<net.Socket>}
 */
const passedOn = new WeakSet();

/** libuv's pipe as Node wraps it, taken from the first socket we open. @type {any} */
let Pipe;
const PIPE_SOCKET = 0;

/**
 * @param {number} fd one end of an AF_UNIX pair
 * @param {boolean} readable false for the child's stdin
 */
function openSocket(fd, readable) {
  if (Pipe) {
    // What net.Socket does for an fd, but without asking the kernel what kind
    // it is: that takes a third of the whole call, and we know.
    const handle = new Pipe(PIPE_SOCKET);
    handle.open(fd);
    return new net.Socket(/** @type {any} */ ({ handle, readable, writable: true }));
  }
  const socket = new net.Socket({ fd, readable, writable: true });
  const handle = /** @type {any} */ (socket)._handle;
  if (handle.constructor.name === 'Pipe') Pipe = handle.constructor;
  return socket;
}

/**
 * Stops reading a stream whose fd another child now has: two readers would each get a part.
 * @param {any} stream what stood in `stdio`
 */
function passOn(stream) {
  const socket = stream instanceof net.Socket ? stream : undefined;
  const handle = /** @type {any} */ (socket)?._handle;
  if (!socket || !handle) return;
  handle.reading = false;
  handle.readStop?.();
  socket.pause();
  const state = /** @type {any} */ (socket)._readableState;
  state.reading = false;
  passedOn.add(socket);
}

module.exports = { openSocket, passOn, passedOn };
