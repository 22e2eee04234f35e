'use strict';
// What can travel with a message: for each kind how its fd is taken out of the
// object here, and how an fd that came becomes such an object.

const { closeSync } = require('node:fs');
const dgram = require('node:dgram');
const net = require('node:net');
const { binding } = require('../native.mjs');
const { since } = require('../release.js');
const { ReceivedSockets, SentSockets } = require('./socket-list.js');

/**
 * @typedef {object} Kind
 * @property {string} type its name on the wire
 * @property {(object: any) => boolean} matches
 * @property {(message: any, object: any, options: any, sockets: Sockets) => any} send the libuv handle
 *   to pass, or nothing if there is none any more; may add to the message
 * @property {(message: any, fd: number) => boolean} takes whether an fd that came is of this kind: the
 *   other side may lie
 * @property {(fd: number) => any} own makes what owns the fd from then on
 * @property {(message: any, owner: any, sockets: Sockets, done: (object: any) => void) => void} receive
 * @property {boolean} [closesAfter] whether the handle is ours to close once it has arrived
 */

/** The sockets that went to one child and came from it, by server. */
class Sockets {
  /** @type {Map<string, InstanceType<typeof SentSockets>>} */
  #sent = new Map();
  /** @type {Map<string, InstanceType<typeof ReceivedSockets>>} */
  #received = new Map();

  /** @param {any} child */
  constructor(child) {
    this.child = child;
  }

  /**
   * Counts a socket among those of its server that the child has.
   * @param {any} server
   * @param {boolean} keepOpen whether it stays open here too
   * @returns {string} the server's key
   */
  sending(server, keepOpen) {
    const key = server._connectionKey;
    if (!this.#sent.has(key)) {
      const list = new SentSockets(this.child, key);
      this.#sent.set(key, list);
      server._setupWorker(list);
    }
    if (!keepOpen) server._connections--;
    return key;
  }

  /**
   * @param {string} key
   * @param {import('node:net').Socket} socket
   */
  received(key, socket) {
    const list = this.#received.get(key) ?? new ReceivedSockets(this.child, key);
    this.#received.set(key, list);
    list.add(socket);
  }
}

/** @param {any} object @param {string[]} names */
const isHandle = (object, names) => names.includes(object.constructor?.name) && typeof object.fd === 'number';

/** The state of a dgram.Socket, which holds its handle. @param {any} socket */
function dgramHandle(socket) {
  const symbol = Object.getOwnPropertySymbols(socket).find(({ description }) => description === 'state symbol');
  return symbol && socket[symbol].handle;
}

/** Takes a connection away from the socket that wraps it. @param {any} socket */
function detach(socket) {
  const handle = socket._handle;
  handle.onread = () => {};
  socket._handle = null;
  socket.setTimeout(0);
  releaseHttp(socket);
  return handle;
}

/** A connection of an http.Server has a parser and perhaps a response on it. @param {any} socket */
function releaseHttp(socket) {
  if (!socket.parser) return;
  // @ts-expect-error: not a documented module, and the only way to it
  const { freeParser } = require('node:_http_common');
  freeParser(socket.parser, null, socket);
  socket._httpMessage?.detachSocket(socket);
}

/** A bare libuv stream handle for an fd. @param {number} fd */
function bareHandle(fd) {
  const socket = /** @type {any} */ (new net.Socket({ fd, readable: false, writable: false }));
  const handle = socket._handle;
  socket._handle = null;
  return handle;
}

/** What a socket is bound to. @param {number} fd is closed */
function addressOf(fd) {
  const handle = bareHandle(fd);
  const address = {};
  handle.getsockname?.(address);
  handle.close();
  return address;
}

