'use strict';
// exec() and execFile(): `encoding`.

const { describeEach } = require('../helpers/modules.js');
const { collect } = require('./collect.js');

// é, an x, the first half of an é, a byte that is never UTF-8: 5 bytes.
const BYTES = Buffer.from([0xc3, 0xa9, 0x78, 0xc3, 0xff]);
const SCRIPT = "printf '\\303\\251x\\303\\377'; printf '\\303\\251x\\303\\377' >&2";

const TEXTS = {
  utf8: 'éx\ufffd\ufffd',
  'utf-8': 'éx\ufffd\ufffd',
  'UTF-8': 'éx\ufffd\ufffd',
  ascii: 'C)xC\x7f',
  latin1: 'Ã©xÃÿ',
  binary: 'Ã©xÃÿ',
  hex: 'c3a978c3ff',
  HEX: 'c3a978c3ff',
  base64: 'w6l4w/8=',
  base64url: 'w6l4w_8',
};

// A byte too few for a third character.
const UTF16 = '\ua9c3\uc378';

describeEach('encoding', ({ exec, execFile }) => {
  const outputs = async (encoding) => {
    const seen = await Promise.all([
      collect((done) => exec(SCRIPT, { encoding }, done)),
      collect((done) => execFile('sh', ['-c', SCRIPT], { encoding }, done)),
    ]);
    expect(seen[1]).toEqual(seen[0]);
    const { error, stdout, stderr } = seen[0];
    expect(error).toBe(null);
    expect(stderr).toEqual(stdout);
    return stdout;
  };

  test.each(Object.entries(TEXTS))('%s', async (encoding, text) => {
    expect(await outputs(encoding)).toBe(text);
  });

  test.each(['utf16le', 'utf-16le', 'ucs2', 'ucs-2', 'UCS2'])(
    '%s: a lone last byte is half a character',
    async (name) => {
      expect((await outputs(name)).slice(0, 2)).toBe(UTF16);
    },
  );

  test('utf8 when it is not given', async () => {
    const { stdout, stderr } = await collect((done) => exec(SCRIPT, done));
    expect([stdout, stderr]).toEqual([TEXTS.utf8, TEXTS.utf8]);
  });

  test.each([
    ["'buffer'", 'buffer'],
    ["'BUFFER'", 'BUFFER'],
    ['null', null],
    ['an empty string', ''],
    ['an unknown name', 'no-such-encoding'],
    ['a number', 5],
    ['an object', {}],
  ])('%s: bytes', async (_name, encoding) => {
    const bytes = await outputs(encoding);
    expect(Buffer.isBuffer(bytes)).toBe(true);
    expect(bytes.equals(BYTES)).toBe(true);
  });

  test.each([
    ['utf8', ''],
    ['hex', ''],
    ['buffer', Buffer.alloc(0)],
  ])('no output at all, %s', async (encoding, nothing) => {
    const { stdout, stderr } = await collect((done) => execFile('true', { encoding }, done));
    expect([stdout, stderr]).toEqual([nothing, nothing]);
  });

  test.each([
    ['utf8', '€uro', "printf '\\342'", "printf '\\202'", "printf '\\254uro'"],
    ['utf8', '🚀', "printf '\\360\\237'", "printf '\\232'", "printf '\\200'"],
    ['utf16le', '\ud83d\ude80', "printf '\\075\\330\\200'", "printf '\\336'", ':'],
    ['base64', 'YWJjZGU=', "printf 'ab'", "printf 'cd'", "printf 'e'"],
    ['base64url', 'YWJjZGU', "printf 'a'", "printf 'bcd'", "printf 'e'"],
    ['hex', '616263', "printf 'a'", "printf 'b'", "printf 'c'"],
  ])('%s: %s, split between characters and chunks', async (encoding, text, ...parts) => {
    // The marks on stderr tell that the part before has been read: stdout comes first in each turn.
    const script = parts.map((part) => `${part}; echo go >&2; read line`).join('; ');
    const { error, stdout } = await collect((done) => {
      const child = exec(script, { encoding }, done);
      child.stderr.on('data', () => setImmediate(() => child.stdin.write('\n')));
    });
    expect(error).toBe(null);
    expect(stdout).toBe(text);
  });

  test('a character that is never finished', async () => {
    const { stdout } = await collect((done) => exec("printf 'a\\342\\202'", done));
    expect(stdout).toBe('a\ufffd');
  });

  test('a byte order mark stays', async () => {
    const { stdout } = await collect((done) => exec("printf '\\357\\273\\277a'", done));
    expect(stdout).toBe('\ufeffa');
  });

  test('every byte there is', async () => {
    const bytes = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
    const echo = (encoding) =>
      collect((done) => execFile('cat', { encoding }, done).stdin.end(bytes)).then(({ stdout }) => stdout);
    expect(await echo('buffer')).toEqual(bytes);
    expect(await echo('latin1')).toBe(bytes.toString('latin1'));
    expect(await echo('hex')).toBe(bytes.toString('hex'));
    expect(await echo('utf8')).toBe(bytes.toString('utf8'));
  });
});
