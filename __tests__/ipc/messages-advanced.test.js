'use strict';
// Messages in the advanced serialization: they arrive as what they were, both ways.

const { builtin, describeEach, forkless } = require('../helpers/modules.js');
const { thrownBy } = require('../helpers/errors.js');
const { Inbox, forkNode, gone } = require('./nodes.js');

/** Says what arrived, as its kind and as text, and sends it back. */
function echo() {
  const { inspect, types } = require('node:util');
  process.on('message', (message) => {
    const kind = Object.prototype.toString.call(message);
    process.send([
      kind,
      Buffer.isBuffer(message),
      types.isNativeError(message),
      inspect(message, { depth: 9 }),
      message,
    ]);
  });
}

const cyclic = { name: 'loop', list: [] };
cyclic.list.push(cyclic);

const shared = { same: true };

const sparse = [1];
sparse[3] = 4;

describeEach('advanced', (module) => {
  let child;
  let inbox;
  beforeAll(() => {
    child = forkNode(module, echo, [], { serialization: 'advanced' });
    inbox = new Inbox(child);
  });
  afterAll(async () => {
    child.disconnect();
    expect(await gone(child)).toEqual({ code: 0, signal: null });
  });

  const roundTrip = async (message) => {
    child.send(message);
    const [kind, isBuffer, isError, text, back] = await inbox.message();
    return { kind, isBuffer, isError, text, back };
  };

  test('a Buffer that is given to a worker leaves those of other messages as they were', async () => {
    const { back: kept } = await roundTrip(Buffer.from('kept'));
    const { back: given } = await roundTrip(Buffer.from('given'));
    structuredClone(given, { transfer: [given.buffer] });
    expect([String(kept), given.length]).toEqual(['kept', 0]);
  });

  test.each([
    ['a string', 'é😀\n\0', 'String', /^'é😀\\n\\x00'$/],
    ['half a letter', '\ud83d', 'String', /\\uD83D/i],
    ['a number', 1.5, 'Number', /^1.5$/],
    ['minus zero', -0, 'Number', /^-0$/],
    ['what is not a number', Number.NaN, 'Number', /^NaN$/],
    ['a boolean', false, 'Boolean', /^false$/],
    ['null', null, 'Null', /^null$/],
    ['an object with undefined in it', { a: undefined }, 'Object', /^{ a: undefined }$/],
    ['an array with a hole', sparse, 'Array', /^\[ 1, <2 empty items>, 4 ]$/],
    ['a bigint inside', { big: 2n ** 70n }, 'Object', /^{ big: 1180591620717411303424n }$/],
    ['a boxed bigint', Object(5n), 'BigInt', /^\[BigInt: 5n]$/],
    ['a Date', new Date(86_400_000), 'Date', /^1970-01-02T00:00:00.000Z$/],
    ['a RegExp', /a.b/giu, 'RegExp', /^\/a.b\/giu$/],
    ['a Map', new Map([[{ key: 1 }, new Map()]]), 'Map', /^Map\(1\) { { key: 1 } => Map\(0\) {} }$/],
    ['a Set', new Set([1, 'two']), 'Set', /^Set\(2\) { 1, 'two' }$/],
    ['a Buffer', Buffer.from('abc'), 'Uint8Array', /^<Buffer 61 62 63>$/],
    ['an empty Buffer', Buffer.alloc(0), 'Uint8Array', /^<Buffer >$/],
    ['a Buffer in an object', { b: Buffer.from([255]) }, 'Object', /^{ b: <Buffer ff> }$/],
    ['a Uint8Array', new Uint8Array([1, 2]), 'Uint8Array', /^Uint8Array\(2\) \[ 1, 2 ]$/],
    ['an Int16Array', new Int16Array([-1]), 'Int16Array', /^Int16Array\(1\) \[ -1 ]$/],
    ['a Uint32Array after an odd string', ['x', new Uint32Array([7])], 'Array', /^\[ 'x', Uint32Array\(1\) \[ 7 ] ]$/],
    ['a Float64Array', new Float64Array([0.5]), 'Float64Array', /^Float64Array\(1\) \[ 0.5 ]$/],
    ['a BigUint64Array', new BigUint64Array([2n ** 64n - 1n]), 'BigUint64Array', /\[ 18446744073709551615n ]$/],
    ['a Uint8ClampedArray', new Uint8ClampedArray([300]), 'Uint8ClampedArray', /^Uint8ClampedArray\(1\) \[ 255 ]$/],
    ['part of an array', new Uint8Array([0, 1, 2, 3]).subarray(1, 3), 'Uint8Array', /^Uint8Array\(2\) \[ 1, 2 ]$/],
    ['a DataView', new DataView(new ArrayBuffer(2)), 'DataView', /byteLength]?: 2/],
    ['an ArrayBuffer', new Uint8Array([9]).buffer, 'ArrayBuffer', /<09>/],
    ['an object that refers to itself', cyclic, 'Object', /^<ref \*1> { name: 'loop', list: \[ \[Circular \*1] ] }$/],
    [
      'a class instance, by its own properties',
      new (class Point {
        x = 1;
      })(),
      'Object',
      /^{ x: 1 }$/,
    ],
    ['an internal look inside', { inner: { cmd: 'NODE_X' } }, 'Object', /^{ inner: { cmd: 'NODE_X' } }$/],
  ])('%s', async (_name, message, kind, text) => {
    const reply = await roundTrip(message);
    expect(reply).toMatchObject({ kind: `[object ${kind}]`, isBuffer: Buffer.isBuffer(message), isError: false });
    expect(reply.text).toMatch(text);
    expect(Object.prototype.toString.call(reply.back)).toBe(reply.kind);
    expect(reply.back).toEqual(message);
    expect(Buffer.isBuffer(reply.back)).toBe(Buffer.isBuffer(message));
  });

  test.each([[new Error('plain')], [new TypeError('typed')], [new RangeError('ranged')]])('%s', async (error) => {
    const { isError, text, back } = await roundTrip(error);
    expect(isError).toBe(true);
    expect(text.split('\n')[0]).toBe(`${error.name}: ${error.message}`);
    expect([back.name, back.message, back.stack]).toEqual([error.name, error.message, error.stack]);
    expect(Object.prototype.toString.call(back)).toBe('[object Error]');
  });

  test('one object in two places is one object', async () => {
    const { back } = await roundTrip([shared, shared]);
    expect(back[0]).toEqual({ same: true });
    expect(back[0]).toBe(back[1]);
  });

  test('an object of the platform goes by its own properties', async () => {
    const { back, kind } = await roundTrip(new URLSearchParams('a=1'));
    expect(kind).toBe('[object Object]');
    expect(back).toEqual({});
  });

  test('a large Buffer among small ones', async () => {
    const sizes = [0, 1, 70_000, 1, 1_000_000, 2];
    for (const size of sizes) child.send(Buffer.alloc(size, 'x'));
    for (const size of sizes) {
      const [, isBuffer, , , back] = await inbox.message();
      expect([isBuffer, back.length, back.every((byte) => byte === 120)]).toEqual([true, size, true]);
    }
  });

  test('what cannot be cloned is thrown from send(), and the channel goes on', async () => {
    const thrown = thrownBy(() => child.send({ f() {} }));
    expect(thrown.message).toMatch(/could not be cloned/);
    expect((await roundTrip('next')).back).toBe('next');
  });

  test('the Buffers that arrive do not change with what comes after', async () => {
    child.send(Buffer.from('first'));
    child.send(Buffer.from('SECOND'));
    const [one] = (await inbox.message()).slice(-1);
    const [two] = (await inbox.message()).slice(-1);
    two.fill(0);
    expect(one.toString()).toBe('first');
  });

  test('internal messages are no message', async () => {
    const other = forkNode(
      module,
      () => {
        process.send({ cmd: 'NODE_X', a: 1n });
        process.send('after');
      },
      [],
      { serialization: 'advanced' },
    );
    const seen = [];
    other.on('internalMessage', (message) => seen.push(message));
    const heard = new Inbox(other);
    expect(await heard.message()).toBe('after');
    expect(seen).toEqual([{ cmd: 'NODE_X', a: 1n }]);
    await gone(other);
  });
});

test('what send() throws is the same for both', async () => {
  const thrown = [];
  for (const module of [builtin, forkless]) {
    const child = forkNode(module, () => process.on('message', () => {}), [], { serialization: 'advanced' });
    thrown.push([() => {}, Symbol('s'), 1n, undefined].map((message) => thrownBy(() => child.send({ message }))));
    child.disconnect();
    await gone(child);
  }
  expect(thrown[1]).toEqual(thrown[0]);
  expect(thrown[0].map(Boolean)).toEqual([true, true, false, false]);
});
