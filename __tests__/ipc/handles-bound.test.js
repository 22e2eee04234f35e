'use strict';
// net.BoundSocket: bound, and neither listening nor connected. It travels since Node 26.10 and 24.22.

const net = require('node:net');
const { once } = require('node:events');
const { text } = require('../helpers/children.js');
const { since } = require('../../lib/release.js');
const { describeEach } = require('../helpers/modules.js');
const { Inbox, forkNode, gone } = require('./nodes.js');

const where = since('26.10', '24.22')
  ? describeEach
  : (name) => describe.skip(name, () => test('cannot be sent in this Node', () => {}));

where('a net.BoundSocket', (module) => {
  test('goes to the child, which listens on it', async () => {
    const bound = new net.BoundSocket({ port: 0, host: '127.0.0.1' });
    const { port } = bound.address();
    const child = forkNode(module, () => {
      process.on('message', (message, bound) => {
        const server = require('node:net').createServer((socket) => socket.end('child'));
        server.listen(bound, () => process.send([message, bound.constructor.name, server.address().port]));
      });
    });
    const called = new Promise((resolve) => child.send('here', bound, resolve));
    expect(await new Inbox(child).message()).toEqual(['here', 'BoundSocket', port]);
    expect(await called).toBe(null);
    // It is no longer ours.
    expect(() => bound.fd()).toThrow();
    expect(await text(net.connect(port, '127.0.0.1'))).toBe('child');
    child.kill();
    await gone(child);
  });

  test('comes from the child, and we listen on it', async () => {
    const child = forkNode(module, () => {
      const bound = new (require('node:net').BoundSocket)({ port: 0, host: '127.0.0.1' });
      process.send(bound.address(), bound);
      process.on('message', () => process.disconnect());
    });
    const [address, bound] = await new Inbox(child).next();
    expect([bound instanceof net.BoundSocket, bound.address()]).toEqual([true, address]);
    child.send('go');
    await gone(child);
    const server = net.createServer((socket) => socket.end('parent')).listen(bound);
    await once(server, 'listening');
    expect(server.address().port).toBe(address.port);
    expect(await text(net.connect(address.port, '127.0.0.1'))).toBe('parent');
    await once(server.close(), 'close');
  });

  test('comes from the child and is closed: no fd is left', async () => {
    const child = forkNode(module, () => {
      const { BoundSocket } = require('node:net');
      for (let index = 0; index < 20; index++) process.send(index, new BoundSocket({ port: 0, host: '127.0.0.1' }));
      process.on('message', () => process.disconnect());
    });
    const inbox = new Inbox(child);
    for (let index = 0; index < 20; index++) {
      const [message, bound] = await inbox.next();
      expect(message).toBe(index);
      bound.close();
    }
    child.send('go');
    await gone(child);
  });
});
