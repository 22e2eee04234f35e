'use strict';
// The streams of a child that are asked for late, or never: forkless makes each when it is asked for.

const { AsyncLocalStorage } = require('node:async_hooks');
const { once } = require('node:events');
const net = require('node:net');
const { finished } = require('node:stream');
const consumers = require('node:stream/consumers');
const { inspect } = require('node:util');
const { closed } = require('../helpers/children.js');
const { describeEach, onBoth } = require('../helpers/modules.js');
const { openFds, statOf, targetOf } = require('../helpers/proc.js');
const { reportsOf } = require('../helpers/program.js');
const { until } = require('../helpers/until.js');

/** Writes, opens a file by which one can see how far it is, and waits for input. */
const WRITE_AND_WAIT = 'printf out; printf err >&2; exec 4</proc/version; read line';

/** Waits until a child has come so far, and one turn more, in which streams have read what it wrote. */
async function waitsForInput(child) {
  await until(() => targetOf(child.pid, 4) === '/proc/version');
  for (let turn = 0; turn < 2; turn++) await new Promise(setImmediate);
}

describeEach('a stream asked for late', ({ fork, spawn }) => {
  test('has what came before', async () => {
    const child = spawn('sh', ['-c', `${WRITE_AND_WAIT}; printf more`]);
    const end = closed(child);
    await waitsForInput(child);
    const { stdout } = child;
    expect([stdout.readableLength, String(stdout.read())]).toEqual([3, 'out']);
    const rest = [];
    stdout.on('data', (chunk) => rest.push(chunk));
    expect(String(child.stderr.read())).toBe('err');
    child.stdin.end('\n');
    await end;
    expect(String(Buffer.concat(rest))).toBe('more');
  });

  test("in a listener of 'exit', read() has all there is", async () => {
    const child = spawn('sh', ['-c', 'printf out; printf err >&2; printf more >&3'], { stdio: Array(4).fill('pipe') });
    const end = closed(child);
    const got = await new Promise((resolve) => {
      child.on('exit', () =>
        resolve([child.stdout, child.stderr, child.stdio[3]].map((stream) => String(stream.read()))),
      );
    });
    expect(got).toEqual(['out', 'err', 'more']);
    await end;
  });

  test.each([1, 2])("%i ticks after 'exit': all there is", async (ticks) => {
    const child = spawn('sh', ['-c', 'printf text']);
    const end = closed(child);
    const log = [];
    await new Promise((resolve) => {
      const later = (left) => {
        if (left > 0) return process.nextTick(later, left - 1);
        child.stdout.on('data', (chunk) => log.push(String(chunk)));
        child.stdout.on('end', () => log.push('end')).on('close', resolve);
      };
      child.on('exit', () => later(ticks));
    });
    await end;
    expect(log).toEqual(['text', 'end']);
  });

  test.each([1, 2, 3, 5, 10])(
    'while it flows away (%i microtasks after that): it is read to its end',
    async (count) => {
      const child = spawn('sh', ['-c', 'printf text']);
      const end = closed(child);
      await once(child, 'exit');
      for (let turn = 0; turn < count; turn++) await undefined;
      expect(['', 'text']).toContain(await consumers.text(child.stdout));
      await end;
    },
  );

  test('one turn after that: it closes', async () => {
    const child = spawn('sh', ['-c', 'printf text']);
    const end = closed(child);
    await once(child, 'exit');
    await new Promise(setImmediate);
    if (!child.stdout.closed) await new Promise((resolve) => child.stdout.on('close', resolve));
    await end;
    expect(child.stdout.destroyed).toBe(true);
  });

  test("in a listener of 'spawn', with all its events", async () => {
    const child = spawn('sh', ['-c', 'printf text']);
    const end = closed(child);
    const log = [];
    child.on('spawn', () => {
      child.stdout.on('data', (chunk) => log.push(String(chunk)));
      for (const name of ['end', 'close']) child.stdout.on(name, () => log.push(name));
    });
    await end;
    expect(log).toEqual(['text', 'end', 'close']);
  });

  test('a large output, from its beginning', async () => {
    const child = spawn('seq', ['1', '1200000']);
    const end = closed(child);
    // It waits for somebody to read.
    await until(() => statOf(child.pid)?.name === 'seq' && statOf(child.pid)?.state === 'S');
    let text = '';
    child.stdout.setEncoding('utf8').on('data', (chunk) => {
      text += chunk;
    });
    await end;
    const lines = text.split('\n');
    expect([lines.length, lines[0], lines[1_199_999]]).toEqual([1_200_001, '1', '1200000']);
  });

  test('after the end: it ends well, and has nothing to read', async () => {
    const child = spawn('sh', ['-c', 'echo unread; echo unread >&2']);
    await closed(child);
    for (const stream of [child.stdout, child.stderr]) {
      const log = [];
      for (const name of ['data', 'error']) stream.on(name, () => log.push(name));
      expect(await new Promise((resolve) => finished(stream, resolve))).toBeUndefined();
      expect(await until(() => stream.destroyed)).toBe(true);
      expect(log).toEqual([]);
      const { readable, readableEnded, writable, writableEnded, writableFinished, destroyed, errored } = stream;
      expect({ readable, readableEnded, writable, writableEnded, writableFinished, destroyed, errored }).toEqual({
        readable: false,
        readableEnded: true,
        writable: false,
        writableEnded: true,
        writableFinished: true,
        destroyed: true,
        errored: null,
      });
    }
    expect([child.stdin.destroyed, child.stdin.writable]).toEqual([true, false]);
  });

  test.each([
    ["in 'close'", (child, ask) => child.on('close', ask)],
    ["in a tick of 'exit'", (child, ask) => child.on('exit', () => process.nextTick(ask))],
    ["in a microtask of 'exit'", (child, ask) => once(child, 'exit').then(ask)],
  ])('%s: it ends well for who waits for that', async (_name, when) => {
    for (const command of ['true', 'echo']) {
      const child = spawn(command);
      const errors = await new Promise((resolve) => {
        when(child, () => {
          const streams = [child.stdout.resume(), child.stderr.resume()];
          resolve(Promise.all(streams.map((stream) => new Promise((ended) => finished(stream, ended)))));
        });
      });
      expect(errors).toEqual([undefined, undefined]);
      expect([child.stdout.destroyed, child.stdout.writableFinished]).toEqual([true, true]);
    }
  });

  test('is the same each time, and in stdio', async () => {
    const child = spawn('cat', { stdio: ['pipe', 'pipe', 'ignore', 'pipe'] });
    const { stdin } = child;
    expect(child.stderr).toBeNull();
    expect(child.stdio).toEqual([stdin, child.stdout, null, expect.any(net.Socket)]);
    expect([child.stdin, child.stdio[1]]).toEqual([stdin, child.stdout]);
    expect(child.stdio).toBe(child.stdio);
    child.stdin.end();
    await closed(child);
  });

  test('is of the async context of the call', async () => {
    const storage = new AsyncLocalStorage();
    const child = storage.run('call', () => spawn('sh', ['-c', `${WRITE_AND_WAIT}; printf more`]));
    const end = closed(child);
    await waitsForInput(child);
    const seen = [];
    storage.run('asking', () => child.stdout.on('data', () => seen.push(storage.getStore())));
    child.stdin.end('\n');
    await end;
    // What was there flows on a tick of who asks.
    expect(seen).toEqual(['asking', 'call']);
  });

  test('of a forked child', async () => {
    const child = fork('-e', ["process.stdout.write('text'); process.send('sent')"], { silent: true, execArgv: [] });
    const end = closed(child);
    await once(child, 'message').catch(() => {});
    await end;
    expect(child.stdout).toBeInstanceOf(net.Socket);
  });
});

