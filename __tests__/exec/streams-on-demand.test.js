'use strict';
// exec() and execFile() whose streams are asked for late, or never: forkless makes none until then.

const { AsyncLocalStorage } = require('node:async_hooks');
const { once } = require('node:events');
const net = require('node:net');
const { inspect } = require('node:util');
const { childrenOf, openFds, targetOf } = require('../helpers/proc.js');
const { describeEach, FORKLESS, onBoth } = require('../helpers/modules.js');
const { reportsOf } = require('../helpers/program.js');
const { until } = require('../helpers/until.js');
const { collect } = require('./collect.js');

/** A child that has written `before` and then waits; `goOn` lets it write `after` and end. */
async function halfway(execFile, before, after, options = {}) {
  // The file it opens then tells how far it is.
  const script = `printf '${before}'; exec 3</proc/version; read line; printf '${after}'`;
  let child;
  const end = collect((done) => {
    child = execFile('sh', ['-c', script], options, done);
  });
  await until(() => targetOf(child.pid, 3) === '/proc/version');
  // Two turns: what was written has been read by then.
  for (let turn = 0; turn < 2; turn++) await new Promise(setImmediate);
  return { child, end, goOn: () => child.stdin.end('\n') };
}

/** Text is told to JavaScript piece by piece, bytes all at once: a case of each. */
const KINDS = [
  ['text', 'utf8', String],
  ['bytes', 'buffer', Buffer.from],
];

