'use strict';
// exec() and execFile(): `timeout`, `signal`, and the `killSignal` of both.

const { getEventListeners } = require('node:events');
const { describeEach, onBoth } = require('../helpers/modules.js');
const { onceReady } = require('../helpers/once-ready.js');
const { reportsOf } = require('../helpers/program.js');
const { collect } = require('./collect.js');

/** Whether a child was not ended by the signal of the timeout. */
const isUnharmed = ({ error }) => error?.properties.signal !== 'SIGTERM';
/** What a shell prints of a grandchild; never nothing, which would stand for our own group. */
const PID = /^\d+\n$/;

describeEach('timeout', ({ exec, execFile }) => {
  test.each([
    [undefined, 'SIGTERM'],
    [null, 'SIGTERM'],
    ['SIGKILL', 'SIGKILL'],
    ['sigint', 'SIGINT'],
    [9, 'SIGKILL'],
    [10, 'SIGUSR1'],
  ])('killSignal %p', async (killSignal, expected) => {
    let child;
    const { error, stdout, stderr } = await collect((done) => {
      child = execFile('sleep', ['60'], { timeout: 1, killSignal }, done);
    });
    expect(error).toMatchObject({ class: 'Error', message: 'Command failed: sleep 60\n' });
    expect(error.properties).toEqual({ code: null, killed: true, signal: expected, cmd: 'sleep 60' });
    expect(Object.keys(error.properties)).toEqual(['code', 'killed', 'signal', 'cmd']);
    expect([stdout, stderr]).toEqual(['', '']);
    expect([child.killed, child.signalCode, child.exitCode]).toEqual([true, expected, null]);
  });

  test('what was written until then is kept', async () => {
    const { error, stdout, stderr } = await onceReady(
      (timeout) => collect((done) => exec('echo out; echo err >&2; exec sleep 60', { timeout }, done)),
      ({ stderr }) => stderr !== '',
    );
    expect([error.properties.killed, stdout, stderr]).toEqual([true, 'out\n', 'err\n']);
    expect(error.message).toBe('Command failed: echo out; echo err >&2; exec sleep 60\nerr\n');
  });

  test('a grandchild that holds the pipes does not hold the callback', async () => {
    const { error, stdout } = await onceReady(
      (timeout) => collect((done) => exec('sleep 60 & echo $!; wait', { timeout }, done)),
      ({ stdout }) => stdout !== '',
    );
    expect(stdout).toMatch(PID);
    process.kill(Number(stdout), 'SIGKILL');
    expect(error.properties).toMatchObject({ code: null, killed: true, signal: 'SIGTERM' });
  });

  test('a child that has exited, with a grandchild that holds the pipes', async () => {
    const outcomes = await Promise.all(
      [0, 3].map((code) =>
        onceReady(
          (timeout) => collect((done) => exec(`sleep 60 & echo $!; exit ${code}`, { timeout }, done)),
          (end) => isUnharmed(end) && end.stdout !== '',
        ),
      ),
    );
    for (const { stdout } of outcomes) {
      expect(stdout).toMatch(PID);
      process.kill(Number(stdout), 'SIGKILL');
    }
    // There was nobody left to be killed, which the error does not know.
    expect(outcomes[0].error).toBe(null);
    expect(outcomes[1].error.properties).toMatchObject({ code: 3, killed: true, signal: null });
  });

  test('a child that takes the signal well', async () => {
    const script = 'trap "exit $CODE" TERM; echo ready; while :; do sleep 0.02; done';
    const outcomes = await Promise.all(
      ['0', '7'].map((CODE) =>
        onceReady(
          (timeout) => collect((done) => exec(script, { timeout, env: { ...process.env, CODE } }, done)),
          ({ stdout }) => stdout !== '',
        ),
      ),
    );
    expect(outcomes[0].error).toBe(null);
    expect(outcomes[1].error.properties).toEqual({ code: 7, killed: true, signal: null, cmd: script });
  });

  test('a child that ignores the signal is waited for', async () => {
    // It ends when its stdin does, which we see to once the signal was sent.
    const run = (timeout) =>
      collect((done) => {
        const child = exec('trap "" TERM; read line; exit 5', { timeout }, done);
        child.stdout.on('close', () => child.stdin.end());
      });
    const { error } = await onceReady(run, isUnharmed);
    expect(error.properties).toMatchObject({ code: 5, killed: true, signal: null });
  });

  test('one that is not needed does not keep the program', async () => {
    expect(await collect((done) => execFile('true', { timeout: 2 ** 30 }, done))).toMatchObject({ error: null });
  });

  test('too much output before it: the error is that', async () => {
    const { error } = await collect((done) =>
      exec('printf long; exec sleep 60', { timeout: 50_000, maxBuffer: 1 }, done),
    );
    expect(error.properties.code).toBe('ERR_CHILD_PROCESS_STDIO_MAXBUFFER');
  });

  test('a start that fails: the error is that', async () => {
    const { error } = await collect((done) => execFile('forkless-no-such-command', { timeout: 50_000 }, done));
    expect(error.properties.code).toBe('ENOENT');
  });
});

