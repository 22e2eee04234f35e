'use strict';
// Starts that fail: which are emitted and which thrown, and every property of
// the error. See contract: "EACCES, EAGAIN, EMFILE, ENFILE, ENOENT are emitted".

const fs = require('node:fs');
const path = require('node:path');
const { closed, next, output, record } = require('../helpers/children.js');
const { describeError, thrownBy } = require('../helpers/errors.js');
const { makeFolder, removeFolder, writeScript } = require('../helpers/folder.js');
const { describeEach, onBoth } = require('../helpers/modules.js');
const { childrenOf, openFds } = require('../helpers/proc.js');
const { reportsOf } = require('../helpers/program.js');
const { runsBareScript } = require('../helpers/running-node.js');
const { until } = require('../helpers/until.js');

let folder;
let notExecutable;
let foreign;
let noInterpreter;
beforeAll(() => {
  folder = makeFolder();
  notExecutable = writeScript(path.join(folder, 'not executable'), '#!/bin/sh\n', 0o644);
  foreign = writeScript(path.join(folder, 'foreign'), `\x7fELF${'\0'.repeat(200)}`);
  noInterpreter = writeScript(path.join(folder, 'no interpreter'), '#!/nowhere/interpreter\n');
});
afterAll(() => removeFolder(folder));

/** Everything that can be seen of a start whose failure is emitted. */
async function failure(child) {
  const log = [];
  record(child, 'child', log);
  const { code, signal, error } = await closed(child);
  // Who asks for a stream so late gets one that still has its end to tell (docs/differences.md).
  for (const stream of child.stdio ?? []) await until(() => stream?.destroyed !== false);
  return {
    error: describeError(error),
    end: { code, signal },
    events: log.map(([, event, ...args]) => [event, args.length]),
    pid: child.pid,
    exitCode: child.exitCode,
    signalCode: child.signalCode,
    killed: child.killed,
    spawnfile: child.spawnfile,
    spawnargs: child.spawnargs,
    streams: child.stdio?.map((stream) => stream && [stream.destroyed, stream.readable, stream.writable]),
  };
}

/** @type {[string, () => any[], string, number][]} */
const EMITTED = [
  ['a path that is not there', () => ['/nowhere/x', ['a', 'b']], 'ENOENT', -2],
  ['a name that is not there', () => ['forkless-no-such-command', ['a']], 'ENOENT', -2],
  ['a relative path that is not there', () => ['./nowhere', []], 'ENOENT', -2],
  ['a file without the right to run it', () => [notExecutable, []], 'EACCES', -13],
  ['a folder', () => [folder, []], 'EACCES', -13],
  ['a script whose interpreter is not there', () => [noInterpreter, ['x']], 'ENOENT', -2],
  ['argv0, which does not show', () => ['/nowhere/x', ['a'], { argv0: 'b' }], 'ENOENT', -2],
  ['without stdio', () => ['/nowhere/x', [], { stdio: 'ignore' }], 'ENOENT', -2],
];

test.each(EMITTED)('emitted: %s', async (_name, args, code, errno) => {
  const [file, rest, options] = args();
  const seen = await onBoth(({ spawn }) => failure(spawn(file, rest, options)));
  const message = `spawn ${file} ${code}`;
  expect(seen.error.properties).toEqual({ errno, code, syscall: `spawn ${file}`, path: file, spawnargs: rest });
  expect(Object.keys(seen.error.properties)).toEqual(['errno', 'code', 'syscall', 'path', 'spawnargs']);
  expect(seen.error).toMatchObject({ class: 'Error', name: 'Error', message, head: `Error: ${message}` });
  expect(seen).toMatchObject({ end: { code: errno, signal: null }, exitCode: errno, pid: undefined, killed: false });
  expect(seen.events).toEqual([
    ['error', 1],
    ['close', 2],
  ]);
});

