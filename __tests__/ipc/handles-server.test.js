'use strict';
// A net.Server in two processes: both accept, and each can close its own.

const net = require('node:net');
const path = require('node:path');
const { once } = require('node:events');
const { text } = require('../helpers/children.js');
const { makeFolder, removeFolder } = require('../helpers/folder.js');
const { builtin, describeEach } = require('../helpers/modules.js');
const { Inbox, forkNode, gone } = require('./nodes.js');
const { listening } = require('./sockets.js');

let folder;
let sockets = 0;
beforeAll(() => {
  folder = makeFolder();
});
afterAll(() => removeFolder(folder));

/** Answers on the server that comes, and says that it has it. */
function answer() {
  process.on('message', (message, server) => {
    if (message === 'close') {
      held.close(() => process.send('closed'));
      return;
    }
    held = server;
    server.on('connection', (socket) => socket.end('child'));
    process.send([message, server.constructor.name, server.listening, server.address()]);
  });
  let held;
}

/** What a connection gets, while this process does nothing. @param {any} options of net.connect() */
function askFromOutside(options) {
  const script = `require('node:net').connect(${JSON.stringify(options)}).pipe(process.stdout)`;
  return builtin.spawnSync(process.execPath, ['-e', script], { encoding: 'utf8', timeout: 30_000 }).stdout;
}

/** What a connection gets, while the child does nothing. @param {any} options of net.connect() */
async function askHere(options, child) {
  child.kill('SIGSTOP');
  const answer = await text(net.connect(options));
  child.kill('SIGCONT');
  return answer;
}

const ADDRESSES = [
  ['TCP', () => ({ port: 0, host: '127.0.0.1' })],
  ['a path', () => ({ path: path.join(folder, `socket-${sockets++}`) })],
];

/** How to connect to a server: one that has come over a channel does not know its path. */
const where = (server, address) => (address?.path ? address : { port: server.address().port, host: '127.0.0.1' });

describeEach('a server goes to the child', (module) => {
  const start = async (address, options) => {
    const server = await listening(address);
    server.on('connection', (socket) => socket.end('parent'));
    const child = forkNode(module, answer, [], options);
    const inbox = new Inbox(child);
    return { server, child, inbox };
  };

  test.each(ADDRESSES)('over %s: both accept', async (_name, makeAddress) => {
    const address = makeAddress();
    const { server, child, inbox } = await start(address);
    const options = where(server, address);
    const called = new Promise((resolve) => child.send('here', server, resolve));
    expect(await inbox.message()).toEqual(['here', 'Server', true, address.path ? null : server.address()]);
    expect(await called).toBe(null);
    expect(askFromOutside(options)).toBe('child');
    expect(await askHere(options, child)).toBe('parent');
    child.disconnect();
    child.kill();
    await gone(child);
    expect(await text(net.connect(options))).toBe('parent');
    await once(server.close(), 'close');
  });

  test('in the advanced serialization', async () => {
    const { server, child, inbox } = await start(undefined, { serialization: 'advanced' });
    const message = new Map([[1, { big: 2n }]]);
    child.send(message, server);
    expect((await inbox.message())[0]).toEqual(message);
    expect(askFromOutside(where(server))).toBe('child');
    child.kill();
    await gone(child);
    await once(server.close(), 'close');
  });

  test('ours closes: the child goes on', async () => {
    const { server, child, inbox } = await start();
    child.send('here', server);
    await inbox.message();
    const { port } = server.address();
    await once(server.close(), 'close');
    expect(await text(net.connect(port, '127.0.0.1'))).toBe('child');
    child.kill();
    await gone(child);
  });

  test("the child's closes: ours goes on", async () => {
    const { server, child, inbox } = await start();
    child.send('here', server);
    await inbox.message();
    child.send('close');
    expect(await inbox.message()).toBe('closed');
    expect(await text(net.connect(server.address().port, '127.0.0.1'))).toBe('parent');
    child.disconnect();
    await gone(child);
    await once(server.close(), 'close');
  });

  test('to three children', async () => {
    const server = await listening();
    const children = [1, 2, 3].map(() => forkNode(module, answer));
    const { port } = server.address();
    const inboxes = children.map((child) => new Inbox(child));
    for (const child of children) child.send('here', server);
    for (const inbox of inboxes) await inbox.message();
    await once(server.close(), 'close');
    for (const only of children) {
      for (const child of children) if (child !== only) child.kill('SIGSTOP');
      expect(await text(net.connect(port, '127.0.0.1'))).toBe('child');
      for (const child of children) child.kill('SIGCONT');
    }
    for (const child of children) child.kill('SIGKILL');
    await Promise.all(children.map(gone));
  });

  test('closed before: the message goes without', async () => {
    const child = forkNode(module, () => {
      process.on('message', (message, handle) => process.send([message, typeof handle]));
    });
    const server = await listening();
    await once(server.close(), 'close');
    child.send('bare', server);
    expect(await new Inbox(child).message()).toEqual(['bare', 'undefined']);
    child.disconnect();
    await gone(child);
  });
});

describeEach('a server comes from the child', (module) => {
  /** Makes a server and sends it. */
  const give = (address) => {
    const server = require('node:net').createServer((socket) => socket.end('child'));
    server.listen(address, () => process.send('here', server));
    process.on('message', () => process.disconnect());
    process.on('disconnect', () => server.close());
  };

  test.each(ADDRESSES)('over %s', async (_name, makeAddress) => {
    const address = makeAddress();
    const child = forkNode(module, give, [address]);
    const [message, server] = await new Inbox(child).next();
    const options = where(server, address);
    expect([message, server instanceof net.Server, server.listening]).toEqual(['here', true, true]);
    server.on('connection', (socket) => socket.end('parent'));
    expect(await askHere(options, child)).toBe('parent');
    expect(askFromOutside(options)).toBe('child');
    // The child goes, and the server stays.
    child.send('go');
    await gone(child);
    // A path is removed by the child that made it.
    if (!address.path) expect(await text(net.connect(options))).toBe('parent');
    await once(server.close(), 'close');
  });

  test('and goes on to another child', async () => {
    const first = forkNode(module, give, [{ port: 0, host: '127.0.0.1' }]);
    const [, server] = await new Inbox(first).next();
    const second = forkNode(module, answer);
    const inbox = new Inbox(second);
    second.send('here', server);
    await inbox.message();
    const { port } = server.address();
    first.kill('SIGKILL');
    await gone(first);
    await once(server.close(), 'close');
    expect(await text(net.connect(port, '127.0.0.1'))).toBe('child');
    second.kill();
    await gone(second);
  });
});
