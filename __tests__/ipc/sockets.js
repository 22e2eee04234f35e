'use strict';
// Servers and connections for the tests that pass them on.

const net = require('node:net');
const { once } = require('node:events');

/**
 * A server that listens, on a free port of this machine unless told otherwise.
 * @param {any} [address]
 * @param {any} [options]
 */
async function listening(address = { port: 0, host: '127.0.0.1' }, options = {}) {
  const server = net.createServer(options).listen(address);
  await once(server, 'listening');
  return server;
}

/**
 * A new connection to a server: both of its ends.
 * @param {import('node:net').Server} server
 */
async function connectTo(server) {
  const address = server.address();
  const accepted = once(server, 'connection');
  const client = net.connect(
    typeof address === 'string' ? { path: address } : { port: address.port, host: '127.0.0.1' },
  );
  const [[socket]] = await Promise.all([accepted, once(client, 'connect')]);
  return { client, accepted: socket };
}

/**
 * Destroys a stream and resolves when it is closed.
 * @param {any} stream
 */
async function destroyed(stream) {
  if (stream.closed) return;
  const closed = once(stream, 'close');
  stream.destroy();
  await closed;
}

module.exports = { connectTo, destroyed, listening };
