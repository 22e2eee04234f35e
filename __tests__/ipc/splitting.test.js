'use strict';
// Messages cut at any byte, by the child and by the socket, and many in one read.

const v8 = require('node:v8');
const { since } = require('../../lib/release.js');
const { describeEach, forkless } = require('../helpers/modules.js');
const { Inbox, forkNode, gone, rawNode } = require('./nodes.js');

/** Writes the bytes in pieces, so many times, and lets the parent read in between. */
function writePieces(channel, pieces, times = 1) {
  const all = Array(times).fill(pieces).flat();
  const write = () => {
    const piece = all.shift();
    if (piece === undefined) channel.end();
    else channel.write(Buffer.from(piece, 'base64'), () => setTimeout(write, 1));
  };
  write();
}

/** All ways to cut `bytes` in two, one after the other, as pieces. @param {Buffer} bytes */
function cutsInTwo(bytes) {
  const pieces = [];
  for (let cut = 1; cut < bytes.length; cut++) {
    pieces.push(bytes.subarray(0, cut).toString('base64'), bytes.subarray(cut).toString('base64'));
  }
  return pieces;
}

/** @param {Buffer} bytes */
const oneByOne = (bytes) => Array.from(bytes, (byte) => Buffer.from([byte]).toString('base64'));

/** As Node's own child writes: a number before each view of bytes. */
class Serializer extends v8.DefaultSerializer {
  _writeHostObject(view) {
    this.writeUint32(0);
    return super._writeHostObject(view);
  }
}

/**
 * @param {any} message
 * @param {string} [behind] what is in the block after its value
 */
function advanced(message, behind = '') {
  const serializer = new Serializer();
  serializer.writeHeader();
  serializer.writeValue(message);
  const bytes = Buffer.concat([serializer.releaseBuffer(), Buffer.from(behind)]);
  const head = Buffer.alloc(4);
  head.writeUInt32BE(bytes.length);
  return Buffer.concat([head, bytes]);
}

/** @param {any} message */
const json = (message) => Buffer.from(`${JSON.stringify(message)}\n`);

const encode = { json, advanced: (/** @type {any} */ message) => advanced(message) };

const MESSAGE = { é: '😀', n: [1, null] };

/** Older built-ins lose their place when a length comes in two reads. */
const LENGTHS_MAY_SPLIT = since('23.7', '22.14', '20.19');

describeEach('a message in pieces', (module) => {
  const serializations = module === forkless || LENGTHS_MAY_SPLIT ? [['json'], ['advanced']] : [['json']];
  const receive = async (pieces, serialization, count) => {
    const child = rawNode(module, writePieces, [pieces], { serialization });
    const inbox = new Inbox(child);
    const messages = await inbox.messages(count);
    await gone(child);
    expect(inbox.waiting).toEqual([]);
    return messages;
  };

  test.each(serializations)('%s, cut in two at every byte', async (serialization) => {
    const bytes = encode[serialization](MESSAGE);
    const count = bytes.length - 1;
    expect(await receive(cutsInTwo(bytes), serialization, count)).toEqual(Array(count).fill(MESSAGE));
  });

  test.each(serializations)('%s, byte by byte', async (serialization) => {
    const bytes = Buffer.concat(['one', MESSAGE, ''].map(encode[serialization]));
    expect(await receive(oneByOne(bytes), serialization, 3)).toEqual(['one', MESSAGE, '']);
  });

  test.each(serializations)('%s, the end of one with the next and the start of a third', async (serialization) => {
    const [one, two, three] = ['first', 'second', 'third'].map(encode[serialization]);
    const pieces = [1, 2, 3, 4, 5].flatMap((cut) => [
      one.subarray(0, cut),
      Buffer.concat([one.subarray(cut), two, three.subarray(0, cut)]),
      three.subarray(cut),
    ]);
    const texts = pieces.map((piece) => piece.toString('base64'));
    expect(await receive(texts, serialization, 15)).toEqual(Array(5).fill(['first', 'second', 'third']).flat());
  });
});