/** @type {[string, () => any[], string, number][]} */
const THROWN = [
  ['arguments that are too many', () => ['true', Array(100).fill('x'.repeat(100_000))], 'E2BIG', -7],
  ['an argument that is too long', () => ['true', ['x'.repeat(200_000)]], 'E2BIG', -7],
  ['an environment that is too large', () => ['true', [], { env: { A: 'x'.repeat(200_000) } }], 'E2BIG', -7],
  ['a cwd that is a file', () => ['true', [], { cwd: notExecutable }], 'ENOTDIR', -20],
  ['a path through a file', () => [path.join(notExecutable, 'x'), []], 'ENOTDIR', -20],
  ['a path that is too long', () => [`/${'x'.repeat(5000)}`, []], 'ENAMETOOLONG', -36],
  ['a name that is too long', () => ['x'.repeat(5000), []], 'ENAMETOOLONG', -36],
  ['an fd that is not open', () => ['true', [], { stdio: [9999] }], 'EBADF', -9],
];

test.each(THROWN)('thrown: %s', async (_name, args, code, errno) => {
  const [file, rest, options] = args();
  expect(await onBoth(({ spawn }) => thrownBy(() => spawn(file, rest, options)))).toEqual({
    class: 'Error',
    name: 'Error',
    message: `spawn ${code}`,
    head: `Error: spawn ${code}`,
    properties: { errno, code, syscall: 'spawn' },
  });
});

test('a program of another machine is given to the shell, which does not know it either', async () => {
  if (!runsBareScript(foreign)) {
    const { message } = await onBoth(({ spawn }) => thrownBy(() => spawn(foreign)));
    expect(message).toBe('spawn ENOEXEC');
    return;
  }
  const { code, stderr } = await onBoth(({ spawn }) => output(spawn(foreign)));
  expect(code).toBe(127);
  expect(stderr).not.toBe('');
});

test('links in a circle are thrown', async () => {
  fs.symlinkSync('circle', path.join(folder, 'circle'));
  const thrown = await onBoth(({ spawn }) => thrownBy(() => spawn(path.join(folder, 'circle'))));
  expect(thrown.properties.code).toBe('ELOOP');
});

test('the limit of processes: EAGAIN is emitted', async () => {
  const reports = await onBoth((module) =>
    reportsOf(
      module,
      ({ spawn }, report) => {
        // From here on this user may not start one more.
        process.setgid(61234);
        process.setuid(61234);
        const child = spawn('true');
        // Also those of the very first start, which finds no thread to watch its child.
        report([child.stdin, child.stdout, child.stderr].map((stream) => stream?.readable));
        child.on('spawn', () => report('spawn'));
        child.on('error', (error) => report({ message: error.message, ...error }));
        child.on('close', (...end) => report(end));
      },
      { through: ['prlimit', '--nproc=1', '--'] },
    ),
  );
  expect(reports).toEqual([
    [false, true, true],
    { message: 'spawn true EAGAIN', errno: -11, code: 'EAGAIN', syscall: 'spawn true', path: 'true', spawnargs: [] },
    [-11, null],
  ]);
});

describeEach('a start that failed leaves nothing', ({ spawn }) => {
  test.each([...EMITTED, ...THROWN])('%s', async (_name, args) => {
    const [file, rest, options] = args();
    const before = openFds();
    for (let time = 0; time < 3; time++) {
      try {
        await closed(spawn(file, rest, options));
      } catch {
        // Thrown, which is as good.
      }
    }
    await until(() => openFds().length <= before.length);
    expect(openFds()).toEqual(before);
    expect(childrenOf()).toEqual([]);
  });

  test('its stdin takes no more', async () => {
    const child = spawn('/nowhere/x');
    const end = closed(child);
    child.stdin.on('error', () => {});
    await end;
    expect([child.stdin.destroyed, child.stdin.writable]).toEqual([true, false]);
  });

  test('the next start works', async () => {
    await closed(spawn('/nowhere/x'));
    const child = spawn('true');
    await next(child, 'spawn');
    expect(await closed(child)).toEqual({ code: 0, signal: null });
  });
});
