'use strict';
// What can travel with a message: for each kind how its fd is taken out of the object here, which fds that come can be
// of it, and how they become such objects.

const dgram = require('node:dgram');
const net = require('node:net');
const { systemError } = require('../errors.js');
const { binding } = require('../native.js');
const { sendsBoundSockets } = require('../release.js');
const { isInternal } = require('./handle-queue.js');

/**
 * @typedef {import('../../binding.js').FdDescription} Description what native code tells of an fd
 * @typedef {InstanceType<typeof import('./socket-list.js').Sockets>} Sockets
 *
 * @typedef {object} Kind
 * @property {string} type its name on the wire
 * @property {(object: any) => boolean} matches
 * @property {(message: any, object: any, options: any, sockets: Sockets) => any} send the libuv handle
 *   to pass, or nothing if there is none any more; may add to the message
 * @property {boolean} [closesAfterAck] whether the handle is ours to close once it has arrived
 * @property {(what: Description, message: any) => boolean} accepts whether such an fd can be of this kind: the other
 *   side may lie
 * @property {(fd: number, what: Description, message: any) => any} adopt makes what owns the fd from then on, and has
 *   close() or destroy(). Where it throws, nothing owns the fd.
 * @property {(owner: any, message: any, sockets: Sockets) => any} [convert] the owner to the object that the user
 *   gets, if they are not the same; nothing where there is none
 * @property {(object: any, done: (object: any) => void) => void} [whenUsable] for a kind of which only an event tells
 *   whether it can be used
 */

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

/** What libuv has a TCP handle for. @param {Description} what */
const isTcp = ({ family, type }) => type === 'stream' && (family === 'inet' || family === 'inet6');

/** @param {Description} what */
const isUnixStream = ({ family, type }) => type === 'stream' && family === 'unix';

/** What libuv has a Pipe handle for. @param {Description} what */
const isPipe = (what) => isUnixStream(what) || what.type === 'fifo';

/** What libuv has a UDP handle for. @param {Description} what */
const isUdp = ({ family, type }) => type === 'dgram' && (family === 'inet' || family === 'inet6');

/** A bare TCP or Pipe handle. @param {number} fd */
function streamHandle(fd) {
  const socket = /** @type {any} */ (new net.Socket({ fd, readable: false, writable: false }));
  const handle = socket._handle;
  socket._handle = null;
  return handle;
}

/** @param {number} fd @param {'udp4' | 'udp6'} type */
function dgramSocket(fd, type) {
  const socket = dgram.createSocket(type);
  try {
    // Takes the fd as its last step: an error leaves it alone.
    socket.bind(/** @type {any} */ ({ fd, exclusive: true }));
  } catch (error) {
    socket.close();
    throw error;
  }
  return socket;
}

/** Of either kind of bare handles comes what the fd is. @type {Pick<Kind, 'send' | 'accepts' | 'adopt' | 'convert'>} */
const BARE = {
  send: (_message, handle) => handle,
  accepts: (what) => isTcp(what) || isPipe(what) || isUdp(what),
  adopt: (fd, what) => (isUdp(what) ? dgramSocket(fd, 'udp4') : streamHandle(fd)),
  convert(owner) {
    if (!(owner instanceof dgram.Socket)) return owner;
    const handle = dgramHandle(owner);
    // Who gets it starts that.
    handle.recvStop();
    return handle;
  },
};

