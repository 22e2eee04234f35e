'use strict';
// exec() and execFile(): the forms of their arguments, and what wrong ones throw.

const { once } = require('node:events');
const { thrownBy } = require('../helpers/errors.js');
const { describeEach, onBoth } = require('../helpers/modules.js');
const { collect } = require('./collect.js');

/** What a start that only the 'close' event tells of wrote. */
async function writtenBy(child) {
  let written = '';
  child.stdout.on('data', (text) => {
    written += text;
  });
  await once(child, 'close');
  return written;
}

describeEach('execFile', ({ execFile }) => {
  const ok = (stdout) => ({ error: null, stdout, stderr: '' });

  test.each([
    ['file, callback', (done) => execFile('echo', done), '\n'],
    ['file, args, callback', (done) => execFile('echo', ['a b', 'c'], done), 'a b c\n'],
    ['file, options, callback', (done) => execFile('pwd', { cwd: '/' }, done), '/\n'],
    ['file, args, options, callback', (done) => execFile('sh', ['-c', 'pwd'], { cwd: '/' }, done), '/\n'],
    ['file, undefined, options, callback', (done) => execFile('pwd', undefined, { cwd: '/' }, done), '/\n'],
    ['file, null, options, callback', (done) => execFile('pwd', null, { cwd: '/' }, done), '/\n'],
    ['file, null, callback', (done) => execFile('echo', null, done), '\n'],
    ['file, undefined, callback', (done) => execFile('echo', undefined, done), '\n'],
    ['file, args, undefined, callback', (done) => execFile('echo', ['x'], undefined, done), 'x\n'],
    ['file, args, null, callback', (done) => execFile('echo', ['x'], null, done), 'x\n'],
    ['file, null, null, callback', (done) => execFile('echo', null, null, done), '\n'],
    [
      'arguments that are no strings',
      (done) => execFile('echo', [1, true, null, ['x', 'y']], done),
      '1 true null x,y\n',
    ],
    ['no arguments', (done) => execFile('echo', [], {}, done), '\n'],
  ])('%s', async (_name, start, stdout) => {
    expect(await collect(start)).toEqual(ok(stdout));
  });

  test.each([
    ['file', () => execFile('echo'), '\n'],
    ['file, args', () => execFile('echo', ['x']), 'x\n'],
    ['file, options', () => execFile('pwd', { cwd: '/' }), '/\n'],
    ['file, args, options', () => execFile('sh', ['-c', 'pwd'], { cwd: '/' }), '/\n'],
    ['file, args, options, undefined', () => execFile('echo', ['x'], {}, undefined), 'x\n'],
    ['file, args, options, null', () => execFile('echo', ['x'], {}, null), 'x\n'],
  ])('without a callback: %s', async (_name, start, stdout) => {
    expect(await writtenBy(start())).toBe(stdout);
  });

  test('neither the arguments nor the options are changed', async () => {
    const args = Object.freeze(['x']);
    const options = Object.freeze({ encoding: 'latin1', env: Object.freeze({ PATH: process.env.PATH }) });
    expect(await collect((done) => execFile('echo', args, options, done))).toEqual(ok('x\n'));
    expect(Object.keys(options.env)).toEqual(['PATH']);
  });
});

describeEach('exec', ({ exec }) => {
  test.each([
    ['command, callback', (done) => exec('echo "$0"', done), '/bin/sh\n'],
    ['command, options, callback', (done) => exec('pwd', { cwd: '/' }, done), '/\n'],
    ['command, undefined, callback', (done) => exec('echo x', undefined, done), 'x\n'],
    ['command, null, callback', (done) => exec('echo x', null, done), 'x\n'],
    ['command, a number, callback', (done) => exec('echo x', 5, done), 'x\n'],
    ['command, a string, callback', (done) => exec('echo x', 'utf8', done), 'x\n'],
    ['command, an array, callback', (done) => exec('echo x', [], done), 'x\n'],
  ])('%s', async (_name, start, stdout) => {
    expect(await collect(start)).toEqual({ error: null, stdout, stderr: '' });
  });

  test.each([
    ['command', () => exec('echo x')],
    ['command, options', () => exec('echo x', {})],
    ['command, options, undefined', () => exec('echo x', {}, undefined)],
    ['command, undefined, null', () => exec('echo x', undefined, null)],
  ])('without a callback: %s', async (_name, start) => {
    expect(await writtenBy(start())).toBe('x\n');
  });

  test('the options are not changed', async () => {
    const options = Object.freeze({ timeout: 0 });
    expect((await collect((done) => exec('echo x', options, done))).stdout).toBe('x\n');
  });
});

const noop = () => {};

