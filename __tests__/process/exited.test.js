'use strict';
// child.exited: how a child ended, for who asks.

const { inspect } = require('node:util');
const { describeForms } = require('../helpers/additions.js');
const { closed, next } = require('../helpers/children.js');
const { FORKLESS, builtin, forkless } = require('../helpers/modules.js');
const { reportsOf } = require('../helpers/program.js');
const { linesOf } = require('../helpers/script.js');

/** It ignores SIGTERM, and says when it does. It ends with its stdin, and at SIGKILL. */
const STUBBORN = ['-c', "trap '' TERM; echo ready; while read -r line; do :; done"];

/** Without the numbers. */
const plain = ({ resourceUsage, ...result }) => result;
const ended = (more) => ({ code: null, signal: null, reason: undefined, forced: false, drained: false, ...more });

describeForms('exited', ({ spawn, exec, execFile, ChildProcess }, isNative) => {
  test('by itself', async () => {
    const result = await spawn('sh', ['-c', 'exit 3']).exited;
    expect(plain(result)).toEqual(ended({ code: 3 }));
    expect(Object.keys(result)).toEqual(['code', 'signal', 'reason', 'forced', 'drained', 'resourceUsage']);
    expect(result.resourceUsage === null).toBe(!isNative);
  });

  test('by a signal of its own', async () => {
    expect(plain(await spawn('sh', ['-c', 'kill -9 $$']).exited)).toEqual(ended({ signal: 'SIGKILL' }));
  });

  test.each(['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT', 'SIGKILL', 15])('by kill(%s)', async (signal) => {
    const child = spawn('sleep', ['60']);
    child.kill(signal);
    const { signalCode } = await child.exited.then(() => child);
    expect(plain(await child.exited)).toEqual(ended({ signal: signalCode, reason: 'kill' }));
  });

  test.each(['SIGUSR1', 0])('kill(%s) is not meant to end it', async (signal) => {
    const child = spawn('sh', ['-c', 'trap : USR1; echo; while read -r line; do :; done']);
    await next(child.stdout, 'data');
    child.kill(signal);
    child.stdin.end();
    expect((await child.exited).reason).toBe(undefined);
  });

  test('a kill() that hits nothing is no reason', async () => {
    const child = spawn('true');
    await next(child, 'exit');
    expect(child.kill()).toBe(false);
    expect(plain(await child.exited)).toEqual(ended({ code: 0 }));
  });

  test('by a timeout, of spawn, exec and execFile', async () => {
    const children = [
      spawn('sleep', ['60'], { timeout: 50 }),
      spawn('sleep', ['60'], { timeout: 50, killSignal: 'SIGUSR1' }),
      exec('exec sleep 60', { timeout: 50 }, () => {}),
      execFile('sleep', ['60'], { timeout: 50 }),
    ];
    const results = await Promise.all(children.map((child) => child.exited));
    const signals = ['SIGTERM', 'SIGUSR1', 'SIGTERM', 'SIGTERM'];
    expect(results.map(plain)).toEqual(signals.map((signal) => ended({ signal, reason: 'timeout' })));
  });

  test('by a timeout that began while the loop was behind', async () => {
    // Node counts a timer from the time at which its loop has turned, which is before the call.
    const array = new Int32Array(new SharedArrayBuffer(4));
    await new Promise((resolve) => setImmediate(resolve));
    Atomics.wait(array, 0, 0, 100);
    expect((await spawn('sleep', ['60'], { timeout: 90 }).exited).reason).toBe('timeout');
  });

  test('by kill() before the timeout', async () => {
    const child = spawn('sleep', ['60'], { timeout: 60_000 });
    child.kill();
    expect((await child.exited).reason).toBe('kill');
  });

  test('by an AbortSignal, before and after the start', async () => {
    const controller = new AbortController();
    const children = [
      spawn('sleep', ['60'], { signal: AbortSignal.abort() }),
      spawn('sleep', ['60'], { signal: controller.signal }),
      exec('exec sleep 60', { signal: controller.signal }, () => {}),
    ];
    const errors = children.map((child) => next(child, 'error'));
    controller.abort();
    for (const child of children) {
      expect(plain(await child.exited)).toEqual(ended({ signal: 'SIGTERM', reason: 'abort' }));
    }
    for (const [error] of await Promise.all(errors)) expect(error.name).toBe('AbortError');
  });

  test('by kill() before maxBuffer', async () => {
    const child = exec("trap '' TERM; echo ready >&2; read go; echo 1234567890", { maxBuffer: 7 }, () => {});
    await next(child.stderr, 'data');
    child.kill();
    child.stdin.end('\n');
    expect((await child.exited).reason).toBe('kill');
  });

  test.each([
    ['exec', () => exec('echo too much; exec sleep 60', { maxBuffer: 3 })],
    ['execFile', () => execFile('sh', ['-c', 'echo too much; exec sleep 60'], { maxBuffer: 3 })],
    ['execFile without arguments', () => execFile('yes', { maxBuffer: 3 })],
  ])('by maxBuffer, without a callback: %s', async (_name, start) => {
    expect((await start().exited).reason).toBe('maxBuffer');
  });

  test('by maxBuffer', async () => {
    const called = [];
    const child = exec('echo too much; exec sleep 60', { maxBuffer: 3 }, ({ code }) => called.push(code));
    expect(plain(await child.exited)).toEqual(ended({ signal: 'SIGTERM', reason: 'maxBuffer' }));
    expect(called).toEqual(['ERR_CHILD_PROCESS_STDIO_MAXBUFFER']);
  });

  test('the first reason counts', async () => {
    const controller = new AbortController();
    const child = spawn('sh', STUBBORN, { signal: controller.signal });
    child.on('error', () => {});
    await next(child.stdout, 'data');
    child.kill();
    controller.abort();
    await child.stop({ grace: 20_000 });
    expect((await child.exited).reason).toBe('kill');
  });

  test('forced, where it took SIGKILL', async () => {
    const child = spawn('sh', STUBBORN, { forceKillAfterDelay: 20 });
    await next(child.stdout, 'data');
    child.kill();
    expect(plain(await child.exited)).toEqual(ended({ signal: 'SIGKILL', reason: 'kill', forced: true }));
  });

  test('not forced by a SIGKILL that the program sends', async () => {
    const child = spawn('sh', STUBBORN, { forceKillAfterDelay: 60_000 });
    await next(child.stdout, 'data');
    child.kill();
    child.kill('SIGKILL');
    expect(plain(await child.exited)).toEqual(ended({ signal: 'SIGKILL', reason: 'kill' }));
  });

  test('drained, where others held its streams open', async () => {
    const child = spawn('sh', ['-c', 'sleep 60 & echo $!'], { drainTimeout: 0, stdio: ['ignore', 'pipe', 'ignore'] });
    let pid = '';
    child.stdout.on('data', (data) => {
      pid += data;
    });
    const result = await child.exited;
    process.kill(Number(pid), 'SIGKILL');
    expect(plain(result)).toEqual(ended({ code: 0, drained: true }));
  });

  describe('when it is asked for', () => {
    test.each(['spawn', 'exit', 'close'])("in a listener of '%s'", async (event) => {
      const child = spawn('true');
      child.stdout.resume();
      child.stderr.resume();
      const result = await new Promise((resolve) => child.on(event, () => resolve(child.exited)));
      expect(plain(result)).toEqual(ended({ code: 0 }));
    });

    test("after 'close'", async () => {
      const child = spawn('true');
      await closed(child);
      await new Promise((resolve) => setImmediate(resolve));
      expect(plain(await child.exited)).toEqual(ended({ code: 0 }));
    });

    test('it is one promise', async () => {
      const child = spawn('true');
      const { exited } = child;
      expect(exited.constructor.name).toBe('Promise');
      expect(child.exited).toBe(exited);
      await exited;
      expect(child.exited).toBe(exited);
    });

    test("it resolves after the listeners of 'close'", async () => {
      const child = spawn('true');
      const order = [];
      child.exited.then(() => order.push('resolved'));
      child.on('exit', () => order.push('exit'));
      child.on('close', () => order.push('close'));
      await closed(child);
      await child.exited;
      expect(order).toEqual(['exit', 'close', 'resolved']);
    });

    test('also where nobody reads', async () => {
      const child = spawn('sh', ['-c', 'echo a; echo b >&2; exit 4']);
      expect((await child.exited).code).toBe(4);
    });
  });

  describe.each([
    ['a proxy', (child) => new Proxy(child, {})],
    ['an object that inherits from it', (child) => Object.create(child)],
  ])('by way of %s', (_name, wrap) => {
    test('it is the same', async () => {
      const child = spawn('sleep', ['60']);
      const wrapped = wrap(child);
      const { exited } = wrapped;
      expect(child.exited).toBe(exited);
      wrapped.kill();
      expect(plain(await exited)).toEqual(ended({ signal: 'SIGTERM', reason: 'kill' }));
    });

    test('stop() stops', async () => {
      const child = spawn('sleep', ['60'], { stdio: 'ignore' });
      expect((await wrap(child).stop()).reason).toBe('stop');
      expect((await child.exited).reason).toBe('stop');
    });

    test('a start that failed', async () => {
      const child = spawn('/nowhere/x');
      child.on('error', () => {});
      expect(await wrap(child).exited.catch(({ code }) => code)).toBe('ENOENT');
    });
  });

  describe('of a start that failed', () => {
    test("it is rejected with the error of 'error'", async () => {
      const child = spawn('/nowhere/x');
      const [[error], rejected] = await Promise.all([next(child, 'error'), child.exited.catch((reason) => reason)]);
      expect(error.code).toBe('ENOENT');
      expect(rejected).toBe(error);
      expect(await child.exited.catch((reason) => reason)).toBe(error);
    });

    test.each(['error', 'close'])("asked for in or after '%s'", async (event) => {
      const child = spawn('/nowhere/x');
      child.on('error', () => {});
      const inside = await new Promise((resolve) =>
        child.on(event, () => resolve(child.exited.catch(({ code }) => code))),
      );
      expect(inside).toBe('ENOENT');
      await new Promise((resolve) => setImmediate(resolve));
      expect(await child.exited.catch(({ code }) => code)).toBe('ENOENT');
    });

    test('of exec, whose callback has the same error', async () => {
      const { child, error } = await new Promise((resolve) => {
        const child = execFile('/nowhere/x', (error) => resolve({ child, error }));
      });
      expect(await child.exited.catch((reason) => reason)).toBe(error);
    });
  });

  describe('what is to be seen of it', () => {
    test('a ChildProcess is no thenable', async () => {
      const child = spawn('true');
      expect(child.then).toBe(undefined);
      expect(await child).toBe(child);
      await child.exited;
    });

    test('nothing is among its own properties, or enumerable', async () => {
      const child = spawn('true');
      const reference = builtin.spawn('true');
      const ends = [closed(child), closed(reference)];
      const before = Reflect.ownKeys(child).map(String);
      await child.exited;
      const seen = [];
      for (const key in child) seen.push(key);
      expect(seen).not.toEqual(expect.arrayContaining(['exited']));
      for (const key of ['stop', 'resourceUsage', 'asyncDispose']) expect(seen).not.toContain(key);
      await Promise.all(ends);
      expect(Object.keys(child).sort()).toEqual(Object.keys(reference).sort());
      expect(before).not.toContain('exited');
      expect(Reflect.ownKeys(child)).not.toContain('exited');
      expect(inspect(child)).not.toContain('exited');
    });

    test('of a ChildProcess that was never started it is pending', async () => {
      if (!isNative) return;
      const child = new ChildProcess();
      const first = await Promise.race([child.exited, new Promise((resolve) => setImmediate(resolve, 'pending'))]);
      expect(first).toBe('pending');
    });

    test('listeners of the child are as many as before', async () => {
      const child = spawn('sleep', ['60']);
      const count = () => child.eventNames().map((name) => [name, child.listenerCount(name)]);
      const before = count();
      child.exited;
      expect(count()).toEqual(before);
      child.kill();
      await child.exited;
    });
  });
});

