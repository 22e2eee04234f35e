'use strict';
// The order of messages among each other and with 'disconnect', 'exit' and 'close'.

const net = require('node:net');
const { once } = require('node:events');
const { setTimeout: sleep } = require('node:timers/promises');
const { closed, record } = require('../helpers/children.js');
const { describeEach, forkless } = require('../helpers/modules.js');
const { statOf } = require('../helpers/proc.js');
const { hasLibuv } = require('../../lib/release.js');
const { reportsOf } = require('../helpers/program.js');
const { until } = require('../helpers/until.js');
const { Inbox, forkNode, gone } = require('./nodes.js');
const { listening } = require('./sockets.js');

/** The names of what a child emitted, without doubles in a row. @param {any[]} log */
const names = (log) => log.map(([, event]) => event).filter((event, index, all) => event !== all[index - 1]);

describeEach('at the end', (module) => {
  test('spawn first, messages, then the end', async () => {
    const child = forkNode(module, () => process.send('only', () => process.disconnect()));
    const log = [];
    record(child, 'child', log);
    child.on('message', () => {});
    await closed(child);
    await until(() => log.some(([, event]) => event === 'disconnect'));
    const [first, second, ...rest] = names(log.filter(([, event]) => event !== 'internalMessage'));
    expect([first, second]).toEqual(['spawn', 'message']);
    expect(rest.sort()).toEqual(['close', 'disconnect', 'exit']);
  });

  test('all that was sent before process.exit() arrives before the close', async () => {
    const child = forkNode(module, () => {
      let left = 1000;
      const sendNext = () => {
        if (left-- > 0) process.send(left, sendNext);
        else process.exit(5);
      };
      sendNext();
    });
    const log = [];
    child.on('message', (message) => log.push(message));
    child.on('close', () => log.push('close'));
    expect(await closed(child)).toEqual({ code: 5, signal: null });
    expect(log).toEqual([...Array.from({ length: 1000 }, (_, index) => 999 - index), 'close']);
  });

  test('a program that writes a message and dies', async () => {
    const child = module.spawn('sh', ['-c', 'echo \'"last words"\' >&3; kill -9 $$'], {
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    const log = [];
    child.on('message', (message) => log.push(message));
    child.on('close', (_code, signal) => log.push(signal));
    await closed(child);
    expect(log).toEqual(['last words', 'SIGKILL']);
  });
});

test.each([[1], [70], [500]])(
  "forkless: of a child that has ended while we worked, %d messages come before 'exit', and 'disconnect' as the end of a stream",
  async (count) => {
    const script = `i=0; while [ $i -lt ${count} ]; do echo $i >&3; i=$((i + 1)); done`;
    const child = forkless.spawn('sh', ['-c', script], { stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
    const log = [];
    let told = 0;
    child.on('message', () => told++);
    for (const event of ['disconnect', 'exit', 'close']) child.on(event, () => log.push([event, told]));
    // A loop that is not left: all has come when it is.
    while (statOf(child.pid)?.state !== 'Z');
    await closed(child);
    await until(() => log.length === 3);
    expect(log.map(([, told]) => told)).toEqual([count, count, count]);
    // Since 1.52 libuv reads that end in a turn of its own, and 'exit' may come between.
    if (!hasLibuv(52)) expect(log.map(([event]) => event)).toEqual(['disconnect', 'exit', 'close']);
  },
);

test("forkless: messages sent before the exit arrive before 'exit', of each of many", async () => {
  const runs = Array.from({ length: 50 }, async () => {
    const script = 'for i in 1 2 3 4 5; do echo $i >&3; done; exit 3';
    const child = forkless.spawn('sh', ['-c', script], { stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
    const log = [];
    child.on('message', (message) => log.push(message));
    child.on('exit', () => log.push('exit'));
    await closed(child);
    expect(log).toEqual([1, 2, 3, 4, 5, 'exit']);
  });
  await Promise.all(runs);
});

test("forkless: 2 MB written just before the exit arrive before 'exit'", async () => {
  const child = forkNode(forkless, () => process.send('x'.repeat(2_000_000), () => process.exit(5)));
  const log = [];
  child.on('message', ({ length }) => log.push(length));
  child.on('exit', (code) => log.push(code));
  await closed(child);
  expect(log).toEqual([2_000_000, 5]);
});

describeEach('listeners that come late', (module) => {
  /** A child that has sent 1, 2 and 3, which have been read, and stays. */
  const silent = async () => {
    const child = forkNode(module, () => {
      process.on('message', (message) => process.send(message));
      process.on('disconnect', () => process.exit());
      for (const number of [1, 2, 3]) process.send(number);
      process.send({ cmd: 'NODE_READ' });
    });
    await once(child, 'internalMessage');
    await sleep(1);
    return child;
  };

  test('get what came before, in order, on a later tick', async () => {
    const child = await silent();
    const seen = [];
    child.on('message', (message) => seen.push(message));
    expect(seen).toEqual([]);
    await until(() => seen.length >= 3);
    child.send(4);
    await until(() => seen.length >= 4);
    expect(seen).toEqual([1, 2, 3, 4]);
    child.disconnect();
    await gone(child);
  });

  test('by once(): all that came before are told, and it hears the first', async () => {
    const child = await silent();
    const [first] = await once(child, 'message');
    expect(first).toBe(1);
    const seen = [];
    child.on('message', (message) => seen.push(message));
    child.send(4);
    await until(() => seen.includes(4));
    // Those in between were told to nobody, as everything that is emitted.
    expect(seen).toEqual([4]);
    child.disconnect();
    await gone(child);
  });

  test('a listener of something else does not get them told', async () => {
    const child = await silent();
    child.on('error', () => {});
    await sleep(10);
    const seen = [];
    child.on('message', (message) => seen.push(message));
    await until(() => seen.length >= 3);
    expect(seen).toEqual([1, 2, 3]);
    child.disconnect();
    await gone(child);
  });

  test('after the end of the channel get nothing', async () => {
    const child = await silent();
    child.disconnect();
    await gone(child);
    const seen = [];
    child.on('message', (message) => seen.push(message));
    await sleep(10);
    expect(seen).toEqual([]);
  });
});

describeEach('many sizes, and handles between them', (module) => {
  /** Sends back each number that comes, and whether a handle came too. */
  const echo = () => {
    process.on('message', ({ index }, handle) => {
      process.send({ index, handle: handle ? handle.constructor.name : null });
      handle?.close();
    });
  };

  test.each([['json'], ['advanced']])('%s: none is lost, none is doubled, none is early', async (serialization) => {
    const server = await listening();
    const child = forkNode(module, echo, [], { serialization });
    const inbox = new Inbox(child);
    const sizes = [0, 100, 5_000, 70_000, 300_000];
    const count = 100;
    const called = [];
    for (let index = 0; index < count; index++) {
      const message = { index, filling: 'x'.repeat(sizes[index % sizes.length]) };
      const handle = index % 7 === 3 ? server : undefined;
      child.send(message, handle, (error) => called.push([index, error]));
    }
    const expected = Array.from({ length: count }, (_, index) => ({
      index,
      handle: index % 7 === 3 ? 'Server' : null,
    }));
    expect(await inbox.messages(count)).toEqual(expected);
    await until(() => called.length === count);
    expect(called.sort(([one], [other]) => one - other)).toEqual(expected.map(({ index }) => [index, null]));
    child.disconnect();
    await gone(child);
    await once(server.close(), 'close');
  });

  test('from the child too', async () => {
    const child = forkNode(module, () => {
      const server = require('node:net')
        .createServer()
        .listen(0, '127.0.0.1', () => {
          const sizes = [0, 100, 5_000, 70_000, 300_000];
          let left = 100;
          for (let index = 0; index < 100; index++) {
            process.send({ index, filling: 'x'.repeat(sizes[index % 5]) }, index % 7 === 3 ? server : undefined, () => {
              if (--left > 0) return;
              server.close();
              process.disconnect();
            });
          }
        });
    });
    const seen = [];
    child.on('message', ({ index, filling }, handle) => {
      seen.push([index, filling.length, handle instanceof net.Server]);
      handle?.close();
    });
    expect(await gone(child)).toEqual({ code: 0, signal: null });
    expect(seen).toEqual(
      Array.from({ length: 100 }, (_, index) => [index, [0, 100, 5_000, 70_000, 300_000][index % 5], index % 7 === 3]),
    );
  });
});

describeEach('a listener that throws', (module) => {
  test('is an uncaught exception, and the next message is told', async () => {
    const body = ({ spawn }, report) => {
      process.on('uncaughtException', (error) => report(['uncaught', error]));
      const code = '[1, 2, 3].forEach((number) => process.send(number))';
      const child = spawn(process.execPath, ['-e', code], { stdio: ['ignore', 'ignore', 2, 'ipc'] });
      child.on('message', (message) => {
        report(['message', message]);
        throw message;
      });
    };
    expect(await reportsOf(module, body)).toEqual([
      ['message', 1],
      ['uncaught', 1],
      ['message', 2],
      ['uncaught', 2],
      ['message', 3],
      ['uncaught', 3],
    ]);
  });
});
