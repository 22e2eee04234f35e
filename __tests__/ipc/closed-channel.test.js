'use strict';
// A channel at its end: who disconnects, what send() and disconnect() do then.

const { once } = require('node:events');
const { readFileSync } = require('node:fs');
const net = require('node:net');
const { closed } = require('../helpers/children.js');
const { describeError } = require('../helpers/errors.js');
const { describeEach, forkless, onBoth } = require('../helpers/modules.js');
const { until } = require('../helpers/until.js');
const { Inbox, forkNode, gone } = require('./nodes.js');

/** Says when it runs; goes when the channel does, with a code that tells so. */
function stay() {
  process.on('disconnect', () => process.exit(6));
  process.send('ready');
}

/** One that has no channel any more. */
async function disconnected(module) {
  const child = forkNode(module, stay);
  await new Inbox(child).message();
  child.disconnect();
  await gone(child);
  return child;
}

describeEach('disconnect() of ours', (module) => {
  test('the child hears of it', async () => {
    const child = forkNode(module, stay);
    await new Inbox(child).message();
    expect([child.connected, child.channel === null]).toEqual([true, false]);
    const heard = once(child, 'disconnect');
    expect(child.disconnect()).toBe(undefined);
    // Both at once; the event comes later.
    expect([child.connected, child.channel]).toEqual([false, null]);
    await heard;
    expect(await gone(child)).toEqual({ code: 6, signal: null });
  });

  test('is told once', async () => {
    const child = forkNode(module, stay);
    await new Inbox(child).message();
    let count = 0;
    child.on('disconnect', () => count++);
    child.disconnect();
    await gone(child);
    expect(count).toBe(1);
  });

  test('before the child has run a line', async () => {
    const child = forkNode(module, () => process.exit(process.connected ? 1 : 2));
    child.disconnect();
    // It finds a channel, and at its end.
    expect(await gone(child)).toEqual({ code: 1, signal: null });
  });

  test('what was sent before it arrives before it', async () => {
    const child = forkNode(module, () => {
      let count = 0;
      process.on('message', () => count++);
      process.on('disconnect', () => process.exit(count));
    });
    for (let index = 0; index < 100; index++) child.send({ index });
    child.disconnect();
    expect(await gone(child)).toEqual({ code: 100, signal: null });
  });
});

describeEach("disconnect() of the child's", (module) => {
  test('is an event here, and the child lives on', async () => {
    const child = forkNode(module, () => {
      process.disconnect();
      setTimeout(() => {}, 1e6);
    });
    await once(child, 'disconnect');
    expect([child.connected, child.channel, child.exitCode, child.signalCode]).toEqual([false, null, null, null]);
    child.kill();
    expect(await closed(child)).toEqual({ code: null, signal: 'SIGTERM' });
  });

  test('what it sent before arrives before', async () => {
    const child = forkNode(module, () => {
      process.send('one');
      process.send('two', () => process.disconnect());
    });
    const log = [];
    child.on('message', (message) => log.push(message));
    child.on('disconnect', () => log.push('disconnect'));
    await gone(child);
    expect(log).toEqual(['one', 'two', 'disconnect']);
  });
});

