'use strict';
// send() when the child does not read: false, and still delivered; callbacks
// in order and after the write; errors when the other side is gone.

const { AsyncLocalStorage } = require('node:async_hooks');
const { once } = require('node:events');
const { describeEach } = require('../helpers/modules.js');
const { statOf } = require('../helpers/proc.js');
const { reportsOf } = require('../helpers/program.js');
const { until } = require('../helpers/until.js');
const { Inbox, forkNode, gone, rawNode } = require('./nodes.js');

/** Counts what comes, in order, until `count`. */
function counter(channel, count) {
  let bytes = '';
  let next = 0;
  channel.on('data', (chunk) => {
    const lines = (bytes + chunk.toString('latin1')).split('\n');
    bytes = lines.pop();
    for (const line of lines) if (JSON.parse(line).index === next) next++;
    if (next === count) channel.end(`${next}\n`);
  });
  channel.write('"ready"\n');
}

/**
 * A counter that is stopped, so that it reads nothing before SIGCONT. A net.Socket on
 * pause() would not do: it reads one more piece, and a send() in that very moment is
 * written at once, before what waits has been called back on the built-in.
 */
async function stoppedCounter(module, count) {
  const child = rawNode(module, counter, [count]);
  const inbox = new Inbox(child);
  expect(await inbox.message()).toBe('ready');
  child.kill('SIGSTOP');
  expect(await until(() => statOf(child.pid).state === 'T')).toBe(true);
  return { child, inbox };
}

const message = (index) => ({ index, filling: 'x'.repeat(10_000) });

describeEach('a child that does not read', (module) => {
  test('send() gives false, and all arrives, once and in order', async () => {
    const count = 500;
    const { child, inbox } = await stoppedCounter(module, count);
    const returned = [];
    for (let index = 0; index < count; index++) returned.push(child.send(message(index)));
    expect(returned[0]).toBe(true);
    expect(returned.at(-1)).toBe(false);
    // Once it is false, it is so until the socket takes more.
    expect(returned).toEqual([...returned].sort().reverse());
    child.kill('SIGCONT');
    expect(await inbox.message()).toBe(count);
    expect(await gone(child)).toEqual({ code: 0, signal: null });
  });

  test('the callbacks of what waits come after the write, in order, without an error', async () => {
    const count = 500;
    const { child, inbox } = await stoppedCounter(module, count);
    const called = [];
    for (let index = 0; index < count; index++) child.send(message(index), (error) => called.push([index, error]));
    await new Promise((resolve) => setTimeout(resolve, 50));
    const early = called.length;
    expect(early).toBeGreaterThan(0);
    expect(early).toBeLessThan(count);
    child.kill('SIGCONT');
    expect(await inbox.message()).toBe(count);
    await gone(child);
    expect(called).toEqual(Array.from({ length: count }, (_, index) => [index, null]));
  });

  test('send() gives true again when the child has read', async () => {
    const { child, inbox } = await stoppedCounter(module, 201);
    let last;
    const written = new Promise((resolve) => {
      for (let index = 0; index < 200; index++) last = child.send(message(index), index === 199 ? resolve : undefined);
    });
    expect(last).toBe(false);
    child.kill('SIGCONT');
    await written;
    expect(child.send(message(200))).toBe(true);
    expect(await inbox.message()).toBe(201);
    await gone(child);
  });

  test('a message larger than any buffer is one false, and arrives', async () => {
    const child = forkNode(module, () => process.on('message', ({ length }) => process.send(length)));
    const inbox = new Inbox(child);
    expect(child.send('x'.repeat(3_000_000))).toBe(false);
    expect(await inbox.message()).toBe(3_000_000);
    expect(child.send('small')).toBe(true);
    expect(await inbox.message()).toBe(5);
    child.disconnect();
    await gone(child);
  });

  test('killed: no callback is called twice', async () => {
    const count = 500;
    const { child } = await stoppedCounter(module, count);
    const called = new Array(count).fill(0);
    for (let index = 0; index < count; index++) child.send(message(index), () => called[index]++);
    child.kill('SIGKILL');
    expect(await gone(child)).toEqual({ code: null, signal: 'SIGKILL' });
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(called.every((times) => times <= 1)).toBe(true);
    expect(called[0]).toBe(1);
  });
});

describeEach('a callback of a message that had to wait', (module) => {
  const BIG = 3_000_000;
  const reader = () => process.on('message', () => {});

  test('that throws keeps none of the others from being called, nor the channel from closing', async () => {
    const body = ({ fork }, report, file, code, size) => {
      const child = fork(file, [code, '[]'], { execArgv: [], stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
      process.on('uncaughtException', ({ message }) => report(message));
      for (const index of [0, 1, 2, 3]) {
        child.send('x'.repeat(size), (error) => {
          report([index, error]);
          if (index === 3) child.disconnect();
          throw new Error(`of ${index}`);
        });
      }
      child.on('disconnect', () => report('disconnect'));
      child.on('exit', (code) => report(code));
    };
    const args = [require.resolve('./fixtures/run.js'), String(reader), BIG];
    const called = [0, 1, 2, 3].flatMap((index) => [[index, null], `of ${index}`]);
    expect(await reportsOf(module, body, { args })).toEqual([...called, 'disconnect', 0]);
  });

  test('runs in the context of its send(), with a turn of its own', async () => {
    const store = new AsyncLocalStorage();
    const child = store.run('fork', () => forkNode(module, reader));
    const log = [];
    const send = (name, message) =>
      new Promise((resolve) =>
        store.run(name, () =>
          child.send(message, () => {
            log.push(store.getStore());
            process.nextTick(() => log.push('tick'));
            resolve(undefined);
          }),
        ),
      );
    await Promise.all([send('A', 'x'.repeat(BIG)), send('B', 'small'), send('C', 'x'.repeat(BIG))]);
    child.disconnect();
    expect(await gone(child)).toEqual({ code: 0, signal: null });
    expect(log).toEqual(['A', 'tick', 'B', 'tick', 'C', 'tick']);
  });
});

describeEach('a child that has closed its end', (module) => {
  test.each([['json'], ['advanced']])('sending to it (%s) does no harm', async (serialization) => {
    // It closes without a word, and what it has not read is lost with it.
    const child = rawNode(
      module,
      (channel) => {
        process.on('SIGUSR2', () => channel.destroy());
        setTimeout(() => {}, 1e6);
        channel.pause();
        process.stdout.write('ready');
      },
      [],
      { serialization, stdio: ['ignore', 'pipe', 'inherit', 'ipc'] },
    );
    await once(child.stdout, 'data');
    child.kill('SIGUSR2');
    const errors = [];
    child.on('error', (error) => errors.push(error.code));
    while (child.connected) {
      await new Promise((resolve) => child.send({ a: 1 }, (error) => setImmediate(resolve, error)));
    }
    const error = await new Promise((resolve) => child.send('x', resolve));
    expect(error.code).toBe('ERR_IPC_CHANNEL_CLOSED');
    expect(errors).toEqual([]);
    child.kill();
    expect(await gone(child)).toEqual({ code: null, signal: 'SIGTERM' });
  });
});