test.each([
  ['no file', ({ execFile }) => execFile(), 'ERR_INVALID_ARG_TYPE'],
  ['a file that is a number', ({ execFile }) => execFile(5, noop), 'ERR_INVALID_ARG_TYPE'],
  ['an empty file', ({ execFile }) => execFile('', noop), 'ERR_INVALID_ARG_VALUE'],
  ['a file with a NUL', ({ execFile }) => execFile('a\0b', noop), 'ERR_INVALID_ARG_VALUE'],
  ['arguments that are a number', ({ execFile }) => execFile('a', 5, {}, noop), 'ERR_INVALID_ARG_TYPE'],
  ['arguments that are a string', ({ execFile }) => execFile('a', 'b', noop), 'ERR_INVALID_ARG_TYPE'],
  ['arguments that are true', ({ execFile }) => execFile('a', true, noop), 'ERR_INVALID_ARG_TYPE'],
  ['an argument with a NUL', ({ execFile }) => execFile('a', ['b\0'], noop), 'ERR_INVALID_ARG_VALUE'],
  ['options that are a number', ({ execFile }) => execFile('a', [], 5, noop), 'ERR_INVALID_ARG_TYPE'],
  ['options that are a string', ({ execFile }) => execFile('a', [], 'utf8', noop), 'ERR_INVALID_ARG_TYPE'],
  ['options that are an array', ({ execFile }) => execFile('a', [], [], noop), 'ERR_INVALID_ARG_TYPE'],
  ['a callback that is a number', ({ execFile }) => execFile('a', [], {}, 5), 'ERR_INVALID_ARG_TYPE'],
  ['a callback that is an object', ({ execFile }) => execFile('a', [], {}, {}), 'ERR_INVALID_ARG_TYPE'],
  ['a callback that is a string, options in place', ({ execFile }) => execFile('a', {}, 'x'), 'ERR_INVALID_ARG_TYPE'],
  ['no command', ({ exec }) => exec(), 'ERR_INVALID_ARG_TYPE'],
  ['a command that is a number', ({ exec }) => exec(5, noop), 'ERR_INVALID_ARG_TYPE'],
  ['a command that is an array', ({ exec }) => exec(['echo'], noop), 'ERR_INVALID_ARG_TYPE'],
  ['an empty command', ({ exec }) => exec('', noop), 'ERR_INVALID_ARG_VALUE'],
  ['a command with a NUL', ({ exec }) => exec('a\0b', noop), 'ERR_INVALID_ARG_VALUE'],
  ['a callback of exec that is a number', ({ exec }) => exec('a', {}, 5), 'ERR_INVALID_ARG_TYPE'],
])('%s is thrown', async (_name, call, code) => {
  const thrown = await onBoth((module) => thrownBy(() => call(module)));
  expect(thrown.properties.code).toBe(code);
});

const TYPE = 'ERR_INVALID_ARG_TYPE';
const RANGE = 'ERR_OUT_OF_RANGE';
const SIGNAL = 'ERR_UNKNOWN_SIGNAL';

describe.each(['exec', 'execFile'])('%s: wrong options are thrown', (name) => {
  test.each([
    [{ timeout: -1 }, RANGE],
    [{ timeout: 1.5 }, RANGE],
    [{ timeout: Number.POSITIVE_INFINITY }, RANGE],
    [{ timeout: Number.NaN }, RANGE],
    [{ timeout: '100' }, undefined],
    [{ maxBuffer: -1 }, RANGE],
    [{ maxBuffer: Number.NaN }, RANGE],
    [{ maxBuffer: '100' }, undefined],
    [{ killSignal: 'SIGNOPE' }, SIGNAL],
    [{ killSignal: 0 }, SIGNAL],
    [{ killSignal: 500 }, SIGNAL],
    [{ killSignal: true }, TYPE],
    [{ cwd: 5 }, TYPE],
    [{ cwd: 'a\0b' }, 'ERR_INVALID_ARG_VALUE'],
    [{ uid: 'root' }, TYPE],
    [{ gid: 1.5 }, undefined],
    [{ signal: {} }, TYPE],
    [{ signal: 'abort' }, TYPE],
    [{ env: { A: 'b\0c' } }, 'ERR_INVALID_ARG_VALUE'],
  ])('%p', async (options, code) => {
    const thrown = await onBoth((module) => thrownBy(() => module[name]('true', options, noop)));
    // Where the code changed between Nodes it is enough that both throw the same.
    expect(thrown.properties.code).toBe(code ?? thrown.properties.code);
    expect(thrown.properties.code).toMatch(/^ERR_/);
  });

  test.each([
    { timeout: undefined, maxBuffer: undefined, killSignal: undefined, encoding: undefined },
    { timeout: null, killSignal: null, cwd: null, env: null, uid: null, gid: null },
    { timeout: 0, cwd: '', shell: null },
    { maxBuffer: Number.POSITIVE_INFINITY },
  ])('%p is nothing', async (options) => {
    const seen = await onBoth((module) => collect((done) => module[name]('pwd', options, done)));
    expect(String(seen.stdout)).toBe(`${process.cwd()}\n`);
    expect(seen.error).toBe(null);
  });
});
