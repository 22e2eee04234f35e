'use strict';
// exec() and execFile(): `maxBuffer`, and where exactly the output is cut.

const { once } = require('node:events');
const { describeEach, onBoth } = require('../helpers/modules.js');
const { reportsOf } = require('../helpers/program.js');
const { collect } = require('./collect.js');

const TOO_LONG = 'ERR_CHILD_PROCESS_STDIO_MAXBUFFER';

describeEach('maxBuffer', (module) => {
  const { exec, execFile } = module;
  const run = (script, options) => collect((done) => exec(script, options, done));

  test.each(['utf8', 'buffer'])('null is none at all (%s)', async (encoding) => {
    const { error, stdout } = await run('echo x', { maxBuffer: null, encoding });
    expect([error.properties.code, String(stdout)]).toEqual([TOO_LONG, '']);
  });

  test('as long as that is not too long', async () => {
    expect(await run("printf '%0100d' 1", { maxBuffer: 100 })).toEqual({
      error: null,
      stdout: `${'0'.repeat(99)}1`,
      stderr: '',
    });
  });

  test.each(['stdout', 'stderr'])('one byte more on %s: the error, and the output cut', async (name) => {
    const script = name === 'stdout' ? "printf '%0101d' 1" : "printf '%0101d' 1 >&2";
    const { error, ...output } = await run(script, { maxBuffer: 100 });
    expect(error).toMatchObject({
      class: 'RangeError',
      name: 'RangeError',
      message: `${name} maxBuffer length exceeded`,
    });
    expect(error.properties).toEqual({ code: TOO_LONG, cmd: script });
    expect(Object.keys(error.properties)).toEqual(['code', 'cmd']);
    expect(output).toEqual({ stdout: '', stderr: '', [name]: '0'.repeat(100) });
  });

  // Jest has a hand in the stacks of errors.
  test('the head of the stack and the error as text have the code', async () => {
    const heads = await reportsOf(module, ({ exec }, report) => {
      exec('echo x', { maxBuffer: 1 }, (error) => report([error.stack.split('\n')[0], String(error)]));
    });
    const message = 'stdout maxBuffer length exceeded';
    expect(heads).toEqual([[`RangeError [${TOO_LONG}]: ${message}`, `RangeError [${TOO_LONG}]: ${message}`]]);
  });

  test('each of the two has its own', async () => {
    const { error, stdout, stderr } = await run("printf '%090d' 1; printf '%090d' 2 >&2", { maxBuffer: 100 });
    expect([error, stdout.length, stderr.length]).toEqual([null, 90, 90]);
  });

  test('what the other one has until then is kept', async () => {
    // The mark tells that stderr has been read.
    const { error, stdout, stderr } = await collect((done) => {
      const child = exec("printf kept >&2; read line; printf 'too long'", { maxBuffer: 5 }, done);
      child.stderr.on('data', () => child.stdin.end('\n'));
    });
    expect([error.properties.code, stdout, stderr]).toEqual([TOO_LONG, 'too l', 'kept']);
  });

  test('1 MiB when it is not given', async () => {
    const size = 1024 * 1024;
    const exact = await run(`head -c ${size} /dev/zero`);
    expect([exact.error, exact.stdout.length]).toEqual([null, size]);
    const more = await run(`head -c ${size + 1} /dev/zero`);
    expect([more.error.properties.code, more.stdout.length]).toEqual([TOO_LONG, size]);
  });

  test.each([Number.POSITIVE_INFINITY, undefined, 2 ** 40, Number.MAX_VALUE])('%p is no limit', async (maxBuffer) => {
    for (const encoding of ['utf8', 'buffer']) {
      const { error, stdout } = await run('head -c 3000000 /dev/zero', { maxBuffer, encoding });
      expect([error, stdout.length]).toEqual([null, 3_000_000]);
    }
  });

  test.each([0, null])('%p: not a byte', async (maxBuffer) => {
    const { error, stdout } = await run('echo x', { maxBuffer });
    expect([error.properties.code, stdout]).toEqual([TOO_LONG, '']);
    expect((await run('true', { maxBuffer })).error).toBe(null);
  });

  test('a limit with a fraction', async () => {
    expect((await run('printf abcd', { maxBuffer: 3.5 })).stdout).toBe('abc');
    expect(await run('printf abc', { maxBuffer: 3.5 })).toEqual({ error: null, stdout: 'abc', stderr: '' });
  });

  // The limit counts bytes, the cut counts characters: "éxéy" is 6 bytes and 4 characters.
  test.each([
    ['utf8', 1, 'é'],
    ['utf8', 2, 'éx'],
    ['utf8', 3, 'éxé'],
    ['utf8', 5, 'éxéy'],
    ['utf8', 6, null],
    ['latin1', 1, 'Ã'],
    ['latin1', 5, 'Ã©xÃ©'],
    ['latin1', 6, null],
    ['hex', 1, 'c'],
    ['hex', 5, 'c3a97'],
    ['hex', 6, null],
    ['base64', 3, 'w6l'],
    ['base64', 5, 'w6l4w'],
    ['base64', 6, null],
    ['utf16le', 1, '\ua9c3'],
    ['utf16le', 5, '\ua9c3\uc378\u79a9'],
    ['utf16le', 6, null],
    ['buffer', 1, Buffer.from([0xc3])],
    ['buffer', 4, Buffer.from([0xc3, 0xa9, 0x78, 0xc3])],
    ['buffer', 6, null],
  ])('%s, %i bytes of éxéy', async (encoding, maxBuffer, cut) => {
    const { error, stdout } = await run("printf '\\303\\251x\\303\\251y'", { encoding, maxBuffer });
    const whole = Buffer.from('éxéy');
    if (cut === null) {
      expect([error, stdout]).toEqual([null, encoding === 'buffer' ? whole : whole.toString(encoding)]);
    } else {
      expect([error.properties.code, stdout]).toEqual([TOO_LONG, cut]);
    }
  });

  test.each([
    [0, ''],
    [1, 'a'],
    [2, 'aé'],
    [3, 'aéb'],
    [4, null],
  ])('aéb with the é split between two chunks, %i bytes', async (maxBuffer, cut) => {
    const { error, stdout } = await collect((done) => {
      const child = exec("printf 'a\\303'; read line; printf '\\251b'", { maxBuffer }, done);
      child.stdin.on('error', () => {});
      child.stdout.once('data', () => child.stdin.end('\n'));
    });
    if (cut === null) expect([error, stdout]).toEqual([null, 'aéb']);
    else expect([error.properties.code, stdout]).toEqual([TOO_LONG, cut]);
  });

  test('over many chunks: cut to the byte', async () => {
    const { error, stdout } = await run('yes 0123456', { maxBuffer: 1_000_003, encoding: 'buffer' });
    expect(error.properties.code).toBe(TOO_LONG);
    expect(stdout.equals(Buffer.alloc(1_000_003, '0123456\n'))).toBe(true);
  });

  test('the child is sent killSignal', async () => {
    for (const [killSignal, expected] of [
      [undefined, 'SIGTERM'],
      ['SIGKILL', 'SIGKILL'],
      [2, 'SIGINT'],
    ]) {
      let child;
      const { error } = await collect((done) => {
        child = exec('printf long; exec sleep 60', { maxBuffer: 1, killSignal }, done);
      });
      expect(error.properties.code).toBe(TOO_LONG);
      expect([child.killed, child.signalCode, child.exitCode]).toEqual([true, expected, null]);
    }
  });

  test('the exit of a child that takes the signal well is no matter', async () => {
    let child;
    const { error, stdout } = await collect((done) => {
      const script = 'trap "exit 0" TERM; printf long; while :; do sleep 0.02; done';
      child = exec(script, { maxBuffer: 1 }, done);
    });
    expect([error.properties.code, stdout]).toEqual([TOO_LONG, 'l']);
    expect([child.exitCode, child.signalCode]).toEqual([0, null]);
  });

  test('a grandchild that holds the pipes does not hold the callback', async () => {
    const { error, stdout } = await run("sleep 60 & printf '%9d long' $!; exec sleep 60", { maxBuffer: 9 });
    process.kill(Number(stdout), 'SIGKILL');
    expect(error.properties.code).toBe(TOO_LONG);
  });

  test('holds without a callback too', async () => {
    const child = execFile('sh', ['-c', 'printf long; exec sleep 60'], { maxBuffer: 1 });
    expect(await once(child, 'close')).toEqual([null, 'SIGTERM']);
  });
});

test('the streams are destroyed, and the chunk still reaches other listeners', async () => {
  const seen = await onBoth(
    ({ exec }) =>
      new Promise((resolve) => {
        const chunks = [];
        const child = exec('printf long; exec sleep 60', { maxBuffer: 1 }, (_error, stdout) =>
          resolve({ chunks, stdout, destroyed: [child.stdout.destroyed, child.stderr.destroyed] }),
        );
        child.stdout.on('data', (chunk) => chunks.push(chunk));
      }),
  );
  expect(seen).toEqual({ chunks: ['long'], stdout: 'l', destroyed: [true, true] });
});

test('the error has no more properties of its own than that of the built-in, where Node has classes for its errors', async () => {
  const names = await onBoth(
    (module) =>
      new Promise((resolve) => {
        module.exec('echo x', { maxBuffer: 1 }, (error) => resolve(Object.getOwnPropertyNames(error).sort()));
      }),
  );
  expect(names).toEqual(expect.arrayContaining(['code', 'message']));
});
