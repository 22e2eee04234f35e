'use strict';
// Collects what a child writes to one stream, up to a limit.

const { binding } = require('../native.js');

class Output {
  /** @type {any[]} */
  #chunks = [];
  #stream;
  #left;

  /**
   * @param {import('node:stream').Readable | null | undefined} stream
   * @param {BufferEncoding | null} encoding null for bytes
   * @param {number | undefined} maxBuffer bytes
   * @param {() => void} onOverflow called for each chunk that passes the limit
   */
  constructor(stream, encoding, maxBuffer, onOverflow) {
    this.#stream = stream;
    // Given but undefined, it is no limit.
    const most = maxBuffer === undefined ? Number.POSITIVE_INFINITY : maxBuffer;
    this.#left = most;
    this.isText = encoding !== null;
    if (!stream) return;
    if (encoding) stream.setEncoding(encoding);
    stream.on('data', most === Number.POSITIVE_INFINITY ? this.#keep : (chunk) => this.#count(chunk, onOverflow));
  }

  /** @param {any} chunk */
  #keep = (chunk) => {
    this.#chunks.push(chunk);
  };

  /**
   * @param {any} chunk text if the stream has an encoding, be it one that somebody else set
   * @param {() => void} onOverflow
   */
  #count(chunk, onOverflow) {
    const encoding = this.#stream?.readableEncoding ?? undefined;
    const before = this.#left;
    this.#left -= encoding ? Buffer.byteLength(chunk, encoding) : chunk.length;
    if (this.#left >= 0) {
      this.#keep(chunk);
      return;
    }
    // The limit counts bytes, the cut counts characters: the built-in's way.
    this.#keep(encoding ? chunk.slice(0, before) : chunk.subarray(0, before));
    onOverflow();
  }

  /** Everything so far. */
  take() {
    return this.isText || this.#stream?.readableEncoding ? this.#chunks.join('') : concat(this.#chunks);
  }
}

/** Bytes from which on large pages are worth asking for. */
const LARGE = 4 * 1024 * 1024;

/**
 * Buffer.concat(), which for much spends most of its time on page faults.
 * @param {Buffer[]} chunks
 */
function concat(chunks) {
  const length = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
  if (length < LARGE) return Buffer.concat(chunks, length);
  const whole = Buffer.allocUnsafeSlow(length);
  binding.preferLargePages(whole);
  let filled = 0;
  for (const chunk of chunks) {
    whole.set(chunk, filled);
    filled += chunk.length;
  }
  return whole;
}

module.exports = { Output };
