'use strict';
// What stands in `stdio`, in all its forms, and what the child then has.

const { O_RDONLY, O_RDWR, O_WRONLY } = require('node:fs').constants;
const { PassThrough } = require('node:stream');
const { closed, output, text } = require('../helpers/children.js');
const { describeError, thrownBy } = require('../helpers/errors.js');
const { describeEach, forkless, onBoth } = require('../helpers/modules.js');

/** Which of child.stdio are streams. */
const shape = (child) => child.stdio.map((stream) => (stream ? 'stream' : stream));

/** What fd `fd` is in a child of its own: a link of /proc/self/fd. */
async function childsFd(spawn, stdio, fd) {
  const child = spawn('sh', ['-c', `readlink /proc/$$/fd/${fd} >&$OUT || echo none >&$OUT`], {
    stdio: [...stdio, 'pipe'],
    env: { ...process.env, OUT: String(stdio.length) },
  });
  const [link, end] = await Promise.all([text(child.stdio[stdio.length]), closed(child)]);
  expect(end).toEqual({ code: 0, signal: null });
  return link.trim().replace(/:\[\d+\]/, '');
}

describeEach('stdio as a word', ({ spawn }) => {
  test.each(['pipe', 'overlapped'])('%s: three pipes', async (stdio) => {
    const child = spawn('cat', { stdio });
    expect(shape(child)).toEqual(['stream', 'stream', 'stream']);
    expect([child.stdin, child.stdout, child.stderr]).toEqual(child.stdio);
    child.stdin.end('through');
    expect(await output(child)).toEqual({ code: 0, signal: null, stdout: 'through', stderr: '' });
  });

  test('ignore: /dev/null three times', async () => {
    const child = spawn('sh', ['-c', 'cat && echo lost && echo lost >&2'], { stdio: 'ignore' });
    expect(child.stdio).toEqual([null, null, null]);
    expect([child.stdin, child.stdout, child.stderr]).toEqual([null, null, null]);
    expect(await closed(child)).toEqual({ code: 0, signal: null });
  });

  test.each([[undefined], [null], ['']])('%p: pipes', async (stdio) => {
    const child = spawn('true', { stdio });
    expect(shape(child)).toEqual(['stream', 'stream', 'stream']);
    await output(child);
  });
});