describeEach('streams asked for late', ({ exec, execFile }) => {
  test.each(KINDS)('halfway: the stream has what comes from then on, the callback has all (%s)', async (...kind) => {
    const [, encoding, of] = kind;
    const { child, end, goOn } = await halfway(execFile, 'one ', 'two', { encoding });
    const got = [];
    child.stdout.on('data', (chunk) => got.push(chunk));
    goOn();
    expect(await end).toEqual({ error: null, stdout: of('one two'), stderr: of('') });
    expect(got).toEqual([of('two')]);
  });

  test.each(KINDS)('in the midst of much: no byte is lost (%s)', async (_name, encoding, of) => {
    const half = 300_000;
    const script = `head -c ${half} /dev/zero | tr '\\0' a; read line; head -c ${half} /dev/zero | tr '\\0' b`;
    const options = { encoding, maxBuffer: Infinity };
    let child;
    const end = collect((done) => {
      child = execFile('sh', ['-c', script], options, done);
    });
    // Taken out of the pipe to the last byte of the first half, but for what a turn of the loop still has to read.
    child.stdin.write('\n');
    await new Promise(setImmediate);
    child.stdout.on('data', () => {});
    expect(await end).toEqual({ error: null, stdout: of('a'.repeat(half) + 'b'.repeat(half)), stderr: of('') });
  });

  test.each(KINDS)('never, and killed halfway: the callback has what came until then (%s)', async (...kind) => {
    const [, encoding, of] = kind;
    const { child, end } = await halfway(execFile, 'one', 'two', { encoding });
    child.kill('SIGKILL');
    const { error, stdout } = await end;
    expect([error.properties.signal, stdout]).toEqual(['SIGKILL', of('one')]);
  });

  test.each(KINDS)('never, and aborted halfway: the callback has what came until then (%s)', async (...kind) => {
    const [, encoding, of] = kind;
    const stop = new AbortController();
    const { end } = await halfway(execFile, 'one', 'two', { encoding, signal: stop.signal });
    stop.abort();
    const { error, stdout } = await end;
    expect([error.properties.code, stdout]).toEqual(['ABORT_ERR', of('one')]);
  });

  test.each([
    ['utf8', '\\342\\202', '\\254!', '€!'],
    ['utf8', 'a\\360\\237', '\\230\\200', 'a😀'],
    ['utf16le', 'a\\000\\075', '\\330\\000\\336', 'a😀'],
    ['base64', 'a', 'bc', 'YWJj'],
    ['hex', 'a', 'b', '6162'],
    ['utf8', '\\342', '', '\ufffd'],
  ])('halfway through a character of %s: %s and %s', async (encoding, before, after, whole) => {
    const { child, end, goOn } = await halfway(execFile, before, after, { encoding });
    expect(child.stdout.readableEncoding).toBe(encoding);
    goOn();
    expect(await end).toEqual({ error: null, stdout: whole, stderr: '' });
  });

  test.each(KINDS)('a limit counts what came before as well (%s)', async (_name, encoding, of) => {
    const { child, end, goOn } = await halfway(execFile, '12345', '67890', { encoding, maxBuffer: 7 });
    child.stdout.on('data', () => {});
    goOn();
    const { error, stdout } = await end;
    expect([error.properties.code, stdout]).toEqual(['ERR_CHILD_PROCESS_STDIO_MAXBUFFER', of('1234567')]);
  });

  test.each(KINDS)('never, and a limit is passed halfway (%s)', async (_name, encoding, of) => {
    const { end, goOn } = await halfway(execFile, '12345', '67890', { encoding, maxBuffer: 7 });
    goOn();
    const { error, stdout } = await end;
    expect([error.properties.code, stdout]).toEqual(['ERR_CHILD_PROCESS_STDIO_MAXBUFFER', of('1234567')]);
  });

  test('in the callback: they end well, and have nothing to read', async () => {
    let child;
    await new Promise((resolve) => {
      child = exec('echo x; echo y >&2', resolve);
    });
    const { stdin, stdout, stderr, stdio } = child;
    expect(stdio).toEqual([stdin, stdout, stderr]);
    for (const stream of stdio) {
      expect(stream).toBeInstanceOf(net.Socket);
      stream.on('data', () => expect('no data').toBe('any'));
      expect(await until(() => stream.destroyed)).toBe(true);
      expect(stream.errored).toBeNull();
    }
  });

  test("in a listener of 'exit'", async () => {
    const child = exec('echo x');
    const end = once(child, 'close');
    await once(child, 'exit');
    expect([child.stdout, child.stdin]).toEqual([expect.any(net.Socket), expect.any(net.Socket)]);
    expect(child.stdin.destroyed).toBe(true);
    await end;
  });

  test('by a look at the child', async () => {
    const { child, end, goOn } = await halfway(execFile, 'a', 'b');
    const shown = inspect(child, { depth: 0 });
    expect(shown).toMatch(/stdin: \[Socket\]|stdin: <ref \*\d+> \[Socket\]|stdin: Socket/);
    expect(shown).not.toMatch(/Getter/);
    goOn();
    expect((await end).stdout).toBe('ab');
  });

  test('a stream of the own in the place of one', async () => {
    const child = execFile('true');
    child.stdout = 'mine';
    expect(child.stdout).toBe('mine');
    expect(child.stdio[1]).toBeInstanceOf(net.Socket);
    await once(child, 'close');
  });

  test('from an object that inherits from the child, and through a proxy', async () => {
    const child = execFile('true');
    expect(Object.create(child).stdout).toBeInstanceOf(net.Socket);
    const other = execFile('true');
    expect(new Proxy(other, {}).stdin).toBe(other.stdin);
    await Promise.all([once(child, 'close'), once(other, 'close')]);
  });

  test.each(KINDS)('destroyed halfway: the callback has what came until then (%s)', async (...kind) => {
    const [, encoding, of] = kind;
    const { child, end } = await halfway(execFile, 'one', 'two', { encoding });
    child.stdout.destroy();
    child.stdin.end('\n');
    const { error, stdout } = await end;
    expect([error?.properties.signal ?? null, stdout]).toEqual(['SIGPIPE', of('one')]);
  });

  test('passed on to another child: that one has the rest', async () => {
    const { child, end, goOn } = await halfway(execFile, 'one ', 'two');
    const { spawn } = require('node:child_process');
    const reader = spawn('cat', { stdio: [child.stdout, 'pipe', 'inherit'] });
    const chunks = [];
    reader.stdout.on('data', (chunk) => chunks.push(chunk));
    child.stdout.destroy();
    goOn();
    await once(reader, 'close');
    expect(Buffer.concat(chunks).toString()).toBe('two');
    expect((await end).stdout).toBe('one ');
  });

  test('listeners run in the context of the call', async () => {
    const storage = new AsyncLocalStorage();
    const { child, end, goOn } = await storage.run('call', () => halfway(execFile, 'one', 'two'));
    const seen = storage.run(
      'asking',
      () =>
        new Promise((resolve) => {
          child.stdout.on('data', () => resolve(storage.getStore()));
        }),
    );
    goOn();
    await end;
    expect(await seen).toBe('call');
  });
});