/** @type {Kind[]} */
const KINDS = [
  {
    type: 'net.Socket',
    takes: (_message, fd) => binding.fdKind(fd) === 'stream',
    matches: (object) => object instanceof net.Socket,
    send(message, socket, { keepOpen }, sockets) {
      if (!socket._handle) return undefined;
      if (socket.server) message.key = sockets.sending(socket.server, keepOpen);
      return keepOpen ? socket._handle : detach(socket);
    },
    own: (fd) => new net.Socket({ fd, readable: true, writable: true }),
    receive(message, socket, sockets, done) {
      if (message.key) sockets.received(message.key, socket);
      done(socket);
    },
    closesAfter: true,
  },
  {
    type: 'net.Server',
    takes: (_message, fd) => binding.fdKind(fd) === 'listening',
    matches: (object) => object instanceof net.Server,
    send: (_message, server) => server._handle,
    own: bareHandle,
    receive(_message, handle, _sockets, done) {
      const server = new net.Server();
      // On a handle, not an fd: for that a process that is itself a cluster worker would ask its primary.
      server.listen(handle, () => done(server));
    },
  },
  {
    type: 'net.Native',
    takes: (_message, fd) => ['stream', 'listening', 'pipe'].includes(binding.fdKind(fd)),
    matches: (object) => isHandle(object, ['TCP', 'Pipe']),
    send: (_message, handle) => handle,
    own: bareHandle,
    receive: (_message, handle, _sockets, done) => done(handle),
  },
  {
    type: 'dgram.Socket',
    takes: ({ dgramType }, fd) => (dgramType === 'udp4' || dgramType === 'udp6') && binding.fdKind(fd) === 'datagram',
    matches: (object) => object instanceof dgram.Socket,
    send(message, socket) {
      message.dgramType = /** @type {any} */ (socket).type;
      return dgramHandle(socket);
    },
    own: (fd) => fd,
    receive(message, fd, _sockets, done) {
      const socket = dgram.createSocket(message.dgramType);
      socket.bind(/** @type {any} */ ({ fd, exclusive: true }), () => done(socket));
    },
  },
  {
    type: 'dgram.Native',
    takes: (_message, fd) => binding.fdKind(fd) === 'datagram',
    matches: (object) => isHandle(object, ['UDP']),
    send: (_message, handle) => handle,
    own: (fd) => fd,
    receive(_message, fd, _sockets, done) {
      const socket = dgram.createSocket('udp4');
      socket.bind(/** @type {any} */ ({ fd, exclusive: true }), () => done(dgramHandle(socket)));
    },
  },
];

const { BoundSocket } = /** @type {any} */ (net);
if (BoundSocket && since('26.10')) {
  // Nodes that had the class before could not send it.
  KINDS.push({
    type: 'net.BoundSocket',
    takes: (_message, fd) => binding.fdKind(fd) === 'stream',
    matches: (object) => object instanceof BoundSocket,
    // A socket adopts it: from then on it is no longer the caller's, as with the built-in.
    send: (_message, bound) => detach(new net.Socket(/** @type {any} */ ({ handle: bound }))),
    own(fd) {
      // There is no way to make one of an fd: one is made, and the fd put in its place.
      const bound = new BoundSocket({ host: '127.0.0.1' });
      binding.replaceFd(fd, bound.fd());
      return bound;
    },
    receive(_message, bound, _sockets, done) {
      // It remembers the address it was made with: the true one is asked of the fd.
      const address = addressOf(binding.copyFd(bound.fd()));
      Object.defineProperty(bound, 'address', {
        value: () => BoundSocket.prototype.address.call(bound) && address,
        configurable: true,
      });
      done(bound);
    },
    closesAfter: true,
  });
}

/**
 * @param {any} object
 * @returns {Kind | undefined}
 */
function kindOf(object) {
  return typeof object === 'object' && object !== null ? KINDS.find((kind) => kind.matches(object)) : undefined;
}

/**
 * An fd that came with a message; closed where it is not what the message says.
 * @param {any} message
 * @param {number} fd
 * @returns {((sockets: Sockets, done: (object: any) => void) => void) | undefined} makes the object
 */
function adopt(message, fd) {
  const kind = KINDS.find(({ type }) => type === message.type);
  if (!kind?.takes(message, fd)) {
    closeSync(fd);
    return undefined;
  }
  const owner = kind.own(fd);
  return (sockets, done) => kind.receive(message, owner, sockets, done);
}

module.exports = { Sockets, adopt, kindOf };
