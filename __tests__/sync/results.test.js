'use strict';
// spawnSync(): what it returns of a process that ran.

const { describeEach, onBoth } = require('../helpers/modules.js');
const { reportsOf } = require('../helpers/program.js');
const { KEYS, plain } = require('./plain.js');

describeEach('the result', (module) => {
  const { spawnSync } = module;
  const sh = (script, options) => spawnSync('sh', ['-c', script], options);

  test('of a process that did well: all keys, in their order', () => {
    const result = sh('echo out; echo err >&2');
    const [stdout, stderr] = [Buffer.from('out\n'), Buffer.from('err\n')];
    expect(Object.keys(result)).toEqual(KEYS);
    expect(plain(result)).toEqual({
      status: 0,
      signal: null,
      output: [null, stdout, stderr],
      started: true,
      stdout,
      stderr,
    });
    expect(Buffer.isBuffer(result.stdout)).toBe(true);
    expect(result.stdout === result.output[1] && result.stderr === result.output[2]).toBe(true);
  });

  test.each([9, 70_000, 21_000_000])('%i bytes of output are whole, and can be handed on to a worker', async (size) => {
    const [seen] = await reportsOf(
      module,
      ({ spawnSync }, report, size) => {
        const { stdout } = spawnSync('sh', ['-c', `yes forkless | head -c ${size}`], { maxBuffer: size });
        const whole = stdout.equals(Buffer.alloc(size, 'forkless\n'));
        const moved = structuredClone(stdout, { transfer: [stdout.buffer] });
        report([whole, moved.length, stdout.length]);
      },
      { args: [size] },
    );
    expect(seen).toEqual([true, size, 0]);
  });

  test.each([0, 1, 2, 127, 128, 255])('status %i', (status) => {
    const result = sh(`exit ${status}`, { encoding: 'utf8' });
    expect(Object.keys(result)).toEqual(KEYS);
    expect(plain(result)).toEqual({
      status,
      signal: null,
      output: [null, '', ''],
      started: true,
      stdout: '',
      stderr: '',
    });
  });

  test('pid is the process', () => {
    const { pid, stdout } = sh('echo $$', { encoding: 'utf8' });
    expect(stdout).toBe(`${pid}\n`);
    expect(() => process.kill(pid, 0)).toThrow('ESRCH');
  });

  test('nothing on an output is an empty one', () => {
    expect(spawnSync('true').output).toEqual([null, Buffer.alloc(0), Buffer.alloc(0)]);
  });

  test('output of many chunks, on both at once', () => {
    const script = 'for i in 1 2 3 4 5 6 7 8 9; do head -c 50000 /dev/zero; head -c 40000 /dev/zero >&2; done';
    const { status, stdout, stderr } = sh(script);
    expect(status).toBe(0);
    expect(stdout.equals(Buffer.alloc(450_000)) && stderr.equals(Buffer.alloc(360_000))).toBe(true);
  });

  test('fifty in a row', () => {
    for (let index = 0; index < 50; index++) {
      const { status, stdout } = sh(`echo ${index}; exit ${index}`, { encoding: 'utf8' });
      expect([status, stdout]).toEqual([index, `${index}\n`]);
    }
  });

  // The bytes of an é, an x and half an é, and one that is never UTF-8.
  test.each([
    ['utf8', 'éx\ufffd\ufffd'],
    ['UTF-8', 'éx\ufffd\ufffd'],
    ['ascii', 'C)xC\x7f'],
    ['latin1', 'Ã©xÃÿ'],
    ['binary', 'Ã©xÃÿ'],
    ['hex', 'c3a978c3ff'],
    ['base64', 'w6l4w/8='],
    ['base64url', 'w6l4w_8'],
    ['utf16le', '\ua9c3\uc378'],
    ['ucs2', '\ua9c3\uc378'],
  ])('encoding %s', (encoding, text) => {
    const script = "printf '\\303\\251x\\303\\377'; printf '\\303\\251x\\303\\377' >&2";
    const { output, stdout, stderr } = sh(script, { encoding });
    expect([output, stdout, stderr]).toEqual([[null, text, text], text, text]);
  });

  test.each([undefined, null, 'buffer', '', false])('encoding %p: bytes', (encoding) => {
    expect(sh('printf x', { encoding }).stdout).toEqual(Buffer.from('x'));
  });

  test('a peak of memory of the output and not much more', async () => {
    const size = 256 * 1024 * 1024;
    const [seen] = await reportsOf(
      module,
      ({ spawnSync }, report, size) => {
        const most = () => process.resourceUsage().maxRSS * 1024;
        spawnSync('echo', ['small']);
        const before = most();
        const { status, stdout } = spawnSync('head', ['-c', size, '/dev/zero'], { maxBuffer: size });
        const grown = most() - before;
        report({ status, whole: stdout.equals(Buffer.alloc(size)), copies: grown / size });
      },
      { args: [size] },
    );
    expect(seen).toMatchObject({ status: 0, whole: true });
    // The built-in has it in chunks first, and then whole.
    expect(seen.copies).toBeLessThan(module.native ? 1.5 : 2.3);
  });
});

test.each(['nope', 'utf-9', 5, true, {}])('encoding %p is thrown', async (encoding) => {
  const thrown = await onBoth(({ spawnSync }) => {
    try {
      return { returned: spawnSync('echo', ['x'], { encoding }).stdout };
    } catch (error) {
      return { code: error.code, name: error.name, message: error.message };
    }
  });
  expect(thrown.code).toBe('ERR_UNKNOWN_ENCODING');
});