describeEach('advanced messages in one write, and in one each', (module) => {
  const loop = (name) => {
    const object = { name };
    object.itself = object;
    return object;
  };
  const twice = (value) => ({ one: value, two: value });
  const view = { bytes: Buffer.from([1, 2, 3]), floats: new Float64Array([0.5, 1.5]) };

  test.each([
    ['small ones', [1, 'two', { three: 3 }, null, [4], 'a'.repeat(5000)], ''],
    ['letters of two bytes, at odd places and even', ['€', 1, 'a€', { é: '😀' }, new Date(0), 1n, 'end'], ''],
    ['objects that refer to themselves', [loop('a'), twice({ x: 1 }), loop('b'), twice([2])], ''],
    ['some that do and some that do not', [{ a: 1 }, loop('a'), { b: 2 }, '^'], ''],
    ['bytes and numbers', [view, 'between', view, 'a'.repeat(5000), view], ''],
    ['with more in a block than its value', ['before', { a: 1 }, 'after', [1]], 'behind the value'],
    ['with more in a block, and objects that refer to themselves', ['before', loop('a'), 'after'], '^^^'],
  ])('%s', async (_name, sent, behind) => {
    const blocks = sent.map((message) => advanced(message, behind));
    const pieces = [Buffer.concat(blocks), ...blocks].map((piece) => piece.toString('base64'));
    // More bytes than one deserializer reads of those that come alone.
    const child = rawNode(module, writePieces, [pieces, 20], { serialization: 'advanced' });
    const inbox = new Inbox(child);
    const messages = await inbox.messages(40 * sent.length);
    await gone(child);
    expect(messages).toEqual(Array(40).fill(sent).flat());
  });
});

/** Sends as fast as it can, and goes when the last is through. */
function flood(count) {
  for (let index = 0; index < count - 1; index++) process.send(index);
  process.send(count - 1, () => process.disconnect());
}

/** The same in as few writes as can be. */
function floodAtOnce(channel, count, serialization) {
  const chunks = [];
  for (let index = 0; index < count; index++) {
    if (serialization === 'json') {
      chunks.push(Buffer.from(`${index}\n`));
    } else {
      const bytes = require('node:v8').serialize(index);
      const head = Buffer.alloc(4);
      head.writeUInt32BE(bytes.length);
      chunks.push(head, bytes);
    }
  }
  channel.end(Buffer.concat(chunks));
}

describeEach('ten thousand messages', (module) => {
  const numbers = Array.from({ length: 10_000 }, (_, index) => index);

  test.each([['json'], ['advanced']])('%s, in as few reads as the socket allows', async (serialization) => {
    const child = rawNode(module, floodAtOnce, [numbers.length, serialization], { serialization });
    const inbox = new Inbox(child);
    // What came while this thread was busy is there in one read.
    const busyUntil = Date.now() + 200;
    while (Date.now() < busyUntil);
    expect(await inbox.messages(numbers.length)).toEqual(numbers);
    await gone(child);
    expect(inbox.waiting).toEqual([]);
  });

  test.each([['json'], ['advanced']])('%s, by a Node', async (serialization) => {
    const child = forkNode(module, flood, [numbers.length], { serialization });
    const inbox = new Inbox(child);
    expect(await inbox.messages(numbers.length)).toEqual(numbers);
    await gone(child);
  });

  test.each([['json'], ['advanced']])('%s, to the child', async (serialization) => {
    const child = forkNode(
      module,
      (count) => {
        let next = 0;
        process.on('message', (message) => {
          if (message !== next++) process.exit(1);
          if (next === count) process.send(next, () => process.disconnect());
        });
      },
      [numbers.length],
      { serialization },
    );
    const inbox = new Inbox(child);
    for (const number of numbers) child.send(number);
    expect(await inbox.message()).toBe(numbers.length);
    expect(await gone(child)).toEqual({ code: 0, signal: null });
  });
});
