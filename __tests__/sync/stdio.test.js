'use strict';
// The blocking functions: `stdio` in all its forms.

const fs = require('node:fs');
const path = require('node:path');
const { thrownBy } = require('../helpers/errors.js');
const { makeFolder, removeFolder } = require('../helpers/folder.js');
const { builtin, describeEach, forkless, onBoth } = require('../helpers/modules.js');
const { runProgram } = require('../helpers/program.js');

let folder;
beforeAll(() => {
  folder = makeFolder();
});
afterAll(() => removeFolder(folder));

/** Says which fds there are, on whichever of them are open for it. */
const SPEAK = 'for fd in 1 2 3 4 5; do [ -e /proc/$$/fd/$fd ] && eval "echo $fd >&$fd"; done; exit 0';

/** The output of SPEAK, as text. */
const spoken = (spawnSync, stdio) => spawnSync('sh', ['-c', SPEAK], { stdio, encoding: 'utf8' });

describeEach('stdio', (module) => {
  const { execFileSync, execSync, spawnSync } = module;

  test.each([
    ["'pipe'", 'pipe', [null, '1\n', '2\n']],
    ['undefined', undefined, [null, '1\n', '2\n']],
    ['null', null, [null, '1\n', '2\n']],
    ['an empty word', '', [null, '1\n', '2\n']],
    ['an empty list', [], [null, '1\n', '2\n']],
    ['a short list', ['pipe'], [null, '1\n', '2\n']],
    ['undefined and null in a list', ['pipe', null, undefined], [null, '1\n', '2\n']],
    ["'ignore'", 'ignore', [null, null, null]],
    ['all ignored', ['ignore', 'ignore', 'ignore'], [null, null, null]],
    ['one ignored', ['pipe', 'ignore', 'pipe'], [null, null, '2\n']],
    ['the other ignored', ['pipe', 'pipe', 'ignore'], [null, '1\n', null]],
    ['more than three', ['pipe', 'pipe', 'pipe', 'pipe', 'pipe'], [null, '1\n', '2\n', '3\n', '4\n']],
    ['gaps beyond three', ['pipe', 'pipe', 'pipe', null, 'ignore', 'pipe'], [null, '1\n', '2\n', null, null, '5\n']],
    ['words that are none, among others', ['pipe', 'nope', Buffer.from('x'), 'pipe', 'pipe'], [null, '1\n', '2\n']],
    ['bytes in a short list', ['pipe', Buffer.from('x')], [null, '1\n']],
  ])('%s', (_name, stdio, output) => {
    const result = spoken(spawnSync, stdio);
    expect([result.status, result.error]).toEqual([0, undefined]);
    expect(result.output).toEqual(output);
    expect([result.stdout, result.stderr]).toEqual([output[1], output[2]]);
  });

  test('a pipe is a socket, stdin too, and ignored is /dev/null', () => {
    const script = `const fs = require('node:fs');
      fs.writeSync(3, [0, 1, 2, 3].map((fd) => fs.readlinkSync('/proc/self/fd/' + fd).split(':')[0]).join(' '));`;
    const links = (stdio) =>
      spawnSync(process.execPath, ['-e', script], { stdio: [...stdio, 'pipe'], encoding: 'utf8' }).output[3];
    expect(links(['pipe', 'pipe', 'pipe'])).toBe('socket socket socket socket');
    expect(links(['ignore', 'ignore', 'ignore'])).toBe('/dev/null /dev/null /dev/null socket');
  });

  test('twenty pipes, each with its own output', () => {
    const numbers = Array.from({ length: 20 }, (_, index) => index + 3);
    const script = `for (const fd of ${JSON.stringify(numbers)}) require('node:fs').writeSync(fd, 'fd ' + fd)`;
    const stdio = ['ignore', 'pipe', 'inherit', ...numbers.map(() => 'pipe')];
    const { output } = spawnSync(process.execPath, ['-e', script], { stdio, encoding: 'utf8' });
    expect(output).toEqual([null, '', null, ...numbers.map((fd) => `fd ${fd}`)]);
  });

  test('pipes beyond three are not at their end for the child', () => {
    const stdio = ['pipe', 'pipe', 'pipe', 'pipe'];
    const { error } = spawnSync('sh', ['-c', 'exec cat <&3'], { stdio, timeout: 300 });
    expect(error.code).toBe('ETIMEDOUT');
  });

  test('files by their fds', () => {
    const [from, to] = [path.join(folder, 'from'), path.join(folder, 'to')];
    fs.writeFileSync(from, 'from a file');
    const fds = [fs.openSync(from, 'r'), fs.openSync(to, 'w')];
    try {
      const { status, output } = spawnSync('cat', { stdio: [fds[0], fds[1], 'pipe'], encoding: 'utf8' });
      expect([status, output]).toEqual([0, [null, null, '']]);
      expect(fs.readFileSync(to, 'utf8')).toBe('from a file');
      // Where the child stopped there we go on: it is the same open file.
      fs.writeSync(fds[1], ' and more');
      expect(execSync(`cat ${to}`, { encoding: 'utf8' })).toBe('from a file and more');
    } finally {
      for (const fd of fds) fs.closeSync(fd);
    }
  });

  test('objects with an fd, and one fd in many places', () => {
    const file = path.join(folder, 'both');
    const fd = fs.openSync(file, 'a');
    try {
      const stdio = ['ignore', { fd }, fd, fd, 'pipe'];
      expect(spoken(spawnSync, stdio).output).toEqual([null, null, null, null, '4\n']);
      expect(fs.readFileSync(file, 'utf8')).toBe('1\n2\n3\n');
    } finally {
      fs.closeSync(fd);
      fs.rmSync(file);
    }
  });

  test('inherit: the fds of the program, by its words and by their numbers', async () => {
    const { stdout, stderr, reports } = await runProgram(module, ({ execFileSync, execSync, spawnSync }, report) => {
      const { output } = spawnSync('sh', ['-c', 'echo a; echo b >&2'], { stdio: 'inherit' });
      const swapped = spawnSync('sh', ['-c', 'echo c; echo d >&2'], { stdio: ['inherit', 2, 1] });
      const one = spawnSync('sh', ['-c', 'echo e; echo f >&2'], {
        stdio: ['pipe', 'pipe', 'inherit'],
        encoding: 'utf8',
      });
      const streams = spawnSync('sh', ['-c', 'echo g; echo h >&2'], { stdio: [0, process.stdout, process.stderr] });
      const byExec = execSync('echo i; echo j >&2', { stdio: 'inherit' });
      const byFile = execFileSync('sh', ['-c', 'echo k; echo l >&2'], { stdio: 'inherit', encoding: 'utf8' });
      report([output, swapped.output, one.output, streams.output, byExec, byFile]);
    });
    const lines = (text) => text.split('\n').filter((line) => line.length === 1);
    expect(lines(stdout)).toEqual(['a', 'd', 'g', 'i', 'k']);
    expect(lines(stderr)).toEqual(['b', 'c', 'f', 'h', 'j', 'l']);
    const nothing = [null, null, null];
    expect(reports).toEqual([[nothing, nothing, [null, 'e\n', null], nothing, null, null]]);
  });

  test('an input goes to a pipe at 0, and to no other', () => {
    const input = 'the input';
    expect(spawnSync('cat', { input, stdio: 'pipe' }).stdout.toString()).toBe(input);
    expect(spawnSync('cat', { input, stdio: ['pipe', 'pipe', 'ignore'] }).stdout.toString()).toBe(input);
    expect(spawnSync('cat', { input, stdio: ['ignore', 'pipe', 'pipe'] }).stdout.toString()).toBe('');
  });

  test('stdout that is not piped is nothing to return', () => {
    for (const stdio of ['ignore', ['pipe', 'ignore', 'pipe']]) {
      expect(execSync('echo x', { stdio })).toBe(null);
      expect(execFileSync('echo', ['x'], { stdio, encoding: 'utf8' })).toBe(null);
    }
  });
});

