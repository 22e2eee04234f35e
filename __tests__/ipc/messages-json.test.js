'use strict';
// Messages in the default serialization: what JSON makes of them, both ways.

const { describeEach } = require('../helpers/modules.js');
const { Inbox, forkNode, gone, rawNode } = require('./nodes.js');

/** Answers each message with how it arrived, and that it sends back. */
function echo() {
  process.on('message', (message) => process.send({ kind: typeof message, message }));
}

describeEach('json', (module) => {
  let child;
  let inbox;
  beforeAll(() => {
    child = forkNode(module, echo);
    inbox = new Inbox(child);
  });
  afterAll(async () => {
    child.disconnect();
    expect(await gone(child)).toEqual({ code: 0, signal: null });
  });

  test.each([
    ['a string', 'hello', 'hello'],
    ['an empty string', '', ''],
    ['line ends in a string', 'one\ntwo\r\n\u2028three\u2029', 'one\ntwo\r\n\u2028three\u2029'],
    ['a string with a null byte', 'a\0b', 'a\0b'],
    ['letters of two, three and four bytes', 'é € 😀', 'é € 😀'],
    ['half a letter', '\ud83d', '\ud83d'],
    ['a number', 1.5, 1.5],
    ['minus zero', -0, 0],
    ['zero', 0, 0],
    ['what is not a number', Number.NaN, null],
    ['true', true, true],
    ['false', false, false],
    ['null', null, null],
    ['an array with holes', [1, undefined, () => {}], [1, null, null]],
    ['an object', { a: 1, b: { c: [null] }, d: undefined }, { a: 1, b: { c: [null] } }],
    ['an empty object', {}, {}],
    ['a date', new Date(0), '1970-01-01T00:00:00.000Z'],
    ['a Buffer', Buffer.from('ab'), { type: 'Buffer', data: [97, 98] }],
    ['a typed array', new Uint8Array([1, 2]), { 0: 1, 1: 2 }],
    ['a Map', new Map([[1, 2]]), {}],
    ['an error', new RangeError('lost'), {}],
    ['an object with its own idea', { toJSON: () => 'mine' }, 'mine'],
    ['a boxed string', Object('boxed'), 'boxed'],
    ['__proto__', JSON.parse('{"__proto__": {"a": 1}}'), JSON.parse('{"__proto__": {"a": 1}}')],
    ['deep nesting', JSON.parse('['.repeat(500) + ']'.repeat(500)), JSON.parse('['.repeat(500) + ']'.repeat(500))],
    ['a `cmd` that is not internal', { cmd: 'NODE', x: 1 }, { cmd: 'NODE', x: 1 }],
    ['a `cmd` that is the prefix alone', { cmd: 'NODE_' }, { cmd: 'NODE_' }],
    ['a `cmd` in lower case', { cmd: 'node_x' }, { cmd: 'node_x' }],
    ['a `cmd` that is no string', { cmd: 5 }, { cmd: 5 }],
  ])('%s', async (_name, message, expected) => {
    child.send(message);
    const reply = await inbox.message();
    expect(reply).toEqual({ kind: typeof expected, message: expected });
    expect(JSON.stringify(reply.message)).toBe(JSON.stringify(expected));
  });

  test('it is taken as it is at the call, not later', async () => {
    const message = { state: 'before' };
    child.send(message);
    message.state = 'after';
    expect((await inbox.message()).message).toEqual({ state: 'before' });
  });

  test.each([
    [
      'what refers to itself',
      () => {
        const loop = {};
        loop.loop = loop;
        return loop;
      },
      'TypeError',
    ],
    ['a bigint inside', () => ({ big: 1n }), 'TypeError'],
    [
      'a toJSON that throws',
      () => ({
        toJSON() {
          throw new RangeError('no');
        },
      }),
      'RangeError',
    ],
  ])('%s is thrown from send(), and the channel goes on', async (_name, make, name) => {
    let thrown;
    try {
      child.send(make());
    } catch (error) {
      thrown = error;
    }
    expect(thrown.name).toBe(name);
    child.send('next');
    expect((await inbox.message()).message).toBe('next');
  });

  test('one that JSON leaves out crosses as `undefined`, which is no message', async () => {
    const other = rawNode(module, (channel) => {
      channel.once('data', (chunk) => channel.end(`${JSON.stringify(String(chunk))}\n`));
    });
    const heard = new Inbox(other);
    expect(other.send({ toJSON() {} })).toBe(true);
    expect(await heard.message()).toBe('undefined\n');
    await gone(other);
  });

  test('internal messages are no message', async () => {
    const other = forkNode(module, () => {
      process.send({ cmd: 'NODE_X', a: 1 });
      process.send('after');
    });
    const seen = [];
    other.on('internalMessage', (message) => seen.push(message));
    const heard = new Inbox(other);
    expect(await heard.message()).toBe('after');
    expect(seen).toEqual([{ cmd: 'NODE_X', a: 1 }]);
    await gone(other);
    expect(heard.waiting).toEqual([]);
  });

  test('and none at the child, when ours are', async () => {
    const other = forkNode(module, () => {
      process.on('internalMessage', (message) => process.send({ internal: message }));
      process.on('message', (message) => process.send({ message }));
    });
    const heard = new Inbox(other);
    other.send({ cmd: 'NODE_X', a: 1 });
    other.send('after');
    expect(await heard.messages(2)).toEqual([{ internal: { cmd: 'NODE_X', a: 1 } }, { message: 'after' }]);
    other.disconnect();
    await gone(other);
  });
});
