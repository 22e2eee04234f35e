'use strict';
// Messages to and from what goes over the channel.
// Source: https://nodejs.org/api/child_process.html#advanced-serialization and
// the v8 module's documentation; the two tags are what Node's own child writes.

const v8 = require('node:v8');

/** What follows in the stream when V8 meets something that is not its own. */
const VIEW = 0;
const PLAIN = 1;

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

/** @type {{ encode(message: any): string | Buffer, decode(data: any): any }} */
const json = {
  encode: (message) => JSON.stringify(message),
  decode: (text) => JSON.parse(text),
};

/** @type {{ encode(message: any): string | Buffer, decode(data: any): any }} */
const advanced = {
  encode(message) {
    const serializer = new Serializer();
    serializer.writeHeader();
    serializer.writeValue(message);
    return serializer.releaseBuffer();
  },
  decode(block) {
    const deserializer = new Deserializer(block);
    deserializer.readHeader();
    return deserializer.readValue();
  },
};

module.exports = { serializations: { json, advanced } };
