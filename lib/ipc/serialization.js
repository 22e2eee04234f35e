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
 * @typedef {object} Serialization
 * @property {(channel: import('../../binding.js').Channel, message: any, fd: number) => number} send
 * @property {(data: any) => any} decode one message
 * @property {(messages: any) => any[]} split several, as they came over the channel
 * @property {(message: string) => any} decodeOne one that came alone and was unpacked already
 */

/** @type {Serialization} */
const json = {
  send(channel, message, fd) {
    // A string needs nothing but quotes most of the time, and native code sees that as it copies.
    const status = typeof message === 'string' ? channel.sendString(message, fd) : NOT_PLAIN;
    return status === NOT_PLAIN ? channel.sendLine(JSON.stringify(message), fd) : status;
  },
  decode: (text) => JSON.parse(text),
  decodeOne: (string) => string,
  // The last line ends too: nothing is behind it.
  split: (/** @type {string} */ lines) => lines.slice(0, -1).split('\n'),
};

/** @type {Serialization} */
const advanced = {
  send(channel, message, fd) {
    const serializer = new Serializer();
    serializer.writeHeader();
    serializer.writeValue(message);
    return channel.sendBlock(serializer.releaseBuffer(), fd);
  },
  decode(block) {
    const deserializer = new Deserializer(block);
    deserializer.readHeader();
    return deserializer.readValue();
  },
  decodeOne: (bytes) => advanced.decode(Buffer.from(bytes, 'latin1')),
  split(/** @type {string | Buffer} */ bytes) {
    const blocks = typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes;
    const all = [];
    for (let start = 0; start < blocks.length; ) {
      const from = start + LENGTH_BYTES;
      start = from + blocks.readUInt32BE(start);
      all.push(blocks.subarray(from, start));
    }
    return all;
  },
};

module.exports = { serializations: { json, advanced } };
