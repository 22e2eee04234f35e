'use strict';
// What ends a child from here: an AbortSignal and a timeout.

const { closed, next, output, record } = require('../helpers/children.js');
const { describeError } = require('../helpers/errors.js');
const { describeEach, onBoth } = require('../helpers/modules.js');
const { reportsOf } = require('../helpers/program.js');

/** What a child emits until its 'close'; errors as plain data. */
async function eventsOf(child) {
  const log = [];
  record(child, 'child', log);
  await closed(child);
  return log.map(([, event, ...args]) => [event, ...args.map(describeError)]);
}

const abortError = (cause) => ({
  class: 'AbortError',
  name: 'AbortError',
  message: 'The operation was aborted',
  head: 'AbortError: The operation was aborted',
  properties: { code: 'ABORT_ERR', name: 'AbortError' },
  cause,
});
const defaultReason = expect.objectContaining({ name: 'AbortError', message: 'This operation was aborted' });

describe('signal', () => {
  const sleeper = ({ spawn }, options) => spawn('sleep', ['1000'], { stdio: 'ignore', ...options });

  test('aborted before the call', async () => {
    const events = await onBoth((module) => eventsOf(sleeper(module, { signal: AbortSignal.abort() })));
    expect(events.map(([event]) => event).sort()).toEqual(['close', 'error', 'exit', 'spawn']);
    expect(events.find(([event]) => event === 'error')[1]).toMatchObject({ name: 'AbortError', cause: defaultReason });
    expect(events.at(-1)).toEqual(['close', null, 'SIGTERM']);
  });

  test('aborted in the same tick as the call', async () => {
    const events = await onBoth((module) => {
      const controller = new AbortController();
      const child = sleeper(module, { signal: controller.signal });
      const events = eventsOf(child);
      controller.abort();
      return events;
    });
    expect(events).toEqual([
      ['error', expect.objectContaining({ name: 'AbortError', cause: defaultReason })],
      ['spawn'],
      ['exit', null, 'SIGTERM'],
      ['close', null, 'SIGTERM'],
    ]);
  });

  test('aborted while it runs', async () => {
    const events = await onBoth((module) => {
      const controller = new AbortController();
      const child = sleeper(module, { signal: controller.signal });
      child.on('spawn', () => setImmediate(() => controller.abort()));
      return eventsOf(child);
    });
    expect(events).toEqual([
      ['spawn'],
      ['error', expect.objectContaining({ name: 'AbortError', cause: defaultReason })],
      ['exit', null, 'SIGTERM'],
      ['close', null, 'SIGTERM'],
    ]);
  });

  test('aborted after the end: nothing comes of it', async () => {
    const events = await onBoth(async ({ spawn }) => {
      const controller = new AbortController();
      const child = spawn('true', { stdio: 'ignore', signal: controller.signal });
      const log = [];
      record(child, 'child', log);
      await closed(child);
      controller.abort();
      await new Promise(setImmediate);
      return [...log.map(([, event]) => event), child.killed];
    });
    expect(events).toEqual(['spawn', 'exit', 'close', false]);
  });

  test('aborted within a listener of exit', async () => {
    const events = await onBoth(async ({ spawn }) => {
      const controller = new AbortController();
      const child = spawn('true', { stdio: 'ignore', signal: controller.signal });
      child.on('exit', () => controller.abort());
      return eventsOf(child);
    });
    expect(events.map(([event]) => event)).toEqual(['spawn', 'exit', 'close']);
  });

  test.each([
    ['an error', () => new RangeError('mine')],
    ['a string', () => 'because'],
    ['null', () => null],
    ['an object', () => ({ a: 1 })],
  ])('the reason is the cause: %s', async (_name, reason) => {
    const error = await onBoth(async (module) => {
      const controller = new AbortController();
      const child = sleeper(module, { signal: controller.signal });
      const failed = next(child, 'error');
      const end = closed(child);
      controller.abort(reason());
      const [error] = await failed;
      await end;
      return describeError(error);
    });
    expect(error).toEqual(abortError(describeError(reason())));
  });

  test('killSignal is what it sends', async () => {
    const events = await onBoth((module) => {
      const controller = new AbortController();
      const child = sleeper(module, { signal: controller.signal, killSignal: 'SIGKILL' });
      child.on('spawn', () => controller.abort());
      return eventsOf(child);
    });
    expect(events.at(-1)).toEqual(['close', null, 'SIGKILL']);
  });

  test('killed before: the abort adds its error', async () => {
    const seen = await onBoth(async (module) => {
      const controller = new AbortController();
      const child = sleeper(module, { signal: controller.signal });
      child.on('spawn', () => {
        child.kill('SIGINT');
        controller.abort();
      });
      return (await eventsOf(child)).filter(([event]) => event === 'error').map(([, { name }]) => name);
    });
    expect(seen).toEqual(['AbortError']);
  });

  test('a start that failed, with a signal that is aborted later', async () => {
    const events = await onBoth(async ({ spawn }) => {
      const controller = new AbortController();
      const child = spawn('/nowhere/x', { signal: controller.signal });
      const events = await eventsOf(child);
      controller.abort();
      await new Promise(setImmediate);
      return [...events.map(([event]) => event), child.killed];
    });
    expect(events).toEqual(['error', 'close', false]);
  });

  test('one signal for many', async () => {
    const ends = await onBoth(async (module) => {
      const controller = new AbortController();
      const children = Array.from({ length: 5 }, () => sleeper(module, { signal: controller.signal }));
      const all = children.map(closed);
      controller.abort();
      return (await Promise.all(all)).map(({ signal, error }) => [signal, error.name]);
    });
    expect(ends).toEqual(Array(5).fill(['SIGTERM', 'AbortError']));
  });

  test('AbortSignal.timeout, whose reason says so', async () => {
    const causes = await onBoth(async (module) => {
      const end = await closed(sleeper(module, { signal: AbortSignal.timeout(50) }));
      return [end.signal, end.error.cause.name];
    });
    expect(causes).toEqual(['SIGTERM', 'TimeoutError']);
  });

  test('no listener stays on the signal', async () => {
    const counts = await onBoth((module) =>
      reportsOf(module, ({ spawn }, report) => {
        const { getEventListeners } = require('node:events');
        const { signal } = new AbortController();
        const child = spawn('true', { signal });
        report(getEventListeners(signal, 'abort').length);
        child.on('close', () => report(getEventListeners(signal, 'abort').length));
      }),
    );
    expect(counts).toEqual([1, 0]);
  });

  test('a listener that stops the others does not save the child', async () => {
    const seen = await onBoth(async (module) => {
      const controller = new AbortController();
      controller.signal.addEventListener('abort', (event) => event.stopImmediatePropagation());
      const child = sleeper(module, { signal: controller.signal });
      const end = closed(child);
      controller.abort();
      const { killed } = child;
      child.kill('SIGKILL');
      return [killed, await end.then(({ signal }) => signal)];
    });
    // Nodes before 20 are stopped by it.
    expect(seen[0] ? 'SIGTERM' : 'SIGKILL').toBe(seen[1]);
  });
});