describeEach('on a channel that is closed', (module) => {
  const CLOSED = { name: 'Error', code: 'ERR_IPC_CHANNEL_CLOSED', message: 'Channel closed' };
  let child;
  beforeAll(async () => {
    child = await disconnected(module);
  });

  test('send() gives false, and the error to the callback, later', async () => {
    let called = false;
    const error = new Promise((resolve) => {
      expect(
        child.send('x', (error) => {
          called = true;
          resolve(error);
        }),
      ).toBe(false);
    });
    expect(called).toBe(false);
    expect(await error).toMatchObject(CLOSED);
  });

  test.each([
    ['a handle', ['x', undefined]],
    ['a handle and options', ['x', undefined, {}]],
  ])('the callback after %s', async (_name, args) => {
    const error = await new Promise((resolve) => child.send(...args, resolve));
    expect(error).toMatchObject(CLOSED);
  });

  test("else it is an 'error' event", async () => {
    const failed = once(child, 'error');
    expect(child.send('x')).toBe(false);
    expect((await failed)[0]).toMatchObject(CLOSED);
  });

  test('what the message is, nobody asks any more', async () => {
    const error = await new Promise((resolve) => child.send(undefined, resolve));
    expect(error).toMatchObject(CLOSED);
  });

  test("disconnect() is an 'error' event, at once", () => {
    const errors = [];
    child.once('error', (error) => errors.push(error));
    child.disconnect();
    expect(errors).toMatchObject([
      { name: 'Error', code: 'ERR_IPC_DISCONNECTED', message: 'IPC channel is already disconnected' },
    ]);
  });

  test('and where nobody listens, it is thrown', () => {
    expect(() => child.disconnect()).toThrow(expect.objectContaining({ code: 'ERR_IPC_DISCONNECTED' }));
  });
});

test('the errors are the same on both, to the last property', async () => {
  const errors = await onBoth(async (module) => {
    const child = await disconnected(module);
    const errors = [await new Promise((resolve) => child.send('x', resolve))];
    child.once('error', (error) => errors.push(error));
    child.disconnect();
    return errors.map((error) => ({ ...describeError(error), head: undefined, text: String(error) }));
  });
  expect(errors.map(({ text }) => text)).toEqual([
    'Error [ERR_IPC_CHANNEL_CLOSED]: Channel closed',
    'Error [ERR_IPC_DISCONNECTED]: IPC channel is already disconnected',
  ]);
});

describe("'close' after a disconnect() of ours", () => {
  test('forkless: comes', async () => {
    const child = forkNode(forkless, stay);
    await new Inbox(child).message();
    child.disconnect();
    expect(await closed(child)).toEqual({ code: 6, signal: null });
  });
});

describeEach('without a channel', ({ spawn }) => {
  test('there is no send() and no disconnect()', async () => {
    const child = spawn('true');
    expect([child.connected, child.channel, child.send, child.disconnect]).toEqual([
      false,
      undefined,
      undefined,
      undefined,
    ]);
    await closed(child);
  });

  test('of a start that failed', async () => {
    const child = spawn('/none/such', { stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
    await once(child, 'error');
    expect(await until(() => !child.connected)).toBe(true);
    const error = await new Promise((resolve) => child.send('x', resolve));
    expect(error.code).toBe('ERR_IPC_CHANNEL_CLOSED');
  });
});

describe('a child that has died, which this turn of the loop does not know yet', () => {
  /** What comes of a message sent to it. */
  async function sendToDead(module, handle, callback) {
    const child = module.spawn('sleep', ['60'], { stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
    const log = [];
    for (const event of ['error', 'disconnect', 'exit']) child.on(event, (value) => log.push([event, value?.code]));
    const end = closed(child);
    child.kill('SIGKILL');
    // Its end, waited for without the loop.
    while (!/^State:\s*Z/m.test(readFileSync(`/proc/${child.pid}/status`, 'utf8')));
    log.push([
      'send',
      child.send('too late', handle, callback ? (error) => log.push(['callback', error?.code]) : undefined),
    ]);
    await end;
    return log;
  }

  test.each([['with'], ['without']])('a message %s a callback: EPIPE', async (how) => {
    const log = await onBoth((module) => sendToDead(module, undefined, how === 'with'));
    expect(log[1]).toEqual([how === 'with' ? 'callback' : 'error', 'EPIPE']);
  });

  test('a handle: no error, which cluster would not survive', async () => {
    const server = net.createServer().listen(0);
    await once(server, 'listening');
    try {
      const log = await onBoth((module) => sendToDead(module, server));
      expect(log.map(([event]) => event)).toEqual(['send', 'exit']);
      // See docs/differences.md: the built-in says that all went well.
      expect(await sendToDead(forkless, server, true)).toContainEqual(['callback', 'EPIPE']);
    } finally {
      server.close();
    }
  });
});
