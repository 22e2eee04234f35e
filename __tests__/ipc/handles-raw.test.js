'use strict';
// Bare TCP, Pipe and UDP handles, as servers and sockets have them inside.

const dgram = require('node:dgram');
const net = require('node:net');
const path = require('node:path');
const { once } = require('node:events');
const { text } = require('../helpers/children.js');
const { makeFolder, removeFolder } = require('../helpers/folder.js');
const { describeEach } = require('../helpers/modules.js');
const { Inbox, forkNode, gone } = require('./nodes.js');
const { connectTo, destroyed, listening } = require('./sockets.js');

let folder;
let sockets = 0;
beforeAll(() => {
  folder = makeFolder();
});
afterAll(() => removeFolder(folder));

const ADDRESSES = [
  ['TCP', () => ({ port: 0, host: '127.0.0.1' })],
  ['Pipe', () => ({ path: path.join(folder, `socket-${sockets++}`) })],
];

/** How to connect to a server, by its address(). */
const where = (address) => (address.port ? { port: address.port, host: '127.0.0.1' } : { path: address });

/** Uses what comes, as a server or as a connection. */
function use() {
  process.on('message', (message, handle) => {
    const net = require('node:net');
    if (message === 'listen') {
      const server = net.createServer((socket) => socket.end('child'));
      server.listen(handle, () => process.send([message, handle.constructor.name]));
    } else {
      new net.Socket({ handle }).end('child');
      process.send([message, handle.constructor.name]);
    }
  });
}

/** The handle inside of a dgram.Socket. */
function handleOf(socket) {
  const state = Object.getOwnPropertySymbols(socket).find(({ description }) => description === 'state symbol');
  return socket[state].handle;
}

describeEach('goes to the child', (module) => {
  test.each(ADDRESSES)('a %s that listens', async (name, makeAddress) => {
    const server = await listening(makeAddress());
    const options = where(server.address());
    const child = forkNode(module, use);
    const called = new Promise((resolve) => child.send('listen', server._handle, resolve));
    expect(await new Inbox(child).message()).toEqual(['listen', name]);
    expect(await called).toBe(null);
    // Ours stays open, and is ours to close.
    expect(server.listening).toBe(true);
    child.kill('SIGSTOP');
    const accepted = once(server, 'connection');
    const client = net.connect(options);
    await destroyed((await accepted)[0]);
    await destroyed(client);
    child.kill('SIGCONT');
    if (!options.path) {
      await once(server.close(), 'close');
      expect(await text(net.connect(options))).toBe('child');
    } else {
      server.close();
    }
    child.kill();
    await gone(child);
  });

  test.each(ADDRESSES)('a %s that is connected', async (name, makeAddress) => {
    const server = await listening(makeAddress());
    const { client, accepted } = await connectTo(server);
    const child = forkNode(module, use);
    child.send('connection', accepted._handle);
    expect(await new Inbox(child).message()).toEqual(['connection', name]);
    // Ours stays open, and is ours to close.
    expect(accepted._handle).not.toBe(null);
    const [data] = await once(client, 'data');
    expect(data.toString()).toBe('child');
    await destroyed(accepted);
    await destroyed(client);
    await once(server.close(), 'close');
    child.kill();
    await gone(child);
  });

  test('a UDP', async () => {
    const socket = dgram.createSocket('udp4').bind(0, '127.0.0.1');
    await once(socket, 'listening');
    const child = forkNode(module, () => {
      process.on('message', (message, handle) => {
        const address = {};
        handle.getsockname(address);
        process.send([message, handle.constructor.name, address.port]);
        handle.close();
      });
    });
    child.send('udp', handleOf(socket));
    expect(await new Inbox(child).message()).toEqual(['udp', 'UDP', socket.address().port]);
    await once(socket.close(), 'close');
    child.disconnect();
    await gone(child);
  });
});

describeEach('comes from the child', (module) => {
  test.each(ADDRESSES)('a %s that listens', async (name, makeAddress) => {
    const address = makeAddress();
    const child = forkNode(
      module,
      (address) => {
        const server = require('node:net').createServer();
        server.listen(address, () => process.send(server.address(), server._handle));
        process.on('message', () => process.exit());
      },
      [address],
    );
    const [given, handle] = await new Inbox(child).next();
    expect(handle.constructor.name).toBe(name);
    expect(handle.fd).toBeGreaterThan(2);
    const server = net.createServer((socket) => socket.end('parent')).listen(handle);
    await once(server, 'listening');
    child.kill('SIGSTOP');
    expect(await text(net.connect(where(given)))).toBe('parent');
    child.kill('SIGKILL');
    await gone(child);
    await once(server.close(), 'close');
  });

  test.each(ADDRESSES)('a %s that is connected', async (name, makeAddress) => {
    const server = await listening(makeAddress());
    const accepted = once(server, 'connection');
    const options = where(server.address());
    const child = forkNode(
      module,
      (options) => {
        const socket = require('node:net').connect(options, () => process.send('raw', socket._handle));
        process.on('message', () => process.exit());
      },
      [options],
    );
    const [message, handle] = await new Inbox(child).next();
    expect([message, handle.constructor.name]).toEqual(['raw', name]);
    const [peer] = await accepted;
    const ours = new net.Socket({ handle, readable: true, writable: true });
    ours.write('from the parent');
    expect((await once(peer, 'data'))[0].toString()).toBe('from the parent');
    peer.write('to the parent');
    // Both read, the child and we: it is stopped before.
    child.kill('SIGKILL');
    await gone(child);
    await destroyed(ours);
    await destroyed(peer);
    await once(server.close(), 'close');
  });

  test('a UDP', async () => {
    const child = forkNode(module, () => {
      const socket = require('node:dgram').createSocket('udp4');
      socket.bind(0, '127.0.0.1', () => {
        const state = Object.getOwnPropertySymbols(socket).find(({ description }) => description === 'state symbol');
        process.send(socket.address().port, socket[state].handle);
      });
      process.on('message', () => process.exit());
    });
    const [port, handle] = await new Inbox(child).next();
    const address = {};
    expect(handle.constructor.name).toBe('UDP');
    expect(handle.getsockname(address)).toBe(0);
    expect(address).toMatchObject({ address: '127.0.0.1', port });
    handle.close();
    child.send('go');
    await gone(child);
  });
});
