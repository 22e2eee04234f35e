'use strict';
// The blocking functions: `timeout`, `maxBuffer`, and the `killSignal` of both.

const fs = require('node:fs');
const path = require('node:path');
const { makeFolder, removeFolder } = require('../helpers/folder.js');
const { builtin, describeEach, forkless } = require('../helpers/modules.js');
const { onceReady } = require('../helpers/once-ready.js');
const { reportsOf } = require('../helpers/program.js');
const { outcome, plain } = require('./plain.js');

const NOBODY = 65534;

/** The error of a run that was ended. */
const failure = (code, errno, file, spawnargs) => ({
  class: 'Error',
  name: 'Error',
  message: `spawnSync ${file} ${code}`,
  head: `Error: spawnSync ${file} ${code}`,
  properties: { errno, code, syscall: `spawnSync ${file}`, path: file, spawnargs },
});
const ETIMEDOUT = (file, args) => failure('ETIMEDOUT', -110, file, args);
const ENOBUFS = (file, args) => failure('ENOBUFS', -105, file, args);

describeEach('timeout', ({ execFileSync, execSync, spawnSync }) => {
  test('the whole result', () => {
    const result = spawnSync('sleep', ['60'], { timeout: 100, encoding: 'utf8' });
    expect(Object.keys(result)).toEqual(['error', 'status', 'signal', 'output', 'pid', 'stdout', 'stderr']);
    expect(plain(result)).toEqual({
      error: ETIMEDOUT('sleep', ['60']),
      errorKeys: ['errno', 'code', 'syscall', 'path', 'spawnargs'],
      status: null,
      signal: 'SIGTERM',
      output: [null, '', ''],
      started: true,
      stdout: '',
      stderr: '',
    });
  });

  test('what was written until then is there', async () => {
    const script = 'echo out; echo err >&2; exec sleep 60';
    const { error, stdout, stderr } = await onceReady(
      (timeout) => spawnSync('sh', ['-c', script], { timeout, encoding: 'utf8' }),
      ({ stderr }) => stderr !== '',
    );
    expect([error.code, stdout, stderr]).toEqual(['ETIMEDOUT', 'out\n', 'err\n']);
  });

  test.each([
    [undefined, 'SIGTERM'],
    [null, 'SIGTERM'],
    ['SIGKILL', 'SIGKILL'],
    ['sigint', 'SIGINT'],
    [9, 'SIGKILL'],
    [12, 'SIGUSR2'],
  ])('killSignal %p', (killSignal, signal) => {
    const result = spawnSync('sleep', ['60'], { timeout: 20, killSignal });
    expect([result.error.code, result.status, result.signal]).toEqual(['ETIMEDOUT', null, signal]);
  });

  test('execFileSync and execSync throw it', () => {
    const properties = { errno: -110, code: 'ETIMEDOUT', status: null, signal: 'SIGKILL' };
    const options = { timeout: 20, killSignal: 'SIGKILL' };
    for (const call of [() => execFileSync('sleep', ['60'], options), () => execSync('exec sleep 60', options)]) {
      const { thrown, same } = outcome(call);
      expect([thrown.properties, same]).toEqual([expect.objectContaining(properties), true]);
    }
  });

  test.each([0, null, undefined, 50_000, 2 ** 31, 2 ** 40, Number.MAX_SAFE_INTEGER])('%p, and in time', (timeout) => {
    const { status, error } = spawnSync('sh', ['-c', 'exit 3'], { timeout });
    expect([status, error]).toEqual([3, undefined]);
  });

  test('while the child writes without end', () => {
    const { error, signal, stdout } = spawnSync('yes', { timeout: 100, maxBuffer: Number.POSITIVE_INFINITY });
    expect([error.code, signal]).toEqual(['ETIMEDOUT', 'SIGTERM']);
    // Up to some byte, what it wrote.
    expect(stdout.equals(Buffer.alloc(stdout.length, 'y\n'))).toBe(true);
  });

  test('while the input is not taken', () => {
    const { error, signal } = spawnSync('sleep', ['60'], { timeout: 100, input: Buffer.alloc(8 * 1024 * 1024) });
    expect([error.code, signal]).toEqual(['ETIMEDOUT', 'SIGTERM']);
  });
});