describeEach('stdio as an array', ({ spawn }) => {
  test.each([
    ['empty', [], ['stream', 'stream', 'stream']],
    ['one pipe', ['pipe'], ['stream', 'stream', 'stream']],
    ['undefined and null', [undefined, null, undefined], ['stream', 'stream', 'stream']],
    ['ignored', ['ignore', 'ignore', 'ignore'], [null, null, null]],
    ['one of them ignored', ['pipe', 'ignore', 'pipe'], ['stream', null, 'stream']],
    [
      'more than three',
      ['pipe', 'pipe', 'pipe', 'pipe', 'ignore', 'pipe'],
      [...Array(4).fill('stream'), null, 'stream'],
    ],
    ['null beyond three', ['pipe', 'pipe', 'pipe', null, undefined], ['stream', 'stream', 'stream', null, null]],
    ['overlapped among others', ['overlapped', 'pipe', 'ignore', 'overlapped'], ['stream', 'stream', null, 'stream']],
  ])('%s', async (_name, stdio, expected) => {
    const child = spawn('true', { stdio });
    expect(shape(child)).toEqual(expected);
    expect([child.stdin, child.stdout, child.stderr]).toEqual(child.stdio.slice(0, 3));
    for (const stream of child.stdio.slice(1)) stream?.resume();
    expect(await closed(child)).toEqual({ code: 0, signal: null });
  });

  test.each([
    ['a pipe is a socket', ['pipe', 'pipe', 'pipe'], 0, 'socket'],
    ['ignored is /dev/null', ['ignore', 'pipe', 'pipe'], 0, '/dev/null'],
    ['ignored is /dev/null for stderr too', ['pipe', 'pipe', 'ignore'], 2, '/dev/null'],
    ['ignored beyond three is not there', ['pipe', 'pipe', 'pipe', 'ignore'], 3, 'none'],
    ['null beyond three is not there', ['pipe', 'pipe', 'pipe', null, 'pipe'], 3, 'none'],
    ['a pipe beyond three', ['pipe', 'pipe', 'pipe', null, 'pipe'], 4, 'socket'],
  ])('%s', async (_name, stdio, fd, expected) => {
    expect(await childsFd(spawn, stdio, fd)).toBe(expected);
  });

  test.each([
    [0, O_RDONLY],
    [1, O_RDWR],
    [2, O_RDWR],
  ])('/dev/null at %i is open in the mode that suits', async (fd, mode) => {
    const stdio = ['ignore', 'ignore', 'ignore', 'pipe'];
    const script = `const fs = require('node:fs'); fs.writeSync(3, fs.readFileSync('/proc/self/fdinfo/${fd}'));`;
    const child = spawn(process.execPath, ['-e', script], { stdio });
    const [info] = await Promise.all([text(child.stdio[3]), closed(child)]);
    expect(Number.parseInt(info.match(/^flags:\s*(\d+)$/m)[1], 8) & (O_RDONLY | O_WRONLY | O_RDWR)).toBe(mode);
  });

  test('twenty pipes, each with its own data in both directions', async () => {
    const numbers = Array.from({ length: 20 }, (_, index) => index + 3);
    // Not by the shell: its redirections know one digit.
    const script = `const fs = require('node:fs');
      for (const fd of ${JSON.stringify(numbers)}) fs.writeSync(fd, fd + ' ' + fs.readFileSync(fd));`;
    const child = spawn(process.execPath, ['-e', script], {
      stdio: ['ignore', 'ignore', 'inherit', ...numbers.map(() => 'pipe')],
    });
    for (const fd of numbers) child.stdio[fd].end(`sent to ${fd}`);
    const got = await Promise.all([closed(child), ...numbers.map((fd) => text(child.stdio[fd]))]);
    expect(got.slice(1)).toEqual(numbers.map((fd) => `${fd} sent to ${fd}`));
    expect(got[0]).toEqual({ code: 0, signal: null });
  });
});

const VALUE = 'ERR_INVALID_ARG_VALUE';
const INPUT = 'ERR_INVALID_SYNC_FORK_INPUT';
const ONE_CHANNEL = 'ERR_IPC_ONE_PIPE';

test.each([
  ['a wrong word', 'nope', VALUE],
  ['a number', 1, VALUE],
  ['true', true, VALUE],
  ['a symbol', Symbol('s'), VALUE],
  ['a function', () => {}, VALUE],
  ['an object', {}, VALUE],
  ['a wrong word in it', ['nope'], INPUT],
  ['an empty word in it', [''], INPUT],
  ['a wrong word after pipes', ['pipe', 'pipe', 'pipe', 'pipe', 'nope'], INPUT],
  ['a Buffer in it', [Buffer.from('x')], INPUT],
  ['true in it', [true], VALUE],
  ['an object in it', [{}], VALUE],
  ['a symbol in it', ['pipe', Symbol('s')], VALUE],
  ['an fd that is no number in it', ['pipe', { fd: 'x' }], VALUE],
  ['a stream without an fd in it', [new PassThrough()], VALUE],
  ['an array in it', [['pipe']], VALUE],
  ['two channels', ['ipc', 'ipc'], ONE_CHANNEL],
  ['two channels among others', ['pipe', 'pipe', 'pipe', 'ipc', 'ignore', 'ipc'], ONE_CHANNEL],
])('%s is thrown', async (_name, stdio, code) => {
  const thrown = await onBoth(({ spawn }) => thrownBy(() => spawn('true', { stdio })));
  expect(thrown.properties.code).toBe(code);
});

