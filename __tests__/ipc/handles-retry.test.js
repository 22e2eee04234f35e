'use strict';
// Handles on their way: one at a time, ACK and NACK, and a child that dies
// meanwhile. The child is played by a program that reads the bytes and drops the fds.

const { once } = require('node:events');
const { builtin, describeEach, forkless } = require('../helpers/modules.js');
const { openFds } = require('../helpers/proc.js');
const { reportsOf } = require('../helpers/program.js');
const { until } = require('../helpers/until.js');
const { Inbox, forkNode, gone, rawNode } = require('./nodes.js');
const { connectTo, destroyed, listening } = require('./sockets.js');

/**
 * Tells what it hears, and answers each handle with the next of `answers`.
 * Where they are used up, it does not answer.
 */
function player(channel, answers) {
  let bytes = '';
  channel.on('data', (chunk) => {
    const lines = (bytes + chunk).split('\n');
    bytes = lines.pop();
    for (const line of lines) {
      const message = JSON.parse(line);
      const isHandle = message.cmd === 'NODE_HANDLE';
      // The built-in wraps it once more each time that it sends it again.
      let inner = message;
      while (inner?.cmd === 'NODE_HANDLE') inner = inner.msg;
      const replies = [{ heard: isHandle ? { handle: inner } : message }];
      if (isHandle && answers.length > 0) replies.push({ cmd: `NODE_HANDLE_${answers.shift()}` });
      channel.write(replies.map((reply) => `${JSON.stringify(reply)}\n`).join(''));
    }
  });
  channel.on('end', () => channel.end());
}

describeEach('one handle at a time', (module) => {
  test('what is sent after it waits for its ACK', async () => {
    const server = await listening();
    const child = rawNode(module, player, [[]]);
    const inbox = new Inbox(child);
    const called = [];
    expect(child.send('one', server, () => called.push('one'))).toBe(true);
    child.send('two', () => called.push('two'));
    child.send('three', server, () => called.push('three'));
    child.send('four', () => called.push('four'));
    expect(await inbox.message()).toEqual({ heard: { handle: 'one' } });
    await until(() => called.length === 1);
    // The child has not answered, and so has heard no more.
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect([inbox.waiting, called]).toEqual([[], ['one']]);
    child.kill();
    await gone(child);
    await once(server.close(), 'close');
  });

  test('each ACK lets the next go, in order', async () => {
    const server = await listening();
    const child = rawNode(module, player, [['ACK', 'ACK', 'ACK']]);
    const inbox = new Inbox(child);
    const called = [];
    const messages = ['one', 'two', 'three', 'four', 'five', 'six'];
    const handles = [server, undefined, server, undefined, undefined, server];
    messages.forEach((message, index) => {
      child.send(message, handles[index], (error) => called.push([message, error]));
    });
    expect(await inbox.messages(6)).toEqual(
      messages.map((message, index) => ({ heard: handles[index] ? { handle: message } : message })),
    );
    await until(() => called.length === 6);
    expect(called).toEqual(messages.map((message) => [message, null]));
    child.disconnect();
    await gone(child);
    await once(server.close(), 'close');
  });

  test('what send() gives while one is on its way', async () => {
    const server = await listening();
    const child = rawNode(module, player, [[]]);
    const returned = [child.send('one', server), child.send('two'), child.send('three')];
    expect(returned).toEqual([true, true, false]);
    child.kill();
    await gone(child);
    await once(server.close(), 'close');
  });

  test('disconnect() waits for the ACK and what waits for it', async () => {
    const server = await listening();
    const child = rawNode(module, player, [['ACK']]);
    const inbox = new Inbox(child);
    child.send('one', server);
    child.send('two');
    child.disconnect();
    expect(child.connected).toBe(false);
    const heard = [await inbox.message()];
    await gone(child);
    // No more messages come to us then, but the child has had them.
    expect(heard).toEqual([{ heard: { handle: 'one' } }]);
    await once(server.close(), 'close');
  });
});