describeEach('timeout and the end of a program', (module) => {
  test('a timeout to come ends with the child, and the program with it', async () => {
    const reports = await reportsOf(module, ({ exec, execFile }, report) => {
      execFile('true', { timeout: 2 ** 30 }, (error) => report(error));
      exec('exit 1', { timeout: 2 ** 30 }, (error) => report(error.code));
      execFile('forkless-no-such-command', { timeout: 2 ** 30 }, (error) => report(error.code));
    });
    expect(reports.sort()).toEqual([1, 'ENOENT', null].sort());
  });
});

describeEach('signal', ({ exec, execFile }) => {
  const listeners = (signal) => getEventListeners(signal, 'abort').length;

  test('an abort: the error, once, and the child killed', async () => {
    const controller = new AbortController();
    const calls = [];
    let child;
    const { error, stdout, stderr } = await collect((done) => {
      child = exec('echo out; exec sleep 60', { signal: controller.signal }, (...args) => {
        calls.push(args);
        done(...args);
      });
      child.stdout.once('data', () => controller.abort(new TypeError('the reason')));
    });
    expect(error).toMatchObject({
      class: 'AbortError',
      name: 'AbortError',
      message: 'The operation was aborted',
      head: 'AbortError: The operation was aborted',
      cause: { name: 'TypeError', message: 'the reason' },
    });
    expect(error.properties).toEqual({ code: 'ABORT_ERR', name: 'AbortError', cmd: 'echo out; exec sleep 60' });
    expect(Object.keys(error.properties)).toEqual(['code', 'name', 'cmd']);
    expect([stdout, stderr, child.killed]).toEqual(['out\n', '', true]);
    await new Promise((resolve) => child.on('close', resolve));
    expect([child.signalCode, calls.length, listeners(controller.signal)]).toEqual(['SIGTERM', 1, 0]);
  });

  test.each([
    ['no reason', (controller) => controller.abort(), { name: 'AbortError', message: 'This operation was aborted' }],
    ['a text', (controller) => controller.abort('text'), 'text'],
    ['null', (controller) => controller.abort(null), null],
  ])('the cause: %s', async (_name, abort, cause) => {
    const controller = new AbortController();
    const { error } = await collect((done) => {
      execFile('sleep', ['60'], { signal: controller.signal }, done);
      abort(controller);
    });
    if (cause === null || typeof cause === 'string') expect(error.cause).toBe(cause);
    else expect(error.cause).toMatchObject(cause);
  });

  test('aborted already', async () => {
    let child;
    const { error } = await collect((done) => {
      child = execFile('sleep', ['60'], { signal: AbortSignal.abort('before') }, done);
    });
    expect(error).toMatchObject({ class: 'AbortError', cause: 'before' });
    expect(error.properties).toEqual({ code: 'ABORT_ERR', name: 'AbortError', cmd: 'sleep 60' });
    await new Promise((resolve) => child.on('close', resolve));
    expect(child.signalCode).toBe('SIGTERM');
  });

  test('killSignal is for the timeout alone', async () => {
    const controller = new AbortController();
    let child;
    await collect((done) => {
      child = execFile('sleep', ['60'], { signal: controller.signal, killSignal: 'SIGINT' }, done);
      controller.abort();
    });
    await new Promise((resolve) => child.on('close', resolve));
    expect(child.signalCode).toBe('SIGTERM');
  });

  test('an abort after the end changes nothing', async () => {
    const controller = new AbortController();
    let child;
    const end = await collect((done) => {
      child = execFile('echo', ['x'], { signal: controller.signal }, done);
    });
    expect(listeners(controller.signal)).toBe(0);
    controller.abort();
    await new Promise((resolve) => setImmediate(resolve));
    expect(end).toEqual({ error: null, stdout: 'x\n', stderr: '' });
    expect(child.killed).toBe(false);
  });

  test('one signal for many', async () => {
    const controller = new AbortController();
    const runs = Array.from({ length: 8 }, () => {
      let child;
      const end = collect((done) => {
        child = execFile('sleep', ['60'], { signal: controller.signal }, done);
      });
      return { closed: new Promise((resolve) => child.on('close', resolve)), end };
    });
    controller.abort();
    for (const { closed, end } of runs) {
      expect((await end).error.class).toBe('AbortError');
      await closed;
    }
    expect(listeners(controller.signal)).toBe(0);
  });

  test('AbortSignal.timeout', async () => {
    let child;
    const { error } = await collect((done) => {
      child = execFile('sleep', ['60'], { signal: AbortSignal.timeout(1) }, done);
    });
    expect(error).toMatchObject({ class: 'AbortError', cause: { name: 'TimeoutError' } });
    await new Promise((resolve) => child.on('close', resolve));
  });
});

test('an abort and a timeout at once: the outcome of the first', async () => {
  const seen = await onBoth(async ({ execFile }) => {
    let child;
    const { error } = await collect((done) => {
      const options = { signal: AbortSignal.abort(), timeout: 1, killSignal: 'SIGKILL' };
      child = execFile('sleep', ['60'], options, done);
    });
    await new Promise((resolve) => child.on('close', resolve));
    return [error.properties.code, child.signalCode];
  });
  expect(seen).toEqual(['ABORT_ERR', 'SIGTERM']);
});
