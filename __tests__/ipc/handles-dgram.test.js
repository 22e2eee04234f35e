'use strict';
// dgram.Sockets that go to the child and come from it.

const dgram = require('node:dgram');
const { once } = require('node:events');
const net = require('node:net');
const { describeEach } = require('../helpers/modules.js');
const { Inbox, forkNode, gone } = require('./nodes.js');

/** Says what arrives on the socket that comes, and answers. */
function listen() {
  process.on('message', (message, socket) => {
    if (!socket) {
      process.disconnect();
      return;
    }
    process.on('disconnect', () => socket.close());
    socket.on('message', (data, { port, address }) => {
      process.send({ data: data.toString() });
      socket.send('pong', port, address);
    });
    process.send({ message, kind: socket.constructor.name, type: socket.type, address: socket.address() });
  });
}

/** Binds a socket and sends it. */
function give(type) {
  const socket = require('node:dgram').createSocket(type);
  socket.bind(0, type === 'udp4' ? '127.0.0.1' : '::1', () => process.send('yours', socket, () => socket.close()));
  process.on('message', () => process.disconnect());
}

async function bound(type = 'udp4') {
  const socket = dgram.createSocket(type).bind(0, type === 'udp4' ? '127.0.0.1' : '::1');
  await once(socket, 'listening');
  return socket;
}

const HAS_IPV6 = Object.values(require('node:os').networkInterfaces())
  .flat()
  .some(({ address }) => address === '::1');
const TYPES = HAS_IPV6 ? [['udp4'], ['udp6']] : [['udp4']];

describeEach('an object whose handle has no fd yet', (module) => {
  test('fails with EBADF, and the next message goes out', async () => {
    const child = forkNode(module, () => {
      process.on('message', (message, handle) => process.send([message, handle === undefined]));
    });
    const inbox = new Inbox(child);
    const unbound = dgram.createSocket('udp4');
    const connecting = net.connect({ port: 1, host: 'nowhere', lookup() {} });
    const failed = once(child, 'error');
    const results = ['x', 'y'].map(
      (text, index) => new Promise((resolve) => child.send(text, [unbound, connecting][index], resolve)),
    );
    expect(child.send('z', unbound)).toBe(true);
    expect(child.send('next')).toBe(true);
    const BAD = { name: 'Error', code: 'EBADF', errno: -9, syscall: 'write', message: 'write EBADF' };
    expect(await Promise.all(results)).toMatchObject([BAD, BAD]);
    expect((await failed)[0]).toMatchObject(BAD);
    expect(await inbox.message()).toEqual(['next', true]);
    child.disconnect();
    await gone(child);
    unbound.close();
    connecting.destroy();
  });
});

describeEach('a dgram.Socket', (module) => {
  test.each(TYPES)('%s goes to the child: both have it', async (type) => {
    const socket = await bound(type);
    const { port, address } = socket.address();
    const child = forkNode(module, listen);
    const inbox = new Inbox(child);
    const called = new Promise((resolve) => child.send('here', socket, resolve));
    expect(await inbox.message()).toEqual({ message: 'here', kind: 'Socket', type, address: socket.address() });
    expect(await called).toBe(null);

    const client = await bound(type);
    // Ours can still send: it comes from the same port.
    const heard = once(client, 'message');
    socket.send('from the parent', client.address().port, address);
    const [data, from] = await heard;
    expect([data.toString(), from.port]).toEqual(['from the parent', port]);
    // And when it is closed, what comes is the child's.
    await once(socket.close(), 'close');
    const answered = once(client, 'message');
    client.send('ping', port, address);
    expect(await inbox.message()).toEqual({ data: 'ping' });
    expect((await answered)[0].toString()).toBe('pong');
    await once(client.close(), 'close');
    child.send('go');
    await gone(child);
  });

  test.each(TYPES)('%s comes from the child', async (type) => {
    const child = forkNode(module, give, [type]);
    const [message, socket] = await new Inbox(child).next();
    expect([message, socket instanceof dgram.Socket, socket.type]).toEqual(['yours', true, type]);
    const { port, address } = socket.address();
    child.send('go');
    await gone(child);

    const client = await bound(type);
    client.send('to the parent', port, address);
    expect((await once(socket, 'message'))[0].toString()).toBe('to the parent');
    socket.send('back', client.address().port, address);
    const [data, from] = await once(client, 'message');
    expect([data.toString(), from.port]).toEqual(['back', port]);
    await Promise.all([once(client.close(), 'close'), once(socket.close(), 'close')]);
  });

  test('a hundred in a row', async () => {
    const child = forkNode(module, () => {
      process.on('message', (message, socket) => {
        process.send([message, socket.address().port]);
        socket.close();
      });
    });
    const inbox = new Inbox(child);
    const ports = [];
    for (let index = 0; index < 100; index++) {
      const socket = await bound();
      ports.push(socket.address().port);
      child.send(index, socket, () => socket.close());
    }
    expect(await inbox.messages(100)).toEqual(ports.map((port, index) => [index, port]));
    child.disconnect();
    await gone(child);
  });
});