describeEach('streams that nobody asks for', ({ exec, execFile }) => {
  test('the callback runs in the context of the call', async () => {
    const storage = new AsyncLocalStorage();
    const run = (name, command) =>
      storage.run(name, () => new Promise((resolve) => exec(command, () => resolve(storage.getStore()))));
    expect(
      await Promise.all([run('a', 'echo x'), run('b', 'exec >&-; exit 3'), run('c', '(sleep 0.1; echo) &')]),
    ).toEqual(['a', 'b', 'c']);
  });

  test('leave no fd behind, and no child', async () => {
    const before = openFds();
    const ends = Array.from({ length: 20 }, (_, index) =>
      collect((done) => exec(`echo ${index}; exit ${index}`, done)),
    );
    ends.push(collect((done) => execFile('/none/such', done)));
    ends.push(collect((done) => execFile('yes', { maxBuffer: 10_000 }, done)));
    ends.push(collect((done) => execFile('sleep', ['60'], { timeout: 1 }, done)));
    await Promise.all(ends);
    expect(await until(() => JSON.stringify(openFds()) === JSON.stringify(before))).toBe(true);
    expect(childrenOf()).toEqual([]);
  });

  test('a grandchild that holds the pipe is waited for', async () => {
    const { stdout } = await collect((done) => exec('exec 3<&0; (cat <&3; echo late) & echo early', done));
    expect(stdout).toBe('early\nlate\n');
  });
});

// Programs of their own: before Node 24 Jest has async hooks at work, and with those the streams are made at the start.

test.each(['exit', 'close'].flatMap((event) => KINDS.map(([name, encoding]) => [event, name, encoding])))(
  "a stream first asked for at '%s' is read like any (%s)",
  async (event, _name, encoding) => {
    const run = ({ execFile }, report, event, encoding) => {
      // Nothing that newer Nodes leave to chance at the 'exit', nor what a stream says of its past that was made so late
      // (docs/differences.md).
      const lookAt = (stream) => {
        const { readableEncoding, readableFlowing } = stream;
        return { readableEncoding, readableFlowing, readers: stream.listenerCount('data') };
      };
      // A character that lacks its second byte is told with the end.
      const file = ['-c', 'printf "two \\303"; printf "one" >&2'];
      const child = execFile('sh', file, { encoding }, (...told) => report(told));
      child.on(event, () => report([lookAt(child.stdout), lookAt(child.stderr)]));
    };
    const [one, other] = await onBoth((module) => reportsOf(module, run, { args: [event, encoding] }));
    const [looks, told] = event === 'exit' ? [one, other] : [other, one];
    expect(looks[0]).toMatchObject({ readableFlowing: true, readers: 1 });
    expect(told[0]).toBe(null);
  },
);

test.each(KINDS)(
  "somebody's own 'close' before the end: the callback has what came until then (%s)",
  async (...kind) => {
    const [, encoding, of] = kind;
    const run = async ({ execFile }, report, encoding, procPath, untilPath) => {
      const { targetOf } = require(procPath);
      const { until } = require(untilPath);
      const script = 'printf "one "; exec 3</proc/version; read line; printf two';
      const child = execFile('sh', ['-c', script], { encoding }, (...told) => report(told));
      await until(() => targetOf(child.pid, 3) === '/proc/version');
      for (let turn = 0; turn < 2; turn++) await new Promise(setImmediate);
      child.emit('close', 0, null);
      child.stdin.end('\n');
    };
    const args = [encoding, require.resolve('../helpers/proc.js'), require.resolve('../helpers/until.js')];
    const [told] = await onBoth((module) => reportsOf(module, run, { args }));
    expect(told).toEqual(JSON.parse(JSON.stringify([null, of('one '), of('')])));
  },
);

