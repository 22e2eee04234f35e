'use strict';
// Connections that go to the child and come from it.

const net = require('node:net');
const path = require('node:path');
const { once } = require('node:events');
const { text } = require('../helpers/children.js');
const { makeFolder, removeFolder } = require('../helpers/folder.js');
const { describeEach, onBoth } = require('../helpers/modules.js');
const { until } = require('../helpers/until.js');
const { Inbox, forkNode, gone } = require('./nodes.js');
const { connectTo, destroyed, listening } = require('./sockets.js');

let folder;
let sockets = 0;
beforeAll(() => {
  folder = makeFolder();
});
afterAll(() => removeFolder(folder));

/** Writes on each connection that comes, and ends it or says what it hears. */
function serve() {
  process.on('message', (message, socket) => {
    if (!socket) {
      process.send({ message, handle: null });
      return;
    }
    if (message === 'end') socket.end('from the child');
    if (message === 'upper') socket.on('data', (chunk) => socket.write(chunk.toString().toUpperCase()));
    if (message === 'upper') socket.on('end', () => socket.end());
    process.send({ message, handle: socket.constructor.name, local: socket.localPort, remote: socket.remotePort });
  });
}

describeEach('a connection goes to the child', (module) => {
  let child;
  let inbox;
  let server;
  beforeAll(async () => {
    server = await listening();
    child = forkNode(module, serve);
    inbox = new Inbox(child);
  });
  afterAll(async () => {
    const closed = once(server.close(), 'close');
    await closed;
    child.disconnect();
    await gone(child);
  });

  test('the child has it, and we do not any more', async () => {
    const { client, accepted } = await connectTo(server);
    const { localPort, remotePort } = accepted;
    const called = new Promise((resolve) => child.send('end', accepted, resolve));
    expect(accepted._handle).toBe(null);
    expect(await text(client)).toBe('from the child');
    const reply = await inbox.message();
    expect(reply).toEqual({ message: 'end', handle: 'Socket', local: localPort, remote: remotePort });
    expect(await called).toBe(null);
    await destroyed(client);
  });

  test('both ways, over what is there', async () => {
    const { client, accepted } = await connectTo(server);
    child.send('upper', accepted);
    await inbox.message();
    client.write('one');
    expect((await once(client, 'data'))[0].toString()).toBe('ONE');
    client.end('two');
    expect(await text(client)).toBe('TWO');
  });

  test('keepOpen: both have it', async () => {
    const { client, accepted } = await connectTo(server);
    const called = new Promise((resolve) => child.send('upper', accepted, { keepOpen: true }, resolve));
    expect(accepted._handle).not.toBe(null);
    await inbox.message();
    expect(await called).toBe(null);
    accepted.write('from the parent');
    expect((await once(client, 'data'))[0].toString()).toBe('from the parent');
    // As long as one of them is open, the connection is.
    await destroyed(accepted);
    client.end('x');
    expect(await text(client)).toBe('X');
  });

  test('with what came before, when it was paused', async () => {
    const paused = await listening(undefined, { pauseOnConnect: true });
    const { client, accepted } = await connectTo(paused);
    client.write('early, ');
    await new Promise((resolve) => setTimeout(resolve, 20));
    child.send('upper', accepted);
    expect((await once(client, 'data'))[0].toString()).toBe('EARLY, ');
    await inbox.message();
    client.end('late');
    expect(await text(client)).toBe('LATE');
    await once(paused.close(), 'close');
  });

  test('that is closed: the message goes without', async () => {
    const { client, accepted } = await connectTo(server);
    await destroyed(accepted);
    child.send('bare', accepted);
    expect(await inbox.message()).toEqual({ message: 'bare', handle: null });
    await destroyed(client);
  });

  test('that has gone already: the message goes without', async () => {
    const { client, accepted } = await connectTo(server);
    child.send('end', accepted);
    child.send('again', accepted);
    expect(await inbox.message()).toMatchObject({ message: 'end', handle: 'Socket' });
    expect(await inbox.message()).toEqual({ message: 'again', handle: null });
    expect(await text(client)).toBe('from the child');
  });

  test('of which we are the client', async () => {
    const { client, accepted } = await connectTo(server);
    child.send('end', client);
    expect(await text(accepted)).toBe('from the child');
    await inbox.message();
  });

  test('over a path', async () => {
    const local = await listening(path.join(folder, `socket-${sockets++}`));
    const { client, accepted } = await connectTo(local);
    child.send('end', accepted);
    expect(await text(client)).toBe('from the child');
    expect(await inbox.message()).toMatchObject({ message: 'end', handle: 'Socket' });
    await once(local.close(), 'close');
  });

  test('hundreds in a row, each with its message', async () => {
    const count = 300;
    const answers = [];
    server.on('connection', (socket) => child.send('end', socket));
    for (let index = 0; index < count; index++) answers.push(text(net.connect(server.address().port, '127.0.0.1')));
    expect(await Promise.all(answers)).toEqual(Array(count).fill('from the child'));
    const replies = await inbox.messages(count);
    expect(replies.every(({ message, handle }) => message === 'end' && handle === 'Socket')).toBe(true);
    server.removeAllListeners('connection');
  });
});

