'use strict';
// The floor of ipc-flood.js: the messages of a flood with nothing done to have them but what has to be. What comes to fd 0
// is read a millisecond's at a time, which a buffer of 4 MB holds, taken apart by V8, and each message told by an event on a
// tick of its own, as the built-in tells it. No event loop watches the socket, and nobody asks for handles, for errors, or
// for what is Node's own.
//   node read-flood.js json 100000 < the parent's end of a channel

const assert = require('node:assert');
const { EventEmitter } = require('node:events');
const { readSync, writeSync } = require('node:fs');
const { setImmediate } = require('node:timers/promises');
const v8 = require('node:v8');
const { stopwatch } = require('../samples.js');

const [, , serialization, messages] = process.argv;
const CHANNEL = 0;
const LENGTH_BYTES = 4;
const MOST = 1024 * 1024;

const channel = new EventEmitter();
/** Nobody writes to it: to wait for a change is to sleep. */
const never = new Int32Array(new SharedArrayBuffer(4));
const buffer = Buffer.alloc(MOST);
let filled = 0;

/** @param {any} message */
const tell = (message) => channel.emit('message', message);

/**
 * How many of the bytes were whole messages is what `tellAll` gives.
 * @type {Record<string, { write: (message: any) => Buffer, tellAll: (bytes: Buffer) => number }>}
 */
const formats = {
  json: {
    write: (message) => Buffer.from(`${JSON.stringify(message)}\n`),
    tellAll(bytes) {
      const end = bytes.lastIndexOf('\n');
      if (end < 0) return 0;
      for (const line of bytes.toString('latin1', 0, end).split('\n')) process.nextTick(tell, JSON.parse(line));
      return end + 1;
    },
  },
  advanced: {
    write(message) {
      const block = v8.serialize(message);
      const length = Buffer.alloc(LENGTH_BYTES);
      length.writeUInt32BE(block.length);
      return Buffer.concat([length, block]);
    },
    tellAll(bytes) {
      const deserializer = new v8.DefaultDeserializer(bytes);
      let start = 0;
      while (bytes.length - start >= LENGTH_BYTES) {
        const end = start + LENGTH_BYTES + bytes.readUInt32BE(start);
        if (end > bytes.length) break;
        deserializer.readRawBytes(LENGTH_BYTES);
        deserializer.readHeader();
        process.nextTick(tell, deserializer.readValue());
        start = end;
      }
      return start;
    },
  },
};

const { write, tellAll } = formats[serialization];

/** @param {number} count messages, asked for and told */
async function flood(count) {
  let next = 0;
  const onMessage = (/** @type {any} */ { n, kind }) => {
    if (n !== next || kind !== 'progress') throw new assert.AssertionError({ actual: n, expected: next });
    next++;
  };
  channel.on('message', onMessage);
  writeSync(CHANNEL, write({ count }));
  while (next < count) {
    Atomics.wait(never, 0, 0, 1);
    const size = readSync(CHANNEL, buffer, filled, MOST - filled, null);
    assert(size > 0, 'the child has ended');
    filled += size;
    const told = tellAll(buffer.subarray(0, filled));
    buffer.copyWithin(0, told, filled);
    filled -= told;
    await setImmediate();
  }
  channel.off('message', onMessage);
}

async function main() {
  const count = Number(messages);
  await flood(count / 10);
  const before = process.cpuUsage();
  const passed = stopwatch();
  await flood(count);
  const rate = (count / passed()) * 1e6;
  const { user, system } = process.cpuUsage(before);
  console.log(JSON.stringify({ rate: [rate], cpu: [(user + system) / count] }));
}

main();
