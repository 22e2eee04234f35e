'use strict';
// Wrong arguments: the class, code and message of the running Node's errors.

const { closed, output } = require('../helpers/children.js');
const { describeError, thrownBy } = require('../helpers/errors.js');
const { onBoth } = require('../helpers/modules.js');

const WRONG_TYPE = 'ERR_INVALID_ARG_TYPE';
const WRONG_VALUE = 'ERR_INVALID_ARG_VALUE';
const OUT_OF_RANGE = 'ERR_OUT_OF_RANGE';

/** Values of every type, to put where another type is wanted. */
const VALUES = {
  undefined: undefined,
  null: null,
  true: true,
  false: false,
  zero: 0,
  one: 1,
  'a fraction': 1.5,
  'a negative number': -1,
  NaN: Number.NaN,
  Infinity: Number.POSITIVE_INFINITY,
  'a number beyond 32 bits': 2 ** 32,
  'a bigint': 1n,
  'a string': 'forkless-no-such-thing',
  'an empty string': '',
  'a string with a null byte': 'a\0b',
  'a symbol': Symbol('s'),
  'a function': () => {},
  'an object': {},
  'an array': [],
  'a date': new Date(0),
  'a Buffer': Buffer.from('x'),
  'a regular expression': /x/,
};

/**
 * How a call goes: what it throws, or how its child ends.
 * @param {() => any} call
 */
async function outcome(call) {
  let child;
  const thrown = thrownBy(() => {
    child = call();
  });
  if (thrown) return { thrown };
  const { code, signal, error } = await closed(child);
  return { code, signal, error: describeError(error), file: child.spawnfile, args: child.spawnargs };
}

/** @param {(module: any) => any} call @param {string} [code] */
async function refused(call, code) {
  const { thrown } = await onBoth((module) => outcome(() => call(module)));
  expect(thrown?.properties.code).toBe(code);
}

describe('file', () => {
  const wrong = Object.entries(VALUES).filter(([, value]) => typeof value !== 'string');
  test.each(wrong)('%s', (_name, value) => refused(({ spawn }) => spawn(value), WRONG_TYPE));
  test('an empty string', () => refused(({ spawn }) => spawn(''), WRONG_VALUE));
  test('a null byte', () => refused(({ spawn }) => spawn('tr\0ue'), WRONG_VALUE));
});

describe('args', () => {
  const wrong = Object.entries(VALUES).filter(([, value]) => value != null && typeof value !== 'object');
  test.each(wrong)('%s', (_name, value) => refused(({ spawn }) => spawn('true', value), WRONG_TYPE));
  test.each(wrong)('%s, with options', (_name, value) => refused(({ spawn }) => spawn('true', value, {}), WRONG_TYPE));
  test('a null byte', () => refused(({ spawn }) => spawn('true', ['a', 'b\0c']), WRONG_VALUE));
  test('a null byte in what is not a string yet ends it', async () => {
    const { stdout } = await onBoth(({ spawn }) => output(spawn('printf', ['[%s]', ['a\0b'], 'c'])));
    expect(stdout).toBe('[a][c]');
  });
});

describe('options', () => {
  const wrong = Object.entries(VALUES).filter(([name]) => name !== 'undefined');
  test.each(wrong)('%s', async (_name, value) => {
    const plain = typeof value === 'object' && value !== null && !Array.isArray(value);
    if (plain) return;
    await refused(({ spawn }) => spawn('true', [], value), WRONG_TYPE);
  });
  test.each(wrong)('%s, with null for the arguments', async (_name, value) => {
    const { thrown } = await onBoth(({ spawn }) => outcome(() => spawn('true', null, value)));
    const plain = typeof value === 'object' && value !== null && !Array.isArray(value);
    expect(thrown?.properties.code).toBe(plain ? undefined : WRONG_TYPE);
  });
});

// Only root may become somebody else.
const IDS = process.getuid() === 0 ? ['zero', 'one'] : [];

/** @type {[string, string[]][]} option, names of values that every Node takes for it */
const OPTIONS = [
  ['argv0', ['undefined', 'null', 'a string', 'an empty string']],
  ['cwd', ['undefined', 'null', 'an empty string', 'a Buffer']],
  ['detached', ['undefined', 'null', 'true', 'false']],
  ['gid', ['undefined', 'null', ...IDS]],
  ['killSignal', ['undefined', 'null', 'one']],
  ['shell', ['undefined', 'null', 'true', 'false', 'an empty string']],
  ['signal', ['undefined']],
  ['timeout', ['undefined', 'null']],
  ['uid', ['undefined', 'null', ...IDS]],
  ['windowsHide', ['undefined', 'null', 'true', 'false']],
  ['windowsVerbatimArguments', ['undefined', 'null', 'true', 'false']],
];

describe.each(OPTIONS)('%s', (option, right) => {
  // A timeout that comes would make the outcome a matter of time.
  const tooShort = (name) => option === 'timeout' && ['one', 'a number beyond 32 bits'].includes(name);
  const values = Object.entries(VALUES).filter(([name]) => !tooShort(name));

  test.each(values)('%s', async (name, value) => {
    const result = await onBoth(({ spawn }) => outcome(() => spawn('true', [], { [option]: value })));
    if (right.includes(name)) expect(result).toMatchObject({ code: 0, signal: null });
    if (name === 'a function') expect([WRONG_TYPE, OUT_OF_RANGE]).toContain(result.thrown.properties.code);
    // Some messages quote the value, which a symbol does not let them.
    if (name === 'a symbol' || name === 'a string with a null byte') expect(result.thrown.class).toMatch(/Error$/);
  });
});

describe('killSignal', () => {
  test.each(['SIGKILL', 'sigkill', 'SigKill', 9])('%s is a signal', async (killSignal) => {
    expect(await onBoth(({ spawn }) => outcome(() => spawn('true', { killSignal })))).toMatchObject({ code: 0 });
  });
  test.each(['KILL', 'SIGNOPE', 99, -9, 0, 1.5])('%s is none', async (killSignal) => {
    await onBoth(({ spawn }) => outcome(() => spawn('true', { killSignal })));
  });
});

describe('what is wrong in two ways', () => {
  test.each([
    ['file and cwd', (spawn) => spawn('', { cwd: 1 })],
    ['args and options', (spawn) => spawn('true', 1, 1)],
    ['cwd and uid', (spawn) => spawn('true', { cwd: 1, uid: 'x' })],
    ['uid and gid', (spawn) => spawn('true', { gid: 'x', uid: 'x' })],
    ['shell and argv0', (spawn) => spawn('true', { argv0: 1, shell: 1 })],
    ['timeout and signal', (spawn) => spawn('true', { signal: 1, timeout: 'x' })],
    ['env and stdio', (spawn) => spawn('true', { env: { A: '\0' }, stdio: 'x' })],
    ['stdio and cwd', (spawn) => spawn('true', { cwd: 1, stdio: 'x' })],
    ['args and env', (spawn) => spawn('true', ['\0'], { env: { A: '\0' } })],
    ['stdio and serialization', (spawn) => spawn('true', { serialization: 'x', stdio: 'x' })],
  ])('%s: the built-in decides which is told', async (_name, call) => {
    const { thrown } = await onBoth(({ spawn }) => outcome(() => call(spawn)));
    expect(thrown.properties.code).toMatch(/^ERR_/);
  });
});