describeEach('a connection in the advanced serialization', (module) => {
  test('goes and comes', async () => {
    const server = await listening();
    const child = forkNode(
      module,
      () => {
        process.on('message', (message, socket) => process.send({ message }, socket));
      },
      [],
      { serialization: 'advanced' },
    );
    const { client, accepted } = await connectTo(server);
    child.send(new Set([1n]), accepted);
    const [message, back] = await new Inbox(child).next();
    expect(message).toEqual({ message: new Set([1n]) });
    back.end('there and back');
    expect(await text(client)).toBe('there and back');
    // Its 'close' does not come: the child counts a connection it has given back as one it has.
    server.close();
    child.disconnect();
    await gone(child);
  });
});

describeEach('a connection comes from the child', (module) => {
  /** Listens, and sends each connection. */
  const give = (options) => {
    const server = require('node:net').createServer({ pauseOnConnect: true }, (socket) => {
      process.send('yours', socket, options);
      if (options.keepOpen) setTimeout(() => socket.end(), 1e6).unref();
    });
    server.listen(0, '127.0.0.1', () => process.send(server.address().port));
    process.on('message', () => {
      server.close();
      process.disconnect();
    });
  };

  test.each([[{}], [{ keepOpen: true }]])('%j', async (options) => {
    const child = forkNode(module, give, [options]);
    const inbox = new Inbox(child);
    const client = net.connect(await inbox.message(), '127.0.0.1');
    client.write('hello ');
    const [message, socket] = await inbox.next();
    expect([message, socket instanceof net.Socket]).toEqual(['yours', true]);
    expect([socket.readable, socket.writable]).toEqual([true, true]);
    expect(socket.remotePort).toBe(client.localPort);
    expect((await once(socket, 'data'))[0].toString()).toBe('hello ');
    socket.write('from the parent');
    expect((await once(client, 'data'))[0].toString()).toBe('from the parent');
    await destroyed(socket);
    if (options.keepOpen) expect(client.readyState).toBe('open');
    await destroyed(client);
    child.send('enough');
    child.kill();
    await gone(child);
  });

  test('hundreds in a row', async () => {
    const count = 200;
    const child = forkNode(module, give, [{}]);
    const inbox = new Inbox(child);
    const port = await inbox.message();
    const answers = Array.from({ length: count }, () => text(net.connect(port, '127.0.0.1')));
    for (let index = 0; index < count; index++) {
      const [message, socket] = await inbox.next();
      expect(message).toBe('yours');
      socket.end(`${index}`);
    }
    const got = (await Promise.all(answers)).map(Number).sort((one, other) => one - other);
    expect(got).toEqual(Array.from({ length: count }, (_, index) => index));
    child.send('enough');
    await gone(child);
  });
});

test('what we have read of it already stays with us, on both', async () => {
  const seen = await onBoth(async (module) => {
    const server = await listening();
    const child = forkNode(module, () => {
      process.on('message', (_message, socket) => {
        socket.on('data', (chunk) => process.send(chunk.toString()));
        process.send('ready');
      });
    });
    const inbox = new Inbox(child);
    const { client, accepted } = await connectTo(server);
    client.write('early');
    await until(() => accepted.bytesRead === 5);
    child.send('take', accepted);
    expect(await inbox.message()).toBe('ready');
    client.write('late');
    const heard = await inbox.message();
    await destroyed(client);
    child.kill();
    await gone(child);
    server.close();
    return [heard, accepted.read()?.toString()];
  });
  expect(seen[0]).toBe('late');
});
