'use strict';
// Collects what a child writes to one pipe, up to a limit.

const { BarePipe } = require('../stdio/bare-pipe.js');
const { wholeCharacters } = require('./characters.js');

/** From so many bytes of text on it pays to make a stream: it reads into memory of V8's own, which saves a copy. */
const MUCH = 256 * 1024;

/** @type {Buffer} */
const NOTHING = Buffer.alloc(0);

class Output {
  /** @type {any[]} */
  #chunks = [];
  /** What is collected from, once it is a stream. @type {import('node:stream').Readable | undefined} */
  #stream;
  #encoding;
  /** The first bytes of a character whose rest is still to come. Only while there is no stream. */
  #rest = NOTHING;
  #left;
  /** Bytes that were read while there was no stream. */
  #read = 0;
  /** @type {InstanceType<typeof BarePipe> | undefined} */
  #pipe;
  #onOverflow;

  /**
   * @param {import('node:stream').Readable | InstanceType<typeof BarePipe> | null | undefined} pipe
   * @param {BufferEncoding | null} encoding null for bytes
   * @param {number | null | undefined} maxBuffer bytes; null is none at all
   * @param {() => void} onOverflow called for each chunk that passes the limit
   */
  constructor(pipe, encoding, maxBuffer, onOverflow) {
    this.#encoding = encoding;
    // `maxBuffer: undefined` is no limit.
    this.#left = maxBuffer === undefined ? Number.POSITIVE_INFINITY : (maxBuffer ?? 0);
    this.#onOverflow = onOverflow;
    if (pipe instanceof BarePipe) {
      this.#pipe = pipe;
      // Text is not kept in native code: its limit and its cut depend on the pieces in which it comes.
      pipe.read(this, encoding ? 0 : this.#left);
    } else if (pipe) this.onStream(pipe, false);
  }

  /** @param {Buffer} bytes while there is no stream */
  onBytes(bytes) {
    if (!this.#encoding) return this.#keep(bytes);
    const all = this.#rest.length > 0 ? Buffer.concat([this.#rest, bytes]) : bytes;
    const end = wholeCharacters(all, this.#encoding);
    this.#rest = all.subarray(end);
    this.#keepIfAny(all.toString(this.#encoding, 0, end));
    this.#read += bytes.length;
    if (this.#read > MUCH && this.#left >= 0) this.#pipe?.toStream();
  }

  /** The end of a pipe of which no stream was made. */
  onEnd() {
    if (this.#encoding) this.#keepIfAny(this.#rest.toString(this.#encoding));
  }

  /**
   * @param {import('node:stream').Readable} stream where it comes from now on
   * @param {boolean} isLate whether nothing more comes there: then `onEnd` is called
   */
  onStream(stream, isLate) {
    this.#stream = stream;
    if (!isLate) {
      if (this.#rest.length > 0) stream.unshift(this.#rest);
      this.#rest = NOTHING;
    }
    if (this.#encoding) stream.setEncoding(this.#encoding);
    stream.on('data', this.#keep);
  }

  /** A stream emits no empty chunks. @param {any} chunk */
  #keepIfAny(chunk) {
    if (chunk.length > 0) this.#keep(chunk);
  }

  /** @param {any} chunk text if the stream has an encoding, be it one that somebody else set */
  #keep = (chunk) => {
    if (this.#left === Number.POSITIVE_INFINITY) {
      this.#chunks.push(chunk);
      return;
    }
    const encoding = this.#stream ? this.#stream.readableEncoding : this.#encoding;
    const before = this.#left;
    this.#left -= encoding ? Buffer.byteLength(chunk, encoding) : chunk.length;
    if (this.#left >= 0) {
      this.#chunks.push(chunk);
      return;
    }
    // The limit counts bytes and the cut counts characters, as with the built-in.
    this.#chunks.push(encoding ? chunk.slice(0, before) : chunk.subarray(0, before));
    this.#onOverflow();
  };

  /** Everything so far. */
  take() {
    if (!this.#encoding) this.#pipe?.giveKept();
    return this.#encoding || this.#stream?.readableEncoding ? this.#chunks.join('') : whole(this.#chunks);
  }
}

/**
 * All chunks as one Buffer. What native code has kept is one already, and is not copied.
 * @param {Buffer[]} chunks
 */
const whole = (chunks) => (chunks.length === 1 ? chunks[0] : Buffer.concat(chunks));

module.exports = { Output };