const VALUE = 'ERR_INVALID_ARG_VALUE';

test.each([
  ['a wrong word', 'nope', VALUE],
  ['a number', 1, VALUE],
  ['true', true, VALUE],
  ['a function', () => {}, VALUE],
  ['an object', {}, VALUE],
  ['true in it', [true], VALUE],
  ['an object in it', [{}], VALUE],
  ['a symbol in it', ['pipe', Symbol('s')], VALUE],
  ['an array in it', [['pipe']], VALUE],
  ['a channel', ['ipc'], 'ERR_IPC_SYNC_FORK'],
  ['a channel after others', ['pipe', 'pipe', 'pipe', 'ipc'], 'ERR_IPC_SYNC_FORK'],
])('%s is thrown', async (_name, stdio, code) => {
  const thrown = await onBoth(({ spawnSync }) => thrownBy(() => spawnSync('true', { stdio })));
  expect(thrown.properties.code).toBe(code);
});

test.each([
  ['pipe', 9999, 'pipe'],
  ['pipe', 'pipe', 'pipe', 9999],
])('an fd that is not open is an error of the start', async (...stdio) => {
  const error = await onBoth(({ spawnSync }) => ({ ...spawnSync('true', { stdio }).error }));
  expect(error).toEqual({ errno: -9, code: 'EBADF', syscall: 'spawnSync true', path: 'true', spawnargs: [] });
});

// The built-in ends the whole process here.
describe('what the built-in cannot take', () => {
  test("'overlapped' is a pipe", () => {
    expect(spoken(forkless.spawnSync, 'overlapped').output).toEqual([null, '1\n', '2\n']);
    expect(spoken(forkless.spawnSync, ['pipe', 'overlapped', 'pipe']).output).toEqual([null, '1\n', '2\n']);
  });

  test.each([
    ['node:child_process', builtin],
    ['forkless', forkless],
  ])('the stream of a living child of %s', async (_name, { spawn }) => {
    const child = spawn('echo', ['from another child']);
    const { stdout } = forkless.spawnSync('cat', { stdio: [child.stdout, 'pipe', 'pipe'], encoding: 'utf8' });
    expect(stdout).toBe('from another child\n');
    await new Promise((resolve) => child.on('close', resolve));
  });
});

test('what is behind a word that is none means what its own place says', async () => {
  const script = 'echo 1; echo 2 >&2; echo 3 >&3';
  for (const stdio of [
    ['pipe', 'nonsense', 'pipe', null],
    ['pipe', 'nonsense', null, undefined, 'pipe'],
    ['pipe', new Uint8Array(2), 'pipe', null, null, 'pipe'],
  ]) {
    await onBoth(({ spawnSync }) => {
      const { status, output } = spawnSync('sh', ['-c', script], { stdio: [...stdio], encoding: 'utf8' });
      return { status, output };
    });
  }
});