/** @type {Kind[]} */
const KINDS = [
  {
    type: 'net.Socket',
    matches: (object) => object instanceof net.Socket,
    send(message, socket, { keepOpen }, sockets) {
      if (!socket._handle) return undefined;
      if (socket.server) message.key = sockets.onSend(socket.server, keepOpen);
      return keepOpen ? socket._handle : detach(socket);
    },
    closesAfterAck: true,
    accepts: (what) => (isTcp(what) || isPipe(what)) && !what.listening,
    adopt: (fd) => new net.Socket({ fd, readable: true, writable: true }),
    convert(socket, { key }, sockets) {
      if (socket.destroyed) {
        // It cannot be read, as the end of a pipe for writing: it would tell its error before anybody has it.
        socket.on('error', () => {});
        return undefined;
      }
      if (key && typeof key === 'string') sockets.onReceive(key, socket);
      return socket;
    },
  },
  {
    type: 'net.Server',
    matches: (object) => object instanceof net.Server,
    send: (_message, server) => server._handle,
    // One that does not listen yet will, unless it is connected: listen(2) tells.
    accepts: (what) => isTcp(what) || isUnixStream(what),
    adopt: streamHandle,
    // On a handle, not an fd: for that a process that is itself a cluster worker would ask its primary.
    convert: (handle) => new net.Server().listen(handle),
    whenUsable(server, done) {
      const failed = () => done(undefined);
      server.once('error', failed);
      server.once('listening', () => done(server.removeListener('error', failed)));
    },
  },
  { type: 'net.Native', matches: (object) => isHandle(object, ['TCP', 'Pipe']), ...BARE },
  {
    type: 'dgram.Socket',
    matches: (object) => object instanceof dgram.Socket,
    send(message, socket) {
      message.dgramType = /** @type {any} */ (socket).type;
      return dgramHandle(socket);
    },
    accepts: (what, { dgramType }) => isUdp(what) && (dgramType === 'udp4' || dgramType === 'udp6'),
    adopt: (fd, _what, { dgramType }) => dgramSocket(fd, dgramType),
  },
  { type: 'dgram.Native', matches: (object) => isHandle(object, ['UDP']), ...BARE },
];

const { BoundSocket } = /** @type {any} */ (net);
if (BoundSocket && sendsBoundSockets) {
  KINDS.push({
    type: 'net.BoundSocket',
    matches: (object) => object instanceof BoundSocket,
    // A socket adopts it: from then on it is no longer the caller's, as with the built-in.
    send: (_message, bound) => detach(new net.Socket(/** @type {any} */ ({ handle: bound }))),
    closesAfterAck: true,
    accepts: isTcp,
    adopt: streamHandle,
    convert(handle) {
      const address = {};
      handle.getsockname(address);
      // There is no way to make one of an fd: one is made, and the fd put in its place.
      const bound = new BoundSocket({ host: '127.0.0.1' });
      const status = binding.replaceFd(handle.fd, bound.fd());
      if (status < 0) {
        bound.close();
        throw systemError(status, 'dup3');
      }
      handle.close();
      // It remembers the address it was made with.
      Object.defineProperty(bound, 'address', {
        value: () => BoundSocket.prototype.address.call(bound) && address,
        configurable: true,
      });
      return bound;
    },
  });
}

/**
 * @param {any} object
 * @returns {Kind | undefined}
 */
function handleKindOf(object) {
  return typeof object === 'object' && object !== null ? KINDS.find((kind) => kind.matches(object)) : undefined;
}

/** Closes an object that nobody gets, or what owns its fd. @param {any} object */
function discard(object) {
  if (object.destroy) object.destroy();
  else object.close();
}

/**
 * What a child sends once more, it wraps once more.
 * @param {any} message with a handle
 */
function unwrapped(message) {
  let sent = message;
  while (sent.msg?.cmd === 'NODE_HANDLE') sent = sent.msg;
  return sent;
}

/**
 * Makes an object of an fd that came. What is not as its message says, or fails, is closed.
 * @param {any} wrapped the message
 * @param {number} fd given away; -1 when it did not arrive
 * @param {Sockets} sockets
 * @param {(object: any, message: any) => void} done gets no object where there is none
 */
function receiveHandle(wrapped, fd, sockets, done) {
  const message = unwrapped(wrapped);
  const kind = KINDS.find(({ type }) => type === message.type);
  let owner;
  let object;
  try {
    // Nobody takes one that comes with a message of Node's own.
    if (kind && fd >= 0 && !isInternal(message.msg)) {
      const what = binding.describeFd(fd);
      if (kind.accepts(what, message)) owner = kind.adopt(fd, what, message);
      object = owner && kind.convert ? kind.convert(owner, message, sockets) : owner;
    }
  } catch {
    // The child hears of it, nobody else.
  }
  if (!object && owner) discard(owner);
  else if (!object && fd >= 0) binding.closeFd(fd);
  if (object && kind?.whenUsable) kind.whenUsable(object, (made) => done(made, message.msg));
  else done(object, message.msg);
}

module.exports = { discard, handleKindOf, receiveHandle };
