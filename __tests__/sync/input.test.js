'use strict';
// The blocking functions: `input`, of every type and any size.

const { thrownBy } = require('../helpers/errors.js');
const { describeEach, onBoth } = require('../helpers/modules.js');
const { PATIENCE } = require('../helpers/patience.js');
const { reportsOf } = require('../helpers/program.js');
const { NO_OUTPUT, plain } = require('./plain.js');

/** More than any pipe or socket holds. */
const MUCH = 8 * 1024 * 1024;

const numbers = new Uint8Array([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 255]);

describeEach('input', (module) => {
  const { execFileSync, execSync, spawnSync } = module;
  const through = (input, options) => spawnSync('cat', { input, ...options });

  test.each([
    ['a string', 'größe 🚀', Buffer.from('größe 🚀')],
    ['a string with a NUL', 'a\0b', Buffer.from('a\0b')],
    ['a Buffer', Buffer.from(numbers), Buffer.from(numbers)],
    ['a part of a Buffer', Buffer.from(numbers).subarray(3, 5), Buffer.from([3, 4])],
    ['a Uint8Array', numbers, Buffer.from(numbers)],
    ['a part of a Uint8Array', numbers.subarray(14), Buffer.from([14, 255])],
    ['a Uint8ClampedArray', new Uint8ClampedArray([1, 300]), Buffer.from([1, 255])],
    ['an Int8Array', new Int8Array([-1]), Buffer.from([255])],
    ['a Uint16Array', new Uint16Array([0x0201, 0xff00]), Buffer.from([1, 2, 0, 255])],
    ['a part of a Uint16Array', new Uint16Array(numbers.buffer, 2, 2), Buffer.from([2, 3, 4, 5])],
    ['a Float64Array', new Float64Array([1]), Buffer.from([0, 0, 0, 0, 0, 0, 0xf0, 0x3f])],
    ['a BigUint64Array', new BigUint64Array([258n]), Buffer.from([2, 1, 0, 0, 0, 0, 0, 0])],
    ['a DataView', new DataView(numbers.buffer), Buffer.from(numbers)],
    ['a part of a DataView', new DataView(numbers.buffer, 1, 3), Buffer.from([1, 2, 3])],
    ['bytes in shared memory', new Uint8Array(new SharedArrayBuffer(3)).fill(7), Buffer.from([7, 7, 7])],
  ])('%s', (_name, input, bytes) => {
    const { status, stdout, error } = through(input);
    expect([status, error, stdout]).toEqual([0, undefined, bytes]);
    expect(execFileSync('cat', { input })).toEqual(bytes);
    expect(execSync('cat', { input })).toEqual(bytes);
  });

  test.each([
    ['bytes', (memory) => new Uint8Array(memory)],
    ['a Buffer', (memory) => Buffer.from(memory)],
    ['a DataView', (memory) => new DataView(memory)],
  ])('%s whose memory was transferred: nothing', (_name, viewOf) => {
    const memory = new ArrayBuffer(8);
    const input = viewOf(memory);
    structuredClone(memory, { transfer: [memory] });
    const { status, stdout, error } = through(input);
    expect([status, error, stdout]).toEqual([0, undefined, Buffer.alloc(0)]);
  });

  test.each([
    ['an empty string', ''],
    ['an empty Buffer', Buffer.alloc(0)],
    ['an empty DataView', new DataView(new ArrayBuffer(0))],
    ['undefined', undefined],
    ['null', null],
    ['false', false],
    ['0', 0],
    ['NaN', Number.NaN],
  ])('%s: stdin is at its end', (_name, input) => {
    const { status, stdout, error } = through(input);
    expect([status, error, stdout]).toEqual([0, undefined, Buffer.alloc(0)]);
  });

  test.each([
    ['hex', '00ff0a'],
    ['base64', 'AAEC'],
    ['latin1', 'é'],
    ['utf16le', '🚀'],
    ['utf8', '🚀'],
  ])('a string in the encoding %s', (encoding, input) => {
    expect(through(input, { encoding }).stdout).toBe(input);
    const bytes = Buffer.from(input, encoding);
    const { stdout } = spawnSync('wc', ['-c'], { input, encoding });
    expect(Buffer.from(stdout, encoding).toString()).toBe(`${bytes.length}\n`);
  });

  test("a string with the encoding 'buffer' is thrown, bytes are not", () => {
    const { properties } = thrownBy(() => through('é', { encoding: 'buffer' })) ?? {};
    expect(properties?.code).toBe('ERR_UNKNOWN_ENCODING');
    expect(through(Buffer.from('é'), { encoding: 'buffer' }).stdout).toEqual(Buffer.from('é'));
  });

  test('bytes are not encoded', () => {
    expect(through(Buffer.from([0xe9]), { encoding: 'latin1' }).stdout).toBe('é');
  });

  test('an input longer than a pipe, while the output flows', () => {
    const input = Buffer.alloc(MUCH, 'some pattern of odd length.');
    const { status, stdout, error } = through(input, { maxBuffer: MUCH });
    expect([status, error, stdout.equals(input)]).toEqual([0, undefined, true]);
  });

  test('output before the input is read', () => {
    const input = Buffer.alloc(MUCH, 'x');
    const script = `head -c ${MUCH} /dev/zero; head -c ${MUCH} /dev/zero >&2; cat`;
    const { status, stdout, stderr } = spawnSync('sh', ['-c', script], { input, maxBuffer: 3 * MUCH });
    expect(status).toBe(0);
    expect(stdout.equals(Buffer.concat([Buffer.alloc(MUCH), input]))).toBe(true);
    expect(stderr.equals(Buffer.alloc(MUCH))).toBe(true);
  });

  test('the input echoed on stdout and stderr at once', () => {
    const input = Buffer.alloc(MUCH, 'x');
    const script = 'process.stdin.pipe(process.stdout); process.stdin.pipe(process.stderr)';
    const { status, stdout, stderr } = spawnSync(process.execPath, ['-e', script], { input, maxBuffer: 2 * MUCH });
    expect([status, stdout.equals(input), stderr.equals(input)]).toEqual([0, true, true]);
  });

  test('1 GB through cat, each byte of it', async () => {
    const body = ({ spawnSync }, report) => {
      const input = Buffer.alloc(2 ** 30, 'sixty-one characters, a prime, so that no two pages are alike\n');
      const { status, signal, error, stdout, stderr } = spawnSync('cat', {
        input,
        maxBuffer: Number.POSITIVE_INFINITY,
      });
      report({ status, signal, error, stdout: stdout.length, same: stdout.equals(input), stderr: stderr.length });
    };
    const [seen] = await reportsOf(module, body, { timeout: 55_000 * PATIENCE });
    expect(seen).toEqual({ status: 0, signal: null, stdout: 2 ** 30, same: true, stderr: 0 });
  });
});