test.each([-1, -2, -100])('a negative number (%i) is a pipe', async (number) => {
  const seen = await onBoth(async ({ spawn }) => {
    const child = spawn('cat', { stdio: [number, number, number, number] });
    const streams = shape(child);
    child.stdin.end('x');
    child.stdio[3].resume();
    return { streams, ...(await output(child)) };
  });
  expect(seen).toEqual({ streams: Array(4).fill('stream'), code: 0, signal: null, stdout: 'x', stderr: '' });
});

test.each([9999, 2 ** 31 - 1])('an fd that is not open (%i) is EBADF, thrown', async (fd) => {
  const thrown = await onBoth(({ spawn }) => thrownBy(() => spawn('true', { stdio: ['pipe', fd, 'pipe'] })));
  expect(thrown).toMatchObject({ message: 'spawn EBADF', properties: { errno: -9, code: 'EBADF', syscall: 'spawn' } });
});

test('an fd that is not open, beyond three', async () => {
  const thrown = await onBoth(({ spawn }) => thrownBy(() => spawn('true', { stdio: ['pipe', 'pipe', 'pipe', 9999] })));
  expect(thrown.properties).toEqual({ errno: -9, code: 'EBADF', syscall: 'spawn' });
});

test('the stdio of the caller is not changed', async () => {
  await onBoth(async ({ spawn }) => {
    const stdio = ['pipe', null, undefined];
    await output(spawn('true', { stdio }));
    expect(stdio).toEqual(['pipe', null, undefined]);
  });
});

describe('an object whose fd is none', () => {
  const withFd = (index, fd) => ({ stdio: Object.assign(Array(4).fill('ignore'), { [index]: { fd } }) });
  const EINVAL = { errno: -22, code: 'EINVAL' };

  const refusals = ({ spawn, spawnSync }, fd) =>
    [0, 1, 3].map((index) => [
      thrownBy(() => spawn('true', withFd(index, fd))).properties,
      describeError(spawnSync('true', withFd(index, fd)).error).properties,
    ]);

  test('-1 is refused', async () => {
    for (const [thrown, error] of await onBoth((module) => refusals(module, -1))) {
      expect(thrown).toEqual({ ...EINVAL, syscall: 'spawn' });
      expect(error).toMatchObject({ ...EINVAL, syscall: 'spawnSync true' });
    }
  });

  test.each([-1.5, 2 ** 32 - 1])('%d is that as an integer of 32 bits, where newer built-ins abort', (fd) => {
    expect(refusals(forkless, fd)).toEqual(refusals(forkless, -1));
  });

  test.each([-2, -3, -4, -5])('%d is passed over', async (fd) => {
    for (const index of [0, 1, 3]) {
      const [sizes, end, status] = await onBoth(async ({ spawn, spawnSync }) => {
        const child = spawn('true', withFd(index, fd));
        return [shape(child), await closed(child), spawnSync('true', withFd(index, fd)).status];
      });
      expect(sizes).toEqual([null, null, null, null]);
      expect([end, status]).toEqual([{ code: 0, signal: null }, 0]);
    }
  });
});

test('what is missing in the midst of a list has no fd', async () => {
  const sparse = (length, entries) => Object.assign(Array(length), entries);
  const shapes = await onBoth(async ({ spawn, spawnSync }) => {
    const seen = [];
    // With nothing but holes the built-in's spawnSync aborts the process.
    for (const stdio of [sparse(0, { 0: 'ignore', 3: 'pipe' }), sparse(0, { 1: 'pipe' })]) {
      const child = spawn('true', { stdio: stdio.slice() });
      seen.push(shape(child), spawnSync('true', { stdio: stdio.slice() }).output.length);
      await closed(child);
    }
    return seen;
  });
  expect(shapes).toEqual([[null, 'stream'], 2, ['stream', 'stream'], 2]);
});
