'use strict';
// The events of a child and of its streams, and their order.

const path = require('node:path');
const { hasLibuv } = require('../../lib/release.js');
const { closed, next, output, record } = require('../helpers/children.js');
const { describeError } = require('../helpers/errors.js');
const { makeFolder, removeFolder } = require('../helpers/folder.js');
const { builtin, describeEach, forkless, onBoth } = require('../helpers/modules.js');
const { reportsOf } = require('../helpers/program.js');

let folder;
let runs = 0;

beforeAll(() => {
  folder = makeFolder();
});

afterAll(() => removeFolder(folder));

/** Events of the child, and the kinds of events of its streams, in order. */
function recordAll(child) {
  const log = [];
  record(child, 'child', log);
  for (const [index, stream] of (child.stdio ?? []).entries()) if (stream) record(stream, `fd ${index}`, log);
  return log;
}

/** Only these events of a log, as "label event". */
const only = (log, ...events) =>
  log.filter(([, event]) => events.includes(event)).map(([label, event]) => `${label} ${event}`);

describeEach('order', ({ spawn }) => {
  test('spawn comes first, before any data; close comes last', async () => {
    const child = spawn('sh', ['-c', 'echo x; echo y >&2']);
    const log = recordAll(child);
    await output(child);
    const order = only(log, 'spawn', 'data', 'readable', 'exit', 'close');
    expect(order[0]).toBe('child spawn');
    expect(order.at(-1)).toBe('child close');
    expect(order.indexOf('child exit')).toBeLessThan(order.indexOf('child close'));
    expect(order.filter((event) => event === 'child spawn' || event === 'child exit')).toHaveLength(2);
  });

  test('spawn is not emitted before the caller can listen', async () => {
    const child = spawn('true');
    let emitted = false;
    child.on('spawn', () => {
      emitted = true;
    });
    expect(emitted).toBe(false);
    await output(child);
    expect(emitted).toBe(true);
  });

  test('close waits for every stream', async () => {
    const child = spawn('sh', ['-c', 'exit 3'], { stdio: Array(6).fill('pipe') });
    const log = recordAll(child);
    for (const stream of child.stdio.slice(1)) stream.resume();
    await next(child, 'close');
    const ends = only(log, 'close');
    expect(ends.at(-1)).toBe('child close');
    expect(ends.slice(0, -1).sort()).toEqual(
      expect.arrayContaining(['fd 1 close', 'fd 2 close', 'fd 3 close', 'fd 4 close', 'fd 5 close']),
    );
  });

  test('without streams close follows exit at once', async () => {
    const child = spawn('true', { stdio: 'ignore' });
    const log = recordAll(child);
    await next(child, 'close');
    expect(log).toEqual([
      ['child', 'spawn'],
      ['child', 'exit', 0, null],
      ['child', 'close', 0, null],
    ]);
  });
});

describeEach('how it ended', ({ spawn }) => {
  test.each([0, 1, 2, 127, 128, 254, 255])('exit code %i', async (status) => {
    const child = spawn('sh', ['-c', `exit ${status}`]);
    const log = recordAll(child);
    await output(child);
    const ends = log.filter(([label, event]) => label === 'child' && event !== 'spawn');
    expect(ends).toEqual([
      ['child', 'exit', status, null],
      ['child', 'close', status, null],
    ]);
    expect([child.exitCode, child.signalCode, child.killed]).toEqual([status, null, false]);
  });

  test.each(['SIGHUP', 'SIGINT', 'SIGKILL', 'SIGSEGV', 'SIGTERM', 'SIGUSR2', 'SIGABRT'])('%s', async (name) => {
    const child = spawn('sh', ['-c', `ulimit -c 0; kill -${name.slice(3)} $$`]);
    const log = recordAll(child);
    await output(child);
    const ends = log.filter(([label, event]) => label === 'child' && event !== 'spawn');
    expect(ends).toEqual([
      ['child', 'exit', null, name],
      ['child', 'close', null, name],
    ]);
    expect([child.exitCode, child.signalCode, child.killed]).toEqual([null, name, false]);
  });

  test('a real-time signal, which has no name here, reads as a good end', async () => {
    const child = spawn('sh', ['-c', 'kill -40 $$']);
    expect(await output(child)).toMatchObject({ code: 0, signal: null });
    expect([child.exitCode, child.signalCode]).toEqual([0, null]);
  });
});

describeEach('a start that fails', ({ spawn }) => {
  test('error comes on a later tick, and there is no spawn', async () => {
    const child = spawn('/nowhere/x');
    const log = recordAll(child);
    expect(log).toEqual([]);
    await closed(child);
    const events = log.filter(([label]) => label === 'child').map(([, event]) => event);
    expect(events).toEqual(['error', 'close']);
  });

  test('its streams end', async () => {
    const child = spawn('/nowhere/x', { stdio: ['pipe', 'pipe', 'pipe', 'pipe'] });
    const log = recordAll(child);
    await closed(child);
    expect(only(log, 'close')).toEqual(
      expect.arrayContaining(['fd 1 close', 'fd 2 close', 'fd 3 close', 'child close']),
    );
    expect(only(log, 'data')).toEqual([]);
  });
});

test('process.nextTick, promises and the events, in their order', async () => {
  const order = await onBoth((module) =>
    reportsOf(module, ({ spawn }, report) => {
      process.nextTick(() => report('tick before'));
      Promise.resolve().then(() => report('promise before'));
      const child = spawn('true', { stdio: 'ignore' });
      child.on('spawn', () => report('spawn'));
      const failed = spawn('/nowhere/x', { stdio: 'ignore' });
      failed.on('error', () => report('error'));
      process.nextTick(() => report('tick after'));
      Promise.resolve().then(() => report('promise after'));
      setImmediate(() => report('immediate'));
      report('end of script');
    }),
  );
  expect(order.filter((event) => event !== 'immediate')).toEqual([
    'end of script',
    'tick before',
    'spawn',
    'error',
    'tick after',
    'promise before',
    'promise after',
  ]);
});

