'use strict';
// Messages to and from what goes over the channel.
// Source: https://nodejs.org/api/child_process.html#advanced-serialization and
// the v8 module's documentation; the two tags are what Node's own child writes.

const v8 = require('node:v8');

/** The tag before an object that is not V8's own. */
const VIEW = 0;
const PLAIN = 1;

/** Bytes of the length that each block begins with. */
const LENGTH_BYTES = 4;

/** What a channel returns for a string that has something to be escaped. */
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
 * @typedef {(message: any) => void} OnMessage is called with a message
 * @typedef {(error: any) => void} OnGarbage is called for what is no message
 *
 * @typedef {object} Serialization
 * @property {(channel: import('../../binding.js').Channel, message: any, fd: number) => number} send
 * @property {(messages: any, onMessage: OnMessage, onGarbage: OnGarbage) => number} read several, as they came over the
 *   channel. Gives how many they were.
 * @property {(message: string, onMessage: OnMessage, onGarbage: OnGarbage) => number} readOne one that came alone and
 *   is unpacked
 */

/**
 * @param {any} data
 * @param {(data: any) => any} decode
 * @param {OnMessage} onMessage
 * @param {OnGarbage} onGarbage
 */
function readWith(data, decode, onMessage, onGarbage) {
  let message;
  try {
    message = decode(data);
  } catch (error) {
    onGarbage(error);
    return;
  }
  onMessage(message);
}

/** @type {Serialization} */
const json = {
  send(channel, message, fd) {
    // Most strings need nothing but quotes. Native code sees that as it copies them.
    const status = typeof message === 'string' ? channel.sendString(message, fd) : NOT_PLAIN;
    return status === NOT_PLAIN ? channel.sendLine(`${JSON.stringify(message)}\n`, fd) : status;
  },
  read(/** @type {string} */ lines, onMessage, onGarbage) {
    // Nothing is behind the end of the last line.
    const texts = lines.slice(0, -1);
    // Most lines come alone, and it takes as long to split one as to read it.
    const all = texts.includes('\n') ? texts.split('\n') : [texts];
    for (const text of all) readWith(text, JSON.parse, onMessage, onGarbage);
    return all.length;
  },
  readOne(string, onMessage) {
    onMessage(string);
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

/** Room for some sixty small messages. */
const READER_BYTES = 4096;

/**
 * Reads blocks that come one by one with one deserializer: each is put behind the last. No value stays a view of these
 * bytes, and each block has room, since a block with a view in it, or one longer than 2 kB, does not come as a string
 * (src/binding/messages.rs).
 */
class BlockReader {
  #bytes = Buffer.alloc(READER_BYTES);
  #deserializer = new Deserializer(this.#bytes);
  #end = 0;

  /** @param {string} block bytes */
  hasRoomFor(block) {
    return this.#end + block.length <= READER_BYTES;
  }

  /**
   * @param {string} block bytes
   * @returns {any} a message. After an error this must not read on.
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

/** @type {BlockReader | undefined} */
let blockReader;

/**
 * A block that refers to other objects, or does not end where it should, is read by itself: see `readBlocks`.
 * @param {string} block bytes
 */
function decodeOne(block) {
  if (!block.includes(String.fromCharCode(OBJECT_REFERENCE))) {
    try {
      if (!blockReader?.hasRoomFor(block)) blockReader = new BlockReader();
      return blockReader.read(block);
    } catch {}
    blockReader = undefined;
  }
  return decodeBlock(Buffer.from(block, 'latin1'));
}

/**
 * Reads all blocks with one deserializer, for it takes longer to make one than to read a small message. It numbers the
 * objects of all blocks as one, so this is only for blocks that refer to none. It does not know where a block ends, so
 * one that did not end there is read again by itself.
 * @param {Buffer} blocks
 * @param {OnMessage} onMessage
 * @param {OnGarbage} onGarbage
 */
function readBlocks(blocks, onMessage, onGarbage) {
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
    readWith(end, decode, onMessage, onGarbage);
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
  read(/** @type {string | Buffer} */ bytes, onMessage, onGarbage) {
    return readBlocks(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes, onMessage, onGarbage);
  },
  readOne(bytes, onMessage, onGarbage) {
    readWith(bytes, decodeOne, onMessage, onGarbage);
    return 1;
  },
};

module.exports = { serializations: { json, advanced } };