describeEach('input that nobody reads', ({ execFileSync, execSync, spawnSync }) => {
  const input = Buffer.alloc(MUCH);
  const EPIPE = (file, spawnargs) => ({
    class: 'Error',
    name: 'Error',
    message: `spawnSync ${file} EPIPE`,
    head: `Error: spawnSync ${file} EPIPE`,
    properties: { errno: -32, code: 'EPIPE', syscall: `spawnSync ${file}`, path: file, spawnargs },
  });

  test('a program that exits: EPIPE, and its status', () => {
    const result = spawnSync('true', { input, encoding: 'utf8' });
    expect(plain(result)).toEqual({
      error: EPIPE('true', []),
      errorKeys: ['errno', 'code', 'syscall', 'path', 'spawnargs'],
      status: 0,
      signal: null,
      output: [null, '', ''],
      started: true,
      stdout: '',
      stderr: '',
    });
  });

  test('a program that closes its stdin and goes on: all of its output', () => {
    const script = 'exec <&-; echo out; echo err >&2; exit 4';
    const result = plain(spawnSync('sh', ['-c', script], { input, encoding: 'utf8' }));
    expect(result).toMatchObject({ status: 4, signal: null, stdout: 'out\n', stderr: 'err\n' });
    expect(result.error).toEqual(EPIPE('sh', ['-c', script]));
  });

  test('a program that reads a part of it', () => {
    const result = plain(spawnSync('head', ['-c', '5'], { input: Buffer.alloc(MUCH, 'abc'), encoding: 'utf8' }));
    expect(result).toMatchObject({ status: 0, stdout: 'abcab', error: EPIPE('head', ['-c', '5']) });
  });

  test('a short one is lost, with an error if the program was faster', () => {
    const { status, error } = spawnSync('sh', ['-c', 'exit 3'], { input: 'short' });
    expect([undefined, 'EPIPE']).toContain(error?.code);
    expect(status).toBe(3);
  });

  test('execFileSync and execSync throw it', () => {
    for (const call of [() => execFileSync('true', { input }), () => execSync('exit 0', { input })]) {
      expect(thrownBy(call).properties).toMatchObject({ code: 'EPIPE', status: 0, signal: null });
    }
  });

  test.each([
    ["stdio 'ignore'", 'ignore'],
    ['stdin ignored', ['ignore', 'pipe', 'pipe']],
    ['stdin of another', [0, 'pipe', 'pipe']],
  ])('%s: it is lost', (_name, stdio) => {
    const { status, error } = spawnSync('true', { input, stdio });
    expect([status, error]).toEqual([0, undefined]);
  });

  test('a command that is not there', () => {
    const { error, stdout } = spawnSync('forkless-no-such-command', { input });
    expect([error.code, stdout]).toEqual(['ENOENT', NO_OUTPUT]);
  });
});

test.each([
  ['a number', 5],
  ['true', true],
  ['an object', {}],
  ['an array', [1]],
  ['an ArrayBuffer', new ArrayBuffer(4)],
  ['a function', () => 'x'],
  ['a symbol', Symbol('x')],
  ['a bigint', 5n],
])('%s is thrown', async (_name, input) => {
  const thrown = await onBoth(({ spawnSync }) => thrownBy(() => spawnSync('cat', { input })));
  expect(thrown.properties).toEqual({ code: 'ERR_INVALID_ARG_TYPE' });
});
