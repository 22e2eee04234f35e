'use strict';
// Children that write what is no message. Whatever it is, the parent goes on,
// hears of it, and has the fds of before. What the built-in does is written
// down beside it.

const v8 = require('node:v8');
const { builtin, describeEach, forkless } = require('../helpers/modules.js');
const { reportsOf } = require('../helpers/program.js');
const { since } = require('../../lib/release.js');

/**
 * Lets children, one after the other, write bytes to their channel and go, and
 * reports for each all that came of it.
 * @param {string} procPath of helpers/proc.js
 * @param {string[]} inputs the bytes, as base64
 */
function meet({ spawn }, report, procPath, inputs, serialization, listens) {
  const { openSockets } = require(procPath);
  let log;
  process.on('uncaughtException', (error) => log.push(['uncaught', error.name]));
  process.on('warning', (warning) => log.push(['warning', warning.name]));
  const meetNext = () => {
    if (inputs.length === 0) return;
    log = [];
    const before = openSockets();
    const child = spawn('sh', ['-c', 'printf %s "$1" | base64 -d >&3; exit 3', 'sh', inputs.shift()], {
      stdio: ['ignore', 'ignore', 2, 'ipc'],
      serialization,
    });
    for (const event of ['message', 'disconnect', 'exit']) {
      child.on(event, (value) => log.push([event, value].filter((word) => word !== undefined)));
    }
    if (listens) child.on('error', (error) => log.push(['error', error.name]));
    child.on('close', () => {
      setImmediate(() => {
        report([...log, ['close', openSockets() - before]]);
        meetNext();
      });
    });
  };
  meetNext();
}

/**
 * What comes of each of the inputs, by its name.
 * @param {any} module
 * @param {[string, Buffer][]} inputs
 * @param {'json' | 'advanced'} serialization
 * @param {boolean} [listens] whether somebody listens for 'error'
 */
async function logsOf(module, inputs, serialization, listens = true) {
  const bytes = inputs.map(([, input]) => input.toString('base64'));
  // Warnings are listened for, and not to be printed.
  const options = {
    args: [require.resolve('../helpers/proc.js'), bytes, serialization, listens],
    flags: ['--no-warnings'],
  };
  const logs = await reportsOf(module, meet, options);
  return new Map(inputs.map(([name], index) => [name, logs[index]]));
}

/** The end of a child, in an order that chance decides on either module. @param {any[]} log */
function expectEnd(log) {
  expect([...log].sort()).toEqual([['close', 0], ['disconnect'], ['exit', 3]]);
}

/** @param {(string | Buffer)[]} parts */
const bytes = (...parts) => Buffer.concat(parts.map((part) => Buffer.from(part)));

/** A block with its length before it. @param {Buffer | string} block */
function block(block) {
  const head = Buffer.alloc(4);
  head.writeUInt32BE(block.length);
  return bytes(head, block);
}

const AFTER = block(v8.serialize('after'));

/** Each has what is no message, and a message after it. */
const GARBAGE = {
  json: [
    ['half an object', bytes('{"a":\n"after"\n')],
    ['an empty line', bytes('\n"after"\n')],
    ['bytes that are no text', bytes(Buffer.from([0, 255, 254, 128]), '\n"after"\n')],
    ['two values in one line', bytes('1 2\n"after"\n')],
    ['a line of nonsense, and long', bytes('x'.repeat(80_000), '\n"after"\n')],
  ],
  advanced: [
    ['a block that is no value', bytes(block('garbage'), AFTER)],
    ['an empty block', bytes(block(''), AFTER)],
    ['the header of a value and no value', bytes(block(v8.serialize('x').subarray(0, 2)), AFTER)],
    ['a value cut short', bytes(block(v8.serialize('a long string').subarray(0, 6)), AFTER)],
    ['an object of a kind that nobody knows', bytes(block(Buffer.from([0xff, 0x0f, 0x5c, 9])), AFTER)],
  ],
};

describe.each([['json'], ['advanced']])('garbage (%s)', (serialization) => {
  const garbage = GARBAGE[serialization];
  const names = garbage.map(([name]) => [name]);

  describe("forkless: an 'error' where somebody listens, and it goes on", () => {
    let logs;
    beforeAll(async () => {
      logs = await logsOf(forkless, garbage, serialization);
    });
    test.each(names)('%s', (name) => {
      const log = logs.get(name);
      const errors = log.filter(([event]) => event === 'error');
      expect(errors).toEqual([['error', serialization === 'json' ? 'SyntaxError' : expect.stringMatching(/Error$/)]]);
      expect(log).toContainEqual(['message', 'after']);
      expectEnd(log.slice(-3));
      expect(log).toHaveLength(5);
    });
  });

  describe('forkless: else a warning, and it goes on', () => {
    let logs;
    beforeAll(async () => {
      logs = await logsOf(forkless, garbage, serialization, false);
    });
    test.each(names)('%s', (name) => {
      const log = logs.get(name);
      expect(log).toContainEqual(['warning', 'InvalidMessageWarning']);
      expect(log).toContainEqual(['message', 'after']);
      expectEnd(log.slice(-3));
      expect(log).toHaveLength(5);
    });
  });

  describe('node:child_process: an uncaught exception, and what came with it is lost', () => {
    let logs;
    beforeAll(async () => {
      logs = await logsOf(builtin, garbage, serialization);
    });
    test.each(names)('%s', (name) => {
      const log = logs.get(name);
      expect(log[0]).toEqual(['uncaught', serialization === 'json' ? 'SyntaxError' : 'Error']);
      expectEnd(log.slice(1));
    });
  });
});