describeEach('streams that nobody asks for', ({ spawn }) => {
  test('are shown as any others', async () => {
    const child = spawn('cat');
    const shown = inspect(child, { depth: 0 });
    expect(shown.match(/std(in|out|err): .*Socket/g)).toHaveLength(3);
    expect(shown).not.toContain('Getter');
    child.stdin.end();
    await closed(child);
  });

  test('of a child that was sealed', async () => {
    const child = Object.seal(spawn('sh', ['-c', 'printf text']));
    const end = closed(child);
    expect(await consumers.text(child.stdout)).toBe('text');
    expect([child.stdio[1], child.stdio.length]).toEqual([child.stdout, 3]);
    expect(await end).toEqual({ code: 0, signal: null });
  });

  test('leave no fd behind', async () => {
    const before = openFds();
    const ends = [];
    for (let i = 0; i < 20; i++) ends.push(closed(spawn('sh', ['-c', 'echo x; echo x >&2'])));
    ends.push(closed(spawn('sh', ['-c', 'echo x >&3'], { stdio: Array(4).fill('pipe') })));
    const failing = spawn('/none/such');
    failing.on('error', () => {});
    ends.push(new Promise((resolve) => failing.on('close', resolve)));
    await Promise.all(ends);
    expect(await until(() => JSON.stringify(openFds()) === JSON.stringify(before))).toBe(true);
  });

  test('what the child wrote flows away after its exit, however much', async () => {
    const child = spawn('sh', ['-c', '(head -c 3000000 /dev/zero; echo) & exec true']);
    expect(await closed(child)).toEqual({ code: 0, signal: null });
  });

  test('one asked for while it flows away goes on flowing', async () => {
    // The exit closes stdin, and that ends the grandchild, which writes then.
    const child = spawn('sh', ['-c', 'exec 3<&0; (cat <&3; echo late) & exit 0']);
    const end = closed(child);
    await once(child, 'exit');
    await new Promise(process.nextTick);
    await new Promise(setImmediate);
    const ended = new Promise((resolve) => child.stdout.on('end', resolve).on('close', resolve));
    await Promise.all([end, ended]);
  });
});

