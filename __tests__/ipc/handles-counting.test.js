'use strict';
// server.getConnections() and server.close() when connections of the server live in children.

const net = require('node:net');
const { once } = require('node:events');
const { promisify } = require('node:util');
const { describeEach } = require('../helpers/modules.js');
const { Inbox, forkNode, gone, rawNode } = require('./nodes.js');
const { connectTo, destroyed, listening } = require('./sockets.js');

/** Keeps the connections that come, and closes the last of them when told to. */
function keep() {
  const sockets = [];
  process.on('message', (message, socket) => {
    if (message === 'take') {
      sockets.push(socket.resume());
      process.send('taken');
    } else {
      const last = sockets.pop();
      last.on('close', () => process.send('closed'));
      last.destroy();
    }
  });
}

const count = (server) => promisify(server.getConnections).call(server);

describeEach('getConnections()', (module) => {
  test('counts those here and those in children', async () => {
    const server = await listening();
    const children = [forkNode(module, keep), forkNode(module, keep)];
    const inboxes = children.map((child) => new Inbox(child));
    const clients = [];
    const pass = async (index, options) => {
      const { client, accepted } = await connectTo(server);
      clients.push(client);
      if (index === undefined) return accepted;
      children[index].send('take', accepted, options);
      expect(await inboxes[index].message()).toBe('taken');
      return accepted;
    };

    expect(await count(server)).toBe(0);
    const here = await pass();
    expect(await count(server)).toBe(1);
    await pass(0);
    expect(await count(server)).toBe(2);
    await pass(0);
    await pass(1);
    expect(await count(server)).toBe(4);
    // One that is open here and there is counted at both places.
    const both = await pass(1, { keepOpen: true });
    expect(await count(server)).toBe(6);

    await destroyed(here);
    await destroyed(both);
    expect(await count(server)).toBe(4);
    children[0].send('close one');
    expect(await inboxes[0].message()).toBe('closed');
    expect(await count(server)).toBe(3);
    // Those of a child that is gone are gone.
    children[1].kill();
    await gone(children[1]);
    expect(await count(server)).toBe(1);

    await Promise.all(clients.map(destroyed));
    server.close();
    children[0].kill();
    await gone(children[0]);
  });

  test('the answer of a child that goes first is an error', async () => {
    const server = await listening();
    // It takes the connection, and at the question it goes.
    const child = rawNode(module, (channel) => {
      channel.on('data', (chunk) => {
        if (chunk.includes('"NODE_HANDLE"')) channel.write('{"cmd":"NODE_HANDLE_ACK"}\n"taken"\n');
        if (chunk.includes('GET_COUNT')) process.exit(3);
      });
    });
    const inbox = new Inbox(child);
    const { client, accepted } = await connectTo(server);
    child.send('take', accepted);
    expect(await inbox.message()).toBe('taken');
    const error = await count(server).catch((error) => error);
    expect(error).toMatchObject({ name: 'Error', code: 'ERR_CHILD_CLOSED_BEFORE_REPLY' });
    await gone(child);
    await destroyed(client);
    server.close();
  });
});

describeEach('of a child that has closed its channel and lives on', (module) => {
  test('getConnections() and close() wait no more', async () => {
    const server = await listening();
    // It takes the connection, and at the question it closes the channel.
    const child = rawNode(module, (channel) => {
      channel.on('data', (chunk) => {
        if (chunk.includes('"NODE_HANDLE"')) channel.write('{"cmd":"NODE_HANDLE_ACK"}\n"taken"\n');
        if (chunk.includes('GET_COUNT')) channel.destroy();
      });
      setTimeout(() => {}, 1e6);
    });
    const inbox = new Inbox(child);
    const { client, accepted } = await connectTo(server);
    child.send('take', accepted);
    expect(await inbox.message()).toBe('taken');
    const counted = count(server).catch((error) => error);
    const over = once(server, 'close');
    server.close();
    expect(await counted).toMatchObject({ name: 'Error', code: 'ERR_CHILD_CLOSED_BEFORE_REPLY' });
    await over;
    expect([child.exitCode, child.signalCode]).toEqual([null, null]);
    child.kill();
    await gone(child);
    await destroyed(client);
  });
});

describeEach('close()', (module) => {
  test('is over when the last connection in a child is', async () => {
    const server = await listening();
    const child = forkNode(module, keep);
    const inbox = new Inbox(child);
    const clients = [];
    for (let index = 0; index < 2; index++) {
      const { client, accepted } = await connectTo(server);
      clients.push(client);
      child.send('take', accepted);
      await inbox.message();
    }
    let closed = false;
    const over = new Promise((resolve) => {
      server.close((error) => {
        closed = true;
        resolve(error);
      });
    });
    child.send('close one');
    expect(await inbox.message()).toBe('closed');
    expect(closed).toBe(false);
    child.send('close one');
    expect(await inbox.message()).toBe('closed');
    expect(await over).toBe(undefined);
    await Promise.all(clients.map(destroyed));
    child.disconnect();
    await gone(child);
  });

  test('is over when the child dies that has the last', async () => {
    const server = await listening();
    const child = forkNode(module, keep);
    const { client, accepted } = await connectTo(server);
    child.send('take', accepted);
    await new Inbox(child).message();
    const over = once(server, 'close');
    server.close();
    child.kill();
    await over;
    await gone(child);
    await destroyed(client);
  });

  test('with none left in the child is over at once', async () => {
    const server = await listening();
    const child = forkNode(module, keep);
    const inbox = new Inbox(child);
    const { client, accepted } = await connectTo(server);
    child.send('take', accepted);
    await inbox.message();
    child.send('close one');
    expect(await inbox.message()).toBe('closed');
    await once(server.close(), 'close');
    await destroyed(client);
    child.disconnect();
    await gone(child);
  });
});

describeEach('a server of the child', (module) => {
  /** Listens, sends each connection, and answers questions about its server. */
  const serve = () => {
    const server = require('node:net').createServer((socket) => process.send('yours', socket));
    server.listen(0, '127.0.0.1', () => process.send(server.address().port));
    process.on('message', (message) => {
      if (message === 'count') server.getConnections((_error, number) => process.send({ number }));
      if (message === 'close') server.close(() => process.send('closed', () => process.disconnect()));
    });
  };

  test('hears from us how many of its connections we have, and when they are closed', async () => {
    const child = forkNode(module, serve);
    const inbox = new Inbox(child);
    const port = await inbox.message();
    const clients = [];
    const sockets = [];
    for (let index = 0; index < 3; index++) {
      clients.push(net.connect(port, '127.0.0.1'));
      const [message, socket] = await inbox.next();
      expect(message).toBe('yours');
      sockets.push(socket);
    }
    child.send('count');
    expect(await inbox.message()).toEqual({ number: 3 });
    await destroyed(sockets.pop());
    child.send('count');
    expect(await inbox.message()).toEqual({ number: 2 });
    child.send('close');
    await destroyed(sockets.pop());
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(inbox.waiting).toEqual([]);
    await destroyed(sockets.pop());
    expect(await inbox.message()).toBe('closed');
    expect(await gone(child)).toEqual({ code: 0, signal: null });
    await Promise.all(clients.map(destroyed));
  });
});