describeEach('maxBuffer', ({ execFileSync, execSync, spawnSync }) => {
  const sh = (script, options) => spawnSync('sh', ['-c', script], { encoding: 'utf8', ...options });

  test('as long as that is not too long', () => {
    const { status, error, stdout } = sh("printf '%0100d' 1", { maxBuffer: 100 });
    expect([status, error, stdout]).toEqual([0, undefined, `${'0'.repeat(99)}1`]);
  });

  test('one byte more: the whole result, and the output not cut', () => {
    const script = "printf '%0101d' 1; exec sleep 60";
    const result = sh(script, { maxBuffer: 100 });
    const stdout = `${'0'.repeat(100)}1`;
    expect(Object.keys(result)).toEqual(['error', 'status', 'signal', 'output', 'pid', 'stdout', 'stderr']);
    expect(plain(result)).toEqual({
      error: ENOBUFS('sh', ['-c', script]),
      errorKeys: ['errno', 'code', 'syscall', 'path', 'spawnargs'],
      status: null,
      signal: 'SIGTERM',
      output: [null, stdout, ''],
      started: true,
      stdout,
      stderr: '',
    });
  });

  test('of all pipes together', () => {
    const script = "printf '%060d' 1; printf '%060d' 2 >&2; exec sleep 60";
    const { error, signal, stdout, stderr } = sh(script, { maxBuffer: 100 });
    expect([error.code, signal, stdout.length, stderr.length]).toEqual(['ENOBUFS', 'SIGTERM', 60, 60]);
    const exact = sh("printf '%050d' 1; printf '%050d' 2 >&2", { maxBuffer: 100 });
    expect([exact.error, exact.stdout.length, exact.stderr.length]).toEqual([undefined, 50, 50]);
    const third = sh('printf 12345 >&3; exec sleep 60', { maxBuffer: 4, stdio: ['pipe', 'pipe', 'pipe', 'pipe'] });
    expect([third.error.code, third.output[3]]).toEqual(['ENOBUFS', '12345']);
  });

  test('it counts bytes, not characters', () => {
    expect(sh("printf '\\303\\251\\303\\251'", { maxBuffer: 4 }).error).toBe(undefined);
    const { error, stdout } = sh("printf '\\303\\251\\303\\251'; exec sleep 60", { maxBuffer: 3 });
    expect([error.code, stdout]).toEqual(['ENOBUFS', 'éé']);
  });

  test('1 MiB when it is not given, and how far the output passes it', () => {
    const size = 1024 * 1024;
    const exact = spawnSync('head', ['-c', size, '/dev/zero']);
    expect([exact.error, exact.stdout.length]).toEqual([undefined, size]);
    const { error, stdout } = spawnSync('head', ['-c', 4 * size, '/dev/zero']);
    expect(error.code).toBe('ENOBUFS');
    expect(stdout.length).toBeGreaterThan(size);
    expect(stdout.length).toBeLessThanOrEqual(size + 64 * 1024);
  });

  test.each([0, null, undefined, Number.POSITIVE_INFINITY, 2 ** 40, Number.MAX_VALUE])(
    '%p is no limit',
    (maxBuffer) => {
      const { status, error, stdout } = spawnSync('head', ['-c', '3000000', '/dev/zero'], { maxBuffer });
      expect([status, error, stdout.length]).toEqual([0, undefined, 3_000_000]);
    },
  );

  test('a limit with a fraction', () => {
    expect(sh('printf abc', { maxBuffer: 3.5 }).error).toBe(undefined);
    expect(sh('printf abcd; exec sleep 60', { maxBuffer: 3.5 }).error.code).toBe('ENOBUFS');
    expect(sh('printf a; exec sleep 60', { maxBuffer: 0.5 }).error.code).toBe('ENOBUFS');
  });

  test('killSignal', () => {
    const { error, signal } = sh('printf long; exec sleep 60', { maxBuffer: 1, killSignal: 'SIGINT' });
    expect([error.code, signal]).toEqual(['ENOBUFS', 'SIGINT']);
  });

  test('execFileSync and execSync throw it', () => {
    const options = { maxBuffer: 3, encoding: 'utf8' };
    const script = 'printf long; exec sleep 60';
    for (const call of [() => execFileSync('sh', ['-c', script], options), () => execSync(script, options)]) {
      const { thrown, same } = outcome(call);
      const properties = { code: 'ENOBUFS', status: null, signal: 'SIGTERM', stdout: 'long' };
      expect([thrown.properties, same]).toEqual([expect.objectContaining(properties), true]);
    }
  });
});

// A program that is another user's by the time of the signal; needs a root that may make one.
const canRefuse = process.getuid() === 0 && builtin.spawnSync('setpriv', ['--version']).status === 0;

(canRefuse ? describe : describe.skip)('a kill that is refused', () => {
  let folder;
  let become;
  beforeAll(() => {
    folder = makeFolder();
    become = path.join(folder, 'become');
    const from = builtin.execSync('command -v setpriv', { encoding: 'utf8' }).trim();
    fs.copyFileSync(from, become);
    fs.chmodSync(become, 0o4755);
  });
  afterAll(() => removeFolder(folder));

  const byNobody = (module, options, seconds = 1) =>
    reportsOf(
      module,
      ({ spawnSync }, report, become, options, seconds) => {
        const script = `trap "exit 9" TERM; printf ready; sleep ${seconds}; exit 5`;
        const { error, status, signal, stdout } = spawnSync(
          become,
          ['--reuid', '0', '--regid', '0', '--clear-groups', 'sh', '-c', script],
          { encoding: 'utf8', ...options },
        );
        report([error.code, status, signal, stdout]);
      },
      { uid: NOBODY, gid: NOBODY, args: [become, options, seconds] },
    );

  test('the run is waited for, and the error is the limit', async () => {
    const timedOut = (module) =>
      onceReady(
        (timeout) => byNobody(module, { timeout }, timeout / 1000 + 1),
        ([[, , , stdout]]) => stdout !== '',
      );
    const seen = await Promise.all(
      [builtin, forkless].flatMap((module) => [timedOut(module), byNobody(module, { maxBuffer: 1 })]),
    );
    const each = [[['ETIMEDOUT', 5, null, 'ready']], [['ENOBUFS', 5, null, 'ready']]];
    expect(seen).toEqual([...each, ...each]);
  });
});