test('what the child object shows', async () => {
  await onBoth(async ({ execFile }) => {
    const child = execFile('true');
    const keys = Object.keys(child);
    const enumerable = Object.keys({ ...child });
    await once(child, 'close');
    return { keys, enumerable, after: Object.keys(child), own: Object.hasOwn(child, 'stdout') };
  });
});

test('what hooks see of the pipes', async () => {
  await onBoth((module) =>
    reportsOf(module, ({ exec }, report) => {
      const { createHook } = require('node:async_hooks');
      // The built-in looks at these at the end of a stream, and they are pipes here.
      if (!process.stdout || !process.stderr) return;
      const log = [];
      const pipes = new Set();
      createHook({
        init(id, type) {
          if (type !== 'PIPEWRAP') return;
          pipes.add(id);
          log.push('init');
        },
        destroy: (id) => pipes.has(id) && log.push('destroy'),
      }).enable();
      exec('echo x', () => {
        report(log.filter((entry) => entry === 'init').length);
        setImmediate(() => setImmediate(() => report(log.filter((entry) => entry === 'destroy').length)));
      });
      report(log);
    }),
  );
});

test("'exit', 'close' and the callback among ticks, when the pipes have ended before", async () => {
  const [order] = await onBoth((module) =>
    reportsOf(module, ({ execFile }, report) => {
      const { readdirSync } = require('node:fs');
      const openFds = () => readdirSync('/proc/self/fd').length;
      const log = [];
      const child = execFile('sh', ['-c', 'exec >&- 2>&-; kill -STOP $$'], () => log.push('callback'));
      child.on('exit', () => {
        log.push('exit');
        process.nextTick(() => log.push('tick'));
        Promise.resolve().then(() => log.push('microtask'));
        setImmediate(() => log.push('immediate'));
      });
      child.on('close', () => {
        log.push('close');
        setImmediate(() => report(log));
      });
      const atFirst = openFds();
      const turn = () => (openFds() > atFirst - 2 ? setTimeout(turn, 5) : process.kill(child.pid, 'SIGKILL'));
      turn();
    }),
  );
  expect(order).toEqual(['exit', 'callback', 'close', 'tick', 'microtask', 'immediate']);
});

test("'exit', 'close' and the callback, when a grandchild holds the pipes until then", async () => {
  const [order] = await onBoth((module) =>
    reportsOf(module, ({ exec }, report) => {
      const log = [];
      // Stdin is closed at the exit: that ends the grandchild.
      const child = exec('exec 3<&0; cat <&3 &', () => log.push('callback'));
      child.on('exit', () => {
        log.push('exit');
        setImmediate(() => log.push('immediate'));
      });
      child.on('close', () => report([...log, 'close']));
    }),
  );
  expect(order).toEqual(['exit', 'immediate', 'callback', 'close']);
});

test('the loop lives as long as a pipe does, though the child is not waited for', async () => {
  const [held] = await onBoth((module) =>
    reportsOf(module, ({ exec }, report) => {
      // Its exit closes stdin, and that ends the one that has the pipes.
      exec('exec 3<&0; (cat <&3; echo x) &', (_error, stdout) => report(stdout)).unref();
    }),
  );
  expect(held).toBe('x\n');
});

test('a worker that ends while a command runs', async () => {
  const path = JSON.stringify(FORKLESS);
  const [fds] = await onBoth((module) =>
    reportsOf(
      module,
      (_module, report, path) => {
        const { Worker } = require('node:worker_threads');
        const { readdirSync } = require('node:fs');
        const source = `const { execFile } = require(${path});
          for (let i = 0; i < 5; i++) execFile('sleep', ['0.3'], () => {});
          require('node:worker_threads').parentPort.postMessage('started');`;
        const run = () =>
          new Promise((resolve) => {
            const worker = new Worker(source, { eval: true });
            worker.on('message', () => worker.terminate().then(resolve));
          });
        run().then(async () => {
          const before = readdirSync('/proc/self/fd').length;
          await run();
          report(readdirSync('/proc/self/fd').length - before <= 5);
        });
      },
      { args: [module.native ? path : '"node:child_process"'] },
    ),
  );
  expect(fds).toBe(true);
});
