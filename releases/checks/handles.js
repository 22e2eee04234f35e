'use strict';
// Handles that ride along with messages.

const dgram = require('node:dgram');
const net = require('node:net');
const { closed, describe, next, text, thrownBy } = require('../observe.js');
const { fork, shell } = require('../peers.js');

/** A listening server. */
async function serverOf() {
  const server = net.createServer().listen(0, '127.0.0.1');
  await next(server, 'listening');
  return server;
}

/** The two ends of a connection. @param {any} server */
async function connectionTo(server) {
  const client = net.connect(server.address().port, '127.0.0.1');
  client.on('error', () => {});
  const [socket] = await next(server, 'connection');
  return { client, socket };
}

/** What a child says of handles; ends it. @param {any} module @param {(child: any) => Promise<any>} act @param {string} [mode] */
async function withChild(module, act, mode = 'tell') {
  const child = fork(module, mode);
  /** @type {any[]} */
  const log = [];
  child.on('error', (/** @type {any} */ error) => log.push(describe(error)));
  const ended = closed(child);
  const result = await act(child);
  if (child.connected) child.send('end');
  return [result, log, await ended];
}

/** Sends, and waits for the child's word on it. @param {any} child @param {any[]} args */
async function ask(child, ...args) {
  const answer = next(child, 'message');
  const called = new Promise((resolve) =>
    child.send(...args, (/** @type {any[]} */ ...given) => resolve(given.map(describe))),
  );
  return [(await answer)[0], await called];
}

/** Which handle a message names, as it goes over the wire. @param {any} module @param {any[]} args of send */
async function wireOf(module, ...args) {
  const child = shell(
    module,
    'IFS= read -r line <&3; echo "$line"; echo \'{"cmd":"NODE_HANDLE_ACK"}\' >&3; read -r line <&3; echo "$line"',
  );
  const written = text(child.stdout);
  const ended = closed(child);
  const thrown = thrownBy(() => child.send(...args));
  child.send('behind it');
  await ended;
  return [thrown, await written];
}