describe('a program of its own', () => {
  const FORMS = [
    ['native', []],
    ['without native code', ['--no-addons']],
  ];

  test.each(FORMS)('nobody asks, and nothing is unhandled (%s)', (_name, flags) => {
    const lines = linesOf(
      flags,
      `const { spawn } = require('forkless');
       process.on('unhandledRejection', () => console.log('unhandled'));
       const child = spawn('/nowhere/x');
       child.on('error', ({ code }) => console.log(code)).on('close', () => console.log('close'));`,
    );
    expect(lines).toEqual(['ENOENT', 'close']);
  });

  test.each(FORMS)("an 'error' that nobody listens for ends it, though somebody has asked (%s)", (_name, flags) => {
    const lines = linesOf(
      flags,
      `process.on('uncaughtException', ({ code }, origin) => console.log(code, origin));
       require('forkless').spawn('/nowhere/x').exited.catch(({ code }) => console.log('rejected', code));`,
    );
    expect(lines.sort()).toEqual(['ENOENT uncaughtException', 'rejected ENOENT']);
  });

  test.each(FORMS)('who asks keeps no program alive (%s)', (_name, flags) => {
    const lines = linesOf(
      flags,
      `const child = require('forkless').spawn('sleep', ['60'], { stdio: 'ignore' });
       child.unref();
       child.exited.then(() => console.log('resolved'));
       process.on('exit', () => { child.kill(); console.log('exit'); });`,
    );
    expect(lines).toEqual(['exit']);
  });

  test.each(FORMS)('an exec that nobody calls back for, and a promise of it (%s)', (_name, flags) => {
    const lines = linesOf(
      flags,
      `const { exec } = require('forkless');
       const promise = require('util').promisify(exec)('echo too much; exec sleep 60', { maxBuffer: 3 });
       promise.catch(({ code }) => console.log(code));
       promise.child.exited.then(({ reason }) => console.log(reason));`,
    );
    expect(lines.sort()).toEqual(['ERR_CHILD_PROCESS_STDIO_MAXBUFFER', 'maxBuffer']);
  });

  test('a worker', async () => {
    const reports = await reportsOf(
      forkless,
      (_childProcess, report, file) => {
        const { Worker } = require('node:worker_threads');
        const source = `
          const child = require(${JSON.stringify(file)}).spawn('sleep', ['60'], { timeout: 20 });
          child.exited.then(({ reason, signal }) => require('worker_threads').parentPort.postMessage([reason, signal]));`;
        new Worker(source, { eval: true }).on('message', report);
      },
      { args: [FORKLESS] },
    );
    expect(reports).toEqual([['timeout', 'SIGTERM']]);
  });
});
