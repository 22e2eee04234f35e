'use strict';
// util.promisify() of exec() and execFile().

const { promisify } = require('node:util');
const { describeError } = require('../helpers/errors.js');
const { describeEach, onBoth } = require('../helpers/modules.js');
const { runProgram } = require('../helpers/program.js');

/** The error a promise is rejected with. */
const rejection = (promise) =>
  promise.then(
    () => undefined,
    (error) => error,
  );

describeEach('promisify', (module) => {
  const exec = promisify(module.exec);
  const execFile = promisify(module.execFile);

  test('an object of stdout and stderr', async () => {
    const result = await exec('echo out; echo err >&2');
    expect(result).toEqual({ stdout: 'out\n', stderr: 'err\n' });
    expect(Object.keys(result)).toEqual(['stdout', 'stderr']);
  });

  test('all forms of arguments', async () => {
    expect((await exec('pwd', { cwd: '/' })).stdout).toBe('/\n');
    expect((await execFile('echo')).stdout).toBe('\n');
    expect((await execFile('echo', ['a b'])).stdout).toBe('a b\n');
    expect((await execFile('pwd', { cwd: '/' })).stdout).toBe('/\n');
    expect((await execFile('sh', ['-c', 'pwd'], { cwd: '/' })).stdout).toBe('/\n');
    expect(await execFile('sh', null, { shell: false, maxBuffer: 9, timeout: 1 }).catch(({ killed }) => killed)).toBe(
      true,
    );
  });

  test('bytes', async () => {
    const { stdout, stderr } = await execFile('echo', ['x'], { encoding: 'buffer' });
    expect([stdout, stderr]).toEqual([Buffer.from('x\n'), Buffer.alloc(0)]);
  });

  test('.child is the process', async () => {
    for (const [promise, args] of [
      [exec('read line; echo "$line"'), ['/bin/sh', '-c', 'read line; echo "$line"']],
      [execFile('head', ['-n1']), ['head', '-n1']],
    ]) {
      expect(promise.constructor.name).toBe('Promise');
      expect(promise.child).toBeInstanceOf(module.ChildProcess);
      expect(promise.child.spawnargs).toEqual(args);
      promise.child.stdin.end('through\n');
      expect(await promise).toEqual({ stdout: 'through\n', stderr: '' });
    }
  });

  test('.child is an ordinary property', async () => {
    const promise = execFile('true');
    expect(Object.getOwnPropertyDescriptor(promise, 'child')).toEqual({
      value: promise.child,
      writable: true,
      enumerable: true,
      configurable: true,
    });
    await promise;
  });

  test('a rejection has stdout and stderr too', async () => {
    const script = 'echo out; echo err >&2; exit 3';
    const error = await rejection(exec(script));
    expect(describeError(error)).toMatchObject({ class: 'Error', message: `Command failed: ${script}\nerr\n` });
    expect({ ...error }).toEqual({
      code: 3,
      killed: false,
      signal: null,
      cmd: script,
      stdout: 'out\n',
      stderr: 'err\n',
    });
    expect(Object.keys(error)).toEqual(['code', 'killed', 'signal', 'cmd', 'stdout', 'stderr']);
  });

  test('a rejection has them as bytes, where bytes were asked for', async () => {
    const error = await rejection(exec('echo out; exit 3', { encoding: 'buffer' }));
    expect([error.stdout, error.stderr]).toEqual([Buffer.from('out\n'), Buffer.alloc(0)]);
  });

  test('a command that is not there', async () => {
    const promise = execFile('forkless-no-such-command', ['a']);
    expect(promise.child).toBeInstanceOf(module.ChildProcess);
    const error = await rejection(promise);
    expect({ ...error }).toEqual({
      errno: -2,
      code: 'ENOENT',
      syscall: 'spawn forkless-no-such-command',
      path: 'forkless-no-such-command',
      spawnargs: ['a'],
      cmd: 'forkless-no-such-command a',
      stdout: '',
      stderr: '',
    });
    const names = ['errno', 'code', 'syscall', 'path', 'spawnargs', 'cmd', 'stdout', 'stderr'];
    expect(Object.keys(error)).toEqual(names);
  });

  test('too much output', async () => {
    const error = await rejection(exec('printf abcdef', { maxBuffer: 4 }));
    expect(error.constructor.name).toBe('RangeError');
    const code = 'ERR_CHILD_PROCESS_STDIO_MAXBUFFER';
    expect({ ...error }).toEqual({ code, cmd: 'printf abcdef', stdout: 'abcd', stderr: '' });
  });

  test('a timeout and a kill', async () => {
    const late = await rejection(execFile('sleep', ['60'], { timeout: 1, killSignal: 'SIGKILL' }));
    expect(late).toMatchObject({ code: null, killed: true, signal: 'SIGKILL', cmd: 'sleep 60', stdout: '' });
    const promise = execFile('sleep', ['60']);
    promise.child.kill('SIGINT');
    expect(await rejection(promise)).toMatchObject({ code: null, killed: true, signal: 'SIGINT', stderr: '' });
  });

  test('an abort', async () => {
    const controller = new AbortController();
    const promise = exec('echo out; exec sleep 60', { signal: controller.signal });
    promise.child.stdout.once('data', () => controller.abort('the reason'));
    const error = await rejection(promise);
    expect(describeError(error)).toMatchObject({ class: 'AbortError', name: 'AbortError', cause: 'the reason' });
    expect({ ...error }).toMatchObject({ code: 'ABORT_ERR', stdout: 'out\n', stderr: '' });
  });

  test('a rejection that nobody handles ends the program', async () => {
    const { code, stderr } = await runProgram(module, ({ exec }) => {
      require('node:util').promisify(exec)('exit 9');
    });
    expect(code).toBe(1);
    expect(stderr).toContain('Command failed: exit 9');
  });
});

test.each([
  ['a command that is a number', ({ exec }) => promisify(exec)(5), 'ERR_INVALID_ARG_TYPE'],
  ['an empty file', ({ execFile }) => promisify(execFile)(''), 'ERR_INVALID_ARG_VALUE'],
  ['a wrong option', ({ execFile }) => promisify(execFile)('true', { timeout: -1 }), 'ERR_OUT_OF_RANGE'],
  ['a start whose failure is thrown', ({ execFile }) => promisify(execFile)('true', ['x'.repeat(300_000)]), 'E2BIG'],
])('%s', async (_name, start, code) => {
  const outcome = await onBoth(async (module) => {
    try {
      return { value: await start(module) };
    } catch (error) {
      return { error: describeError(error) };
    }
  });
  expect(outcome.error?.properties.code).toBe(code);
});

test.each(['exec', 'execFile'])('the promise form of %s is the same property', async (name) => {
  const seen = await onBoth((module) => {
    const { value, ...flags } = Object.getOwnPropertyDescriptor(module[name], promisify.custom);
    return { ...flags, name: value.name, length: value.length, same: promisify(module[name]) === value };
  });
  expect(seen).toMatchObject({ enumerable: false, length: 0, same: true });
});