test('the keys of the child', async () => {
  await onBoth(async ({ spawn }) => {
    const child = spawn('true', { stdio: ['ignore', 'pipe', 'pipe'] });
    const keys = Object.keys(child);
    await closed(child);
    return [keys, Object.keys({ ...child }), Object.keys(child)];
  });
});

test('what hooks see of the pipes of a child', async () => {
  const [made] = await onBoth((module) =>
    reportsOf(module, ({ spawn }, report) => {
      const { createHook } = require('node:async_hooks');
      // The built-in looks at these at the end of a stream, and they are pipes here.
      if (!process.stdout || !process.stderr) return;
      let pipes = 0;
      createHook({ init: (_id, type) => (pipes += type === 'PIPEWRAP' ? 1 : 0) }).enable();
      spawn('true').on('close', () => report(pipes));
    }),
  );
  expect(made).toBe(3);
});

test('the loop lives as long as somebody holds the pipes, be the child waited for or not', async () => {
  const reports = await onBoth((module) =>
    reportsOf(module, ({ spawn }, report) => {
      // The exit closes stdin, and that ends the grandchild.
      const start = () => spawn('sh', ['-c', 'exec 3<&0; cat <&3 & exit 0']);
      start().on('close', () => report('close'));
      const other = start();
      other.unref();
      other.on('close', () => report('close'));
    }),
  );
  expect(reports).toEqual(['close', 'close']);
});

test("a failed start whose 'error' is thrown leaves no fd behind", async () => {
  const [more] = await onBoth((module) =>
    reportsOf(module, ({ spawn }, report) => {
      const { readdirSync } = require('node:fs');
      const fds = () => readdirSync('/proc/self/fd').length;
      const start = () => spawn('/none/such', { stdio: Array(5).fill('pipe') });
      let before;
      let thrown = 0;
      const count = (left) => {
        if (fds() === before || left === 0) report(fds() - before);
        else setTimeout(count, 10, left - 1);
      };
      process.on('uncaughtException', () => {
        thrown++;
        if (thrown === 20) setImmediate(count, 500);
      });
      // What the first start opens is kept.
      start()
        .on('error', () => {})
        .on('close', () => {
          before = fds();
          for (let index = 0; index < 20; index++) start();
        });
    }),
  );
  expect(more).toBe(0);
});

/** What happens at the end of a child that has written `text` and closed its output long before. */
function orderOfEnd(module, text) {
  return reportsOf(
    module,
    ({ spawn }, report, script) => {
      const { readlinkSync } = require('node:fs');
      const log = [];
      const child = spawn('sh', ['-c', script]);
      child.on('exit', () => {
        log.push('exit');
        process.nextTick(() => log.push('tick'));
        Promise.resolve().then(() => log.push('microtask'));
        setImmediate(() => log.push('immediate'));
      });
      child.on('close', () => {
        log.push('close');
        setImmediate(() => setImmediate(() => report(log)));
      });
      const isStopped = () => {
        try {
          return readlinkSync(`/proc/${child.pid}/fd/2`) === '/proc/version';
        } catch {
          return false;
        }
      };
      // Some turns more, in which streams read to the end and close.
      const turn = (left) =>
        setImmediate(() => (left > 0 ? turn(left - (isStopped() ? 1 : 0)) : process.kill(child.pid)));
      turn(5);
    },
    { args: [`printf '${text}'; exec >&- 2</proc/version; read line`] },
  );
}

test("'exit' and 'close' among ticks and immediates, after no output", async () => {
  const [order] = await onBoth((module) => orderOfEnd(module, ''));
  expect(order).toEqual(['exit', 'close', 'tick', 'microtask', 'immediate']);
});

test("'exit' and 'close' among ticks and immediates, after an output that nobody read", async () => {
  const [order] = await onBoth((module) => orderOfEnd(module, 'text'));
  expect(order).toEqual(['exit', 'tick', 'microtask', 'immediate', 'close']);
});

test("'error' and 'close' of a start that failed, among ticks and immediates", async () => {
  const [order] = await onBoth((module) =>
    reportsOf(module, ({ spawn }, report) => {
      const log = [];
      const child = spawn('/none/such');
      child.on('error', () => {
        log.push('error');
        process.nextTick(() => log.push('tick'));
        setImmediate(() => log.push('immediate'));
      });
      child.on('close', () => report([...log, 'close']));
    }),
  );
  expect(order).toEqual(['error', 'tick', 'immediate', 'close']);
});