test('the events of a child, with all of its streams read, are those of the built-in', async () => {
  const log = await onBoth(async ({ spawn }) => {
    const child = spawn('sh', ['-c', 'read line; echo "$line"; exit 4']);
    const log = recordAll(child);
    child.stdin.end('hello\n');
    await output(child);
    // The order among different streams is a matter of chance.
    const told = log.filter(([, event]) => !['pause', 'readable', 'resume'].includes(event));
    const of = (label) => told.filter(([one]) => one === label).map(([, event, ...args]) => [event, args.map(String)]);
    return { child: of('child'), stdout: of('fd 1'), stderr: of('fd 2') };
  });
  expect(log.child).toEqual([
    ['spawn', []],
    ['exit', ['4', 'null']],
    ['close', ['4', 'null']],
  ]);
  expect(log.stdout.map(([event]) => event)).toEqual(['data', 'end', 'close']);
  expect(log.stderr.map(([event]) => event)).toEqual(['end', 'close']);
});

test.each([
  ['what a child wrote comes', 'echo last words', 'data'],
  ['the end of its streams comes', 'exit 0', 'end'],
])('%s before its exit, also when both come while another one is told of', async (_title, ending, first) => {
  const [seen] = await onBoth((module) =>
    reportsOf(
      module,
      ({ spawn }, report, flag, ending, first) => {
        const fs = require('node:fs');
        const second = spawn('sh', ['-c', `until [ -e ${flag} ]; do :; done; ${ending}`], {
          stdio: ['ignore', 'pipe', 'inherit'],
        });
        const log = [];
        second.stdout.on('data', () => log.push('data'));
        second.stdout.on('end', () => log.push('end'));
        second.on('exit', () => log.push('exit'));
        // The end of a stream that had more to say may be told later: docs/differences.md.
        second.on('close', () => report(log.filter((event) => event === first || event === 'exit')));
        const isDead = () => /^State:\s*Z/m.test(fs.readFileSync(`/proc/${second.pid}/status`, 'utf8'));
        // The loop has asked the pipes already, and the second one comes to its end.
        spawn('true', { stdio: 'ignore' }).on('exit', () => {
          fs.writeFileSync(flag, '');
          while (!isDead());
          // For the thread that learns of it. Were this too short, the test would only show less.
          Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 50);
        });
      },
      { args: [path.join(folder, String(runs++)), ending, first] },
    ),
  );
  expect(seen).toEqual([first, 'exit']);
});

test('an error without a listener is uncaught', async () => {
  const [error] = await onBoth((module) =>
    reportsOf(module, ({ spawn }, report) => {
      process.on('uncaughtException', (error, origin) => report([error.message, error.code, origin]));
      spawn('/nowhere/x');
    }),
  );
  expect(error).toEqual(['spawn /nowhere/x ENOENT', 'ENOENT', 'uncaughtException']);
});

test('events are emitted by emit(), which can be watched', async () => {
  const error = await onBoth(async ({ spawn }) => {
    const child = spawn('/nowhere/x', ['a']);
    const log = recordAll(child);
    await closed(child);
    return describeError(log.find(([, event]) => event === 'error')[2]);
  });
  expect(error.message).toBe('spawn /nowhere/x ENOENT');
});

describeEach('a turn in which the child has ended', (module) => {
  test("brings 'exit' before its immediates", async () => {
    const reports = await reportsOf(module, ({ spawn }, report) => {
      const { readFileSync } = require('node:fs');
      // On a busy machine the end may be heard of a turn later, on the built-in too: then once more,
      // with more time for whoever hears of it.
      let time = 0;
      const run = () => {
        const child = spawn('true', { stdio: 'ignore' });
        const log = [];
        child.on('spawn', () => {
          while (!readFileSync(`/proc/${child.pid}/stat`, 'utf8').includes(') Z'));
          Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, time++);
          child.on('exit', () => log.push('exit'));
          setImmediate(() => log.push('immediate'));
        });
        child.on('close', () => (log[0] === 'exit' ? report('exit') : setImmediate(run)));
      };
      run();
    });
    expect(reports).toEqual(['exit']);
  });
});

describe('a turn that brings what a child wrote, and its end', () => {
  /** The events of such a child, once they are the expected ones, or as they are the last time. */
  const events = (module, expected) =>
    reportsOf(
      module,
      ({ spawn }, report, expected) => {
        const { readFileSync } = require('node:fs');
        // Once more, as above.
        let time = 0;
        const run = () => {
          const child = spawn('echo', ['words'], { stdio: ['ignore', 'pipe', 'ignore'] });
          const log = [];
          for (const event of ['data', 'end']) child.stdout.on(event, () => log.push(event));
          child.on('spawn', () => {
            while (!readFileSync(`/proc/${child.pid}/stat`, 'utf8').includes(') Z'));
            Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, time);
            child.on('exit', () => log.push('exit'));
            setImmediate(() => log.push('immediate'));
          });
          child.on('close', () => (expected.includes(`${log}`) || ++time > 50 ? report(`${log}`) : setImmediate(run)));
        };
        run();
      },
      { args: [expected] },
    );

  test("the data, the end, and 'exit', before the immediates where the turn brings all of it", async () => {
    // Since 1.52 libuv reads the end of a stream in a turn of its own.
    const expected = hasLibuv(52) ? 'data,exit,immediate,end' : 'data,end,exit,immediate';
    expect(await events(builtin, [expected])).toEqual([expected]);
    expect(await events(forkless, [expected])).toEqual([expected]);
  });
});
