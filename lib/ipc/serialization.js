'use strict';
// Messages to and from what goes over the channel.
// Source: https://nodejs.org/api/child_process.html#advanced-serialization and
// the v8 module's documentation; the two tags are what Node's own child writes.

const v8 = require('node:v8');

/** What follows in the stream when V8 meets something that is not its own. */
const VIEW = 0;
const PLAIN = 1;

/** Each block begins with its length. */
const LENGTH_BYTES = 4;

/** What a channel returns for a string that takes more to be a line than quotes. */
const NOT_PLAIN = 2;

/** Buffers and typed arrays as they are, other host objects by their own properties. */
class Serializer extends v8.DefaultSerializer {
  /** @param {any} object */
  _writeHostObject(object) {
    if (ArrayBuffer.isView(object)) {
      this.writeUint32(VIEW);
      // @ts-expect-error: documented, but not among its types
      return super._writeHostObject(object);
    }
    this.writeUint32(PLAIN);
    this.writeValue({ ...object });
  }
}

class Deserializer extends v8.DefaultDeserializer {
  _readHostObject() {
    const tag = this.readUint32();
    // @ts-expect-error: documented, but not among its types
    return tag === VIEW ? super._readHostObject() : this.readValue();
  }
}

/**
 * @typedef {(message: any) => void} Take gets a message
 * @typedef {(error: any) => void} Fail is told of what is none
 *
 * @typedef {object} Serialization
 * @property {(channel: import('../../binding.js').Channel, message: any, fd: number) => number} send
 * @property {(messages: any, take: Take, fail: Fail) => number} read several, as they came over the channel;
 *   how many they were
 * @property {(message: string, take: Take, fail: Fail) => number} readOne one that came alone and was unpacked already
 */

/**
 * @param {any} data
 * @param {(data: any) => any} decode
 * @param {Take} take
 * @param {Fail} fail
 */
function readWith(data, decode, take, fail) {
  let message;
  try {
    message = decode(data);
  } catch (error) {
    fail(error);
    return;
  }
  take(message);
}

/** @type {Serialization} */
const json = {
  send(channel, message, fd) {
    // A string needs nothing but quotes most of the time, and native code sees that as it copies.
    const status = typeof message === 'string' ? channel.sendString(message, fd) : NOT_PLAIN;
    return status === NOT_PLAIN ? channel.sendLine(`${JSON.stringify(message)}\n`, fd) : status;
  },
  read(/** @type {string} */ lines, take, fail) {
    // The last line ends too: nothing is behind it.
    const texts = lines.slice(0, -1);
    // Most come alone, and to split one takes as long as to read it.
    const all = texts.includes('\n') ? texts.split('\n') : [texts];
    for (const text of all) readWith(text, JSON.parse, take, fail);
    return all.length;
  },
  readOne(string, take) {
    take(string);
    return 1;
  },
};

/** The byte by which V8 refers to an object that was in the same block before. */
const OBJECT_REFERENCE = 0x5e;

/** @param {Buffer} block */
function decodeBlock(block) {
  const deserializer = new Deserializer(block);
  deserializer.readHeader();
  return deserializer.readValue();
}

/** What one `Series` takes: some sixty small messages, which it holds in memory until the next takes its place. */
const SERIES_BYTES = 4096;

/**
 * Blocks that come one by one, each put behind the last: one deserializer reads on and on. No value stays a view of these
 * bytes, and each block has room: what holds a view, or is longer than 2 kB, does not come as a string (src/binding/messages.rs).
 */
class Series {
  #bytes = Buffer.alloc(SERIES_BYTES);
  #deserializer = new Deserializer(this.#bytes);
  #end = 0;

  /** @param {string} block bytes */
  hasRoomFor(block) {
    return this.#end + block.length <= SERIES_BYTES;
  }

  /**
   * @param {string} block bytes
   * @returns {any} a message. After an error the series is of no use.
   */
  read(block) {
    this.#end += this.#bytes.write(block, this.#end, 'latin1');
    this.#deserializer.readHeader();
    const message = this.#deserializer.readValue();
    const next = this.#deserializer.readRawBytes(0);
    if (next.byteOffset !== this.#bytes.byteOffset + this.#end) throw new RangeError('It did not end with its block');
    return message;
  }
}

/** @type {Series | undefined} */
let series;

/**
 * As with `readBlocks`: what refers to other objects, or turns out not to end where it should, is read by itself.
 * @param {string} block bytes
 */
function decodeOne(block) {
  if (!block.includes(String.fromCharCode(OBJECT_REFERENCE))) {
    try {
      if (!series?.hasRoomFor(block)) series = new Series();
      return series.read(block);
    } catch {}
    series = undefined;
  }
  return decodeBlock(Buffer.from(block, 'latin1'));
}

/**
 * One deserializer for all blocks, as to make one takes longer than to read a small message. It numbers the objects of all
 * of them, so that is only for blocks that refer to none; and as it does not know where a block ends, what did not end
 * there is read once more by itself.
 * @param {Buffer} blocks
 * @param {Take} take
 * @param {Fail} fail
 */
function readBlocks(blocks, take, fail) {
  const mayShare = !blocks.includes(OBJECT_REFERENCE);
  /** @type {Deserializer | undefined} */
  let shared;
  let start = 0;
  const decode = (/** @type {number} */ end) => {
    try {
      if (mayShare) {
        if (!shared) {
          shared = new Deserializer(blocks.subarray(start));
          shared.readRawBytes(LENGTH_BYTES);
        }
        shared.readHeader();
        const message = shared.readValue();
        const next = shared.readRawBytes(end < blocks.length ? LENGTH_BYTES : 0);
        if (next.byteOffset === blocks.byteOffset + end) return message;
      }
    } catch {}
    shared = undefined;
    return decodeBlock(blocks.subarray(start + LENGTH_BYTES, end));
  };
  let count = 0;
  for (; start < blocks.length; count++) {
    const end = start + LENGTH_BYTES + blocks.readUInt32BE(start);
    readWith(end, decode, take, fail);
    start = end;
  }
  return count;
}

/** @type {Serialization} */
const advanced = {
  send(channel, message, fd) {
    const serializer = new Serializer();
    serializer.writeHeader();
    serializer.writeValue(message);
    return channel.sendBlock(serializer.releaseBuffer(), fd);
  },
  read(/** @type {string | Buffer} */ bytes, take, fail) {
    return readBlocks(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes, take, fail);
  },
  readOne(bytes, take, fail) {
    readWith(bytes, decodeOne, take, fail);
    return 1;
  },
};

module.exports = { serializations: { json, advanced } };