/** @type {import('../probe.js').Checks} */
module.exports = {
  'handles: a server': ({ module }) =>
    withChild(
      module,
      async (child) => {
        const server = await serverOf();
        const { port } = /** @type {any} */ (server.address());
        await new Promise((resolve) => child.send('server', server, resolve));
        server.close();
        return text(net.connect(port, '127.0.0.1'));
      },
      'serve',
    ),

  'handles: sockets, kept open and not': ({ module }) =>
    withChild(
      module,
      async (child) => {
        const server = await serverOf();
        const results = [];
        for (const options of [undefined, { keepOpen: true }]) {
          const { client, socket } = await connectionTo(server);
          const called = new Promise((resolve) =>
            child.send('socket', socket, options, (/** @type {any} */ error) => resolve(error)),
          );
          results.push(socket.destroyed, typeof socket._handle, await text(client), await called);
          socket.destroy();
        }
        server.close();
        return results;
      },
      'serve',
    ),

  'handles: what arrives as what': ({ module }) =>
    withChild(module, async (child) => {
      const server = await serverOf();
      const udp = dgram.createSocket('udp4').bind(0, '127.0.0.1');
      await next(udp, 'listening');
      const results = [await ask(child, 'net.Server', server)];
      const { client, socket } = await connectionTo(server);
      results.push(await ask(child, 'net.Socket', socket), await ask(child, 'dgram.Socket', udp));
      const other = await connectionTo(server);
      results.push(
        await ask(child, 'a raw handle', /** @type {any} */ (other.socket)._handle),
        await ask(child, 'a raw server', /** @type {any} */ (server)._handle),
      );
      for (const one of [client, other.client, other.socket]) one.destroy();
      udp.close();
      server.close();
      return results;
    }),

  'handles: a net.BoundSocket': ({ module }) =>
    withChild(module, async (child) => {
      const { BoundSocket } = /** @type {any} */ (net);
      if (!BoundSocket) return 'this Node has none';
      const bound = new BoundSocket({ host: '127.0.0.1' });
      const thrown = thrownBy(() => child.send('first', bound));
      if (thrown !== 'nothing thrown') {
        bound.close();
        return thrown;
      }
      const first = (await next(child, 'message'))[0];
      const second = await ask(child, 'second', new BoundSocket({ host: '127.0.0.1' }));
      return [first, second, thrownBy(() => bound.address())];
    }),

  'handles: a net.BoundSocket from a child': ({ module }) =>
    withChild(
      module,
      async (child) => {
        const { BoundSocket } = /** @type {any} */ (net);
        if (!BoundSocket) return 'this Node has none';
        const answer = next(child, 'message');
        const thrown = thrownBy(() => child.send('bound', new BoundSocket({ host: '127.0.0.1' })));
        if (thrown !== 'nothing thrown') return 'not sent';
        const [message, handle] = await answer;
        const seen = [message, handle?.constructor.name, handle?.address?.().family];
        handle?.close();
        return seen;
      },
      'back',
    ),

  'handles: sent back by a child': ({ module }) =>
    withChild(
      module,
      async (child) => {
        const server = await serverOf();
        const udp = dgram.createSocket('udp4').bind(0, '127.0.0.1');
        await next(udp, 'listening');
        const { client, socket } = await connectionTo(server);
        const results = [];
        for (const handle of [server, socket, udp]) {
          const answer = next(child, 'message');
          child.send(handle.constructor.name, /** @type {any} */ (handle));
          const [message, back] = await answer;
          results.push([message, back.constructor.name, typeof back._handle, back === handle]);
          (back.destroy ?? back.close).call(back);
        }
        client.destroy();
        server.close();
        udp.close();
        return results;
      },
      'back',
    ),

  'handles: as they go over the wire': async ({ module }) => {
    const server = await serverOf();
    const { client, socket } = await connectionTo(server);
    const udp = dgram.createSocket('udp4').bind(0, '127.0.0.1');
    await next(udp, 'listening');
    const results = [
      await wireOf(module, 'server', server),
      await wireOf(module, { text: 'socket' }, socket),
      await wireOf(module, 'udp', udp),
      await wireOf(module, 'raw', /** @type {any} */ (server)._handle),
    ];
    for (const one of [client, socket]) one.destroy();
    udp.close();
    server.close();
    return results.map(([thrown, written]) => [thrown, String(written).replace(/"key":"[^"]*"/, '"key":"KEY"')]);
  },

  'handles: a child that takes none': async ({ module }) => {
    const server = await serverOf();
    const { client, socket } = await connectionTo(server);
    const script = `while IFS= read -r line <&3; do
      echo "$line"
      case $line in *NODE_HANDLE*) echo '{"cmd":"NODE_HANDLE_NACK"}' >&3;; *) exit;; esac
    done`;
    const child = shell(module, script);
    const warned = next(process, 'warning');
    const written = text(child.stdout);
    child.send('refused', socket);
    child.send('behind it');
    const [{ name, message }] = await warned;
    // The built-in wraps once more what it sends again, which tells the child nothing.
    const lines = (await written)
      .replace(/{"cmd":"NODE_HANDLE","type":"net.Native","msg":({.*})}$/gm, '$1')
      .replace(/"key":"[^"]*"/g, '"key":"KEY"');
    client.destroy();
    server.close();
    return [name, message, lines];
  },

  'handles: one that is closed': ({ module }) =>
    withChild(module, async (child) => {
      const server = await serverOf();
      const { client, socket } = await connectionTo(server);
      socket.destroy();
      await next(socket, 'close');
      const results = [thrownBy(() => child.send('closed socket', socket)), (await next(child, 'message'))[0]];
      client.destroy();
      server.close();
      await next(server, 'close');
      results.push(thrownBy(() => child.send('closed server', server)));
      return results;
    }),
};