const BEFORE = block(v8.serialize('before'));

const UNFINISHED = {
  json: [
    ['a line without an end', bytes('"before"\n"never ending')],
    ['a long line without an end', bytes('"before"\n"', 'x'.repeat(80_000))],
    ['half a letter at the end', bytes('"before"\n"', Buffer.from([0xc3]))],
  ],
  advanced: [
    ['what a length covers beyond its value', block(bytes(v8.serialize('before'), AFTER, AFTER))],
    ['half a length', bytes(BEFORE, Buffer.from([0, 0]))],
    ['half a block', bytes(BEFORE, Buffer.from([0, 0, 0, 9, 255, 15]))],
    ['a block of 2 GB that does not come', bytes(BEFORE, Buffer.from([127, 255, 255, 255, 255, 15]))],
  ],
};

describe.each([['json'], ['advanced']])('what is not whole is dropped in silence (%s)', (serialization) => {
  const unfinished = UNFINISHED[serialization];
  describeEach('', (module) => {
    let logs;
    beforeAll(async () => {
      logs = await logsOf(module, unfinished, serialization);
    });
    test.each(unfinished.map(([name]) => [name]))('%s', (name) => {
      const log = logs.get(name);
      expect(log[0]).toEqual(['message', 'before']);
      expectEnd(log.slice(1));
    });
  });
});

/** Whether the built-in's lengths have a sign. */
const SIGNED = !since('25.5', '24.13.1', '22.22.1');

describe('a length of 2 GB and more', () => {
  const inputs = [
    ['the largest', bytes(BEFORE, Buffer.alloc(20_000, 255))],
    ['the highest bit', bytes(BEFORE, Buffer.from([128, 0, 0, 0, 1]))],
  ];

  test('forkless waits for the block, and holds no memory for it', async () => {
    for (const log of (await logsOf(forkless, inputs, 'advanced')).values()) {
      expect(log[0]).toEqual(['message', 'before']);
      expectEnd(log.slice(1));
    }
  });

  test(`node:child_process ${SIGNED ? 'takes it for a negative one: an uncaught exception' : 'does so too'}`, async () => {
    for (const log of (await logsOf(builtin, inputs, 'advanced')).values()) {
      expect(log).toContainEqual(SIGNED ? ['uncaught', 'Error'] : ['message', 'before']);
      expectEnd(log.slice(-3));
    }
  });
});

/** A child that never ends its line: reports the error, or that there was none while far too much came. */
function feedForever({ spawn }, report) {
  const child = spawn('sh', ['-c', 'exec cat /dev/zero >&3'], { stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
  const finish = (what) => {
    clearInterval(timer);
    report(what);
    child.on('exit', () => process.exit(0));
    child.kill('SIGKILL');
  };
  child.once('error', () => finish('an error'));
  const timer = setInterval(() => {
    if (process.memoryUsage.rss() > 2e9) finish('2 GB, and no error');
  }, 20);
}

test('forkless: an endless line is an error before it has eaten the memory', async () => {
  expect(await reportsOf(forkless, feedForever)).toEqual(['an error']);
});

const INTERNAL = [
  ['an ACK that nobody waits for', { cmd: 'NODE_HANDLE_ACK' }],
  ['a NACK that nobody waits for', { cmd: 'NODE_HANDLE_NACK' }],
  ['a handle that did not come', { cmd: 'NODE_HANDLE', type: 'net.Server', msg: 1 }],
  ['a handle that did not come, of no kind', { cmd: 'NODE_HANDLE' }],
  ['a question about a server that is not there', { cmd: 'NODE_SOCKET_GET_COUNT', key: 'none' }],
  ['a question with no key', { cmd: 'NODE_SOCKET_GET_COUNT' }],
  ['a question with an object for a key', { cmd: 'NODE_SOCKET_GET_COUNT', key: { toString: 1 } }],
  ['a wish to hear of a closing, with __proto__ for a key', { cmd: 'NODE_SOCKET_NOTIFY_CLOSE', key: '__proto__' }],
  ['a handle that did not come, wrapped', { cmd: 'NODE_HANDLE', type: 'net.Native', msg: { cmd: 'NODE_HANDLE' } }],
  ['an answer to no question', { cmd: 'NODE_SOCKET_COUNT', key: 'none', count: -1 }],
  ['a closing that nobody waits for', { cmd: 'NODE_SOCKET_ALL_CLOSED', key: 'none' }],
  ['what a cluster worker would say', { cmd: 'NODE_CLUSTER', act: 'listening', seq: 1, ack: 7 }],
  ['an internal message of no kind', { cmd: 'NODE_X', key: null }],
].map(([name, message]) => [name, bytes(JSON.stringify(message), '\n"after"\n')]);

describe('internal messages that nobody waits for', () => {
  test('forkless: nothing comes of them', async () => {
    const logs = await logsOf(forkless, INTERNAL, 'json');
    expect([...logs.keys()]).toHaveLength(INTERNAL.length);
    for (const log of logs.values()) {
      expect(log[0]).toEqual(['message', 'after']);
      expectEnd(log.slice(1));
    }
  });

  test('node:child_process: an uncaught exception for an ACK and a NACK', async () => {
    for (const log of (await logsOf(builtin, INTERNAL.slice(0, 2), 'json')).values()) {
      expect(log).toContainEqual(['uncaught', 'Error']);
      expect(log).toContainEqual(['message', 'after']);
    }
  });
});