describeEach('timeout', ({ spawn }) => {
  test('ends what takes too long', async () => {
    const child = spawn('sleep', ['1000'], { timeout: 20, stdio: 'ignore' });
    expect(await closed(child)).toEqual({ code: null, signal: 'SIGTERM' });
    expect(child.killed).toBe(true);
  });

  test('by killSignal', async () => {
    const options = { timeout: 20, killSignal: 'SIGKILL', stdio: 'ignore' };
    const child = spawn('sh', ['-c', 'trap "" TERM; exec sleep 1000'], options);
    expect(await closed(child)).toEqual({ code: null, signal: 'SIGKILL' });
  });

  test('by killSignal as a number', async () => {
    const child = spawn('sleep', ['1000'], { timeout: 20, killSignal: 1, stdio: 'ignore' });
    expect(await closed(child)).toEqual({ code: null, signal: 'SIGHUP' });
  });

  test.each([0, undefined])('%p: there is none', async (timeout) => {
    const child = spawn('cat', { timeout });
    await next(child, 'spawn');
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(child.killed).toBe(false);
    child.stdin.end();
    expect((await output(child)).code).toBe(0);
  });

  test('does not touch what ends in time', async () => {
    const child = spawn('true', { timeout: 2 ** 30 });
    expect(await output(child)).toMatchObject({ code: 0, signal: null });
    expect(child.killed).toBe(false);
  });
});

describeEach('a timeout and the event loop', (module) => {
  test('does not keep it alive after the exit', async () => {
    const reports = await reportsOf(module, ({ spawn }, report) => {
      spawn('true', { timeout: 2 ** 30 }).on('close', (code) => report(code));
    });
    expect(reports).toEqual([0]);
  });
});

test('where a test has put fakes in the place of timers and ticks', async () => {
  const reports = await onBoth((module) =>
    reportsOf(module, ({ execFile, spawn }, report) => {
      const fake = () => ({ unref() {} });
      Object.assign(globalThis, { setTimeout: fake, clearTimeout: fake, setImmediate: fake });
      const sleeps = () => spawn('sleep', ['60'], { stdio: 'ignore', timeout: 100 });
      sleeps().on('close', (...end) => {
        report(end);
        execFile('sleep', ['60'], { timeout: 100 }, (error) => {
          report([error.killed, error.signal]);
          process.nextTick = () => {};
          sleeps().on('close', (...end) => report(end));
        });
      });
    }),
  );
  expect(reports).toEqual([
    [null, 'SIGTERM'],
    [true, 'SIGTERM'],
    [null, 'SIGTERM'],
  ]);
});