describeEach('a NACK', (module) => {
  test('a connection is sent again, up to three times', async () => {
    const server = await listening();
    const { client, accepted } = await connectTo(server);
    const child = rawNode(module, player, [['NACK', 'NACK', 'NACK', 'ACK']]);
    const inbox = new Inbox(child);
    const closed = once(client.resume(), 'close');
    child.send('take', accepted, { keepOpen: false });
    child.send('after');
    const take = { heard: { handle: 'take' } };
    expect(await inbox.messages(5)).toEqual([take, take, take, take, { heard: 'after' }]);
    // It has arrived: ours is closed. The child, which had it dropped each time, has none.
    await closed;
    child.kill();
    await gone(child);
    server.close();
  });

  test('and then given up, with a warning', async () => {
    const reports = await reportsOf(module, giveUp, { args: [String(player)], flags: ['--no-warnings'] });
    const take = ['heard', { handle: 'take' }];
    expect(reports.slice(0, 5)).toEqual(expect.arrayContaining([take, take, take, take]));
    expect(reports).toContainEqual(['warning', 'SentHandleNotReceivedWarning']);
    expect(reports).toContainEqual(['heard', 'after']);
    expect(reports.filter(([event]) => event === 'heard')).toHaveLength(5);
    expect(reports).toContainEqual(['client', 'closed']);
  });

  test('a server is not sent again: it is still here', async () => {
    const server = await listening();
    const child = rawNode(module, player, [['NACK']]);
    const inbox = new Inbox(child);
    child.send('server', server);
    child.send('after');
    expect(await inbox.messages(2)).toEqual([{ heard: { handle: 'server' } }, { heard: 'after' }]);
    child.kill();
    await gone(child);
    await once(server.close(), 'close');
  });
});

/** A program that sends a connection to a child which never takes it. */
function giveUp({ spawn }, report, player) {
  const net = require('node:net');
  process.on('warning', ({ name }) => report(['warning', name]));
  const body = `const channel = new (require('node:net').Socket)({ fd: 3, readable: true, writable: true });
    (${player})(channel, ['NACK', 'NACK', 'NACK', 'NACK', 'NACK']);`;
  const child = spawn('sh', ['-c', 'unset NODE_CHANNEL_FD; exec "$@"', 'sh', process.execPath, '-e', body], {
    stdio: ['ignore', 'ignore', 2, 'ipc'],
  });
  const server = net.createServer((socket) => {
    child.send('take', socket);
    child.send('after');
  });
  child.on('message', ({ heard }) => {
    report(['heard', heard]);
    if (heard !== 'after') return;
    child.kill();
    server.close();
  });
  server.listen(0, '127.0.0.1', () => {
    net
      .connect(server.address().port, '127.0.0.1')
      .on('close', () => report(['client', 'closed']))
      .resume();
  });
}

describeEach('a child that dies with a handle on its way', (module) => {
  /** Waits for a message and goes without an answer. */
  const deaf = (channel) => channel.once('data', () => process.exit(3));

  test('a server stays ours, and works', async () => {
    const server = await listening();
    const child = rawNode(module, deaf);
    child.send('server', server);
    child.send('more', server);
    expect(await gone(child)).toEqual({ code: 3, signal: null });
    expect([child.connected, child.channel]).toEqual([false, null]);
    const { client, accepted } = await connectTo(server);
    await Promise.all([destroyed(client), destroyed(accepted)]);
    await once(server.close(), 'close');
  });

  test('sending to it is an error from then on', async () => {
    const server = await listening();
    const child = rawNode(module, deaf);
    child.send('server', server);
    await gone(child);
    const error = await new Promise((resolve) => child.send('late', resolve));
    expect(error.code).toBe('ERR_IPC_CHANNEL_CLOSED');
    await once(server.close(), 'close');
  });

  test('it is killed in the middle of hundreds', async () => {
    const server = await listening();
    const child = forkNode(module, () => {
      let count = 0;
      process.on('message', (_message, socket) => {
        socket.end('child');
        if (++count === 20) process.kill(process.pid, 'SIGKILL');
      });
    });
    const clients = [];
    const kept = [];
    server.on('connection', (socket) => {
      socket.on('error', () => {});
      kept.push(socket);
      if (child.connected) child.send('yours', socket, () => {});
    });
    for (let index = 0; index < 200; index++) {
      const client = require('node:net').connect(server.address().port, '127.0.0.1');
      client.on('error', () => {}).resume();
      clients.push(client);
    }
    expect(await gone(child)).toEqual({ code: null, signal: 'SIGKILL' });
    await until(() => kept.length === clients.length);
    // On its way when the child died; the built-in keeps it open for ever.
    if (module === builtin) child._pendingMessage?.handle.close();
    await Promise.all(clients.map(destroyed));
    await Promise.all(kept.filter((socket) => socket._handle).map(destroyed));
    server.close();
  });
});

test('forkless: a connection that was on its way is closed with the channel', async () => {
  const server = await listening();
  const before = openFds().length;
  const { client, accepted } = await connectTo(server);
  const child = rawNode(forkless, (channel) => channel.once('data', () => process.exit(3)));
  child.send('take', accepted);
  client.resume();
  await gone(child);
  const closed = await until(() => client.closed, 20_000);
  // So that one failure is one failure.
  if (!closed) child._pendingMessage?.handle.close();
  expect(closed).toBe(true);
  await until(() => openFds().filter((fd) => !fd.includes('pidfd')).length <= before);
  server.close();
});
