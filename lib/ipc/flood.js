'use strict';
// Pauses in reading from a child that sends a flood of messages, so that one read brings many.

const { performance } = require('node:perf_hooks');

/** So many messages in a millisecond are a flood, */
const FLOOD_MESSAGES = 64;
/** unless one read brings so many bytes anyway. */
const LARGE_READ = 128 * 1024;
/** Microseconds. */
const PAUSE = { least: 125, most: 1000 };
/** What a small message takes of a socket's buffer, besides its bytes. */
const OVERHEAD = 768;

/**
 * Notices when a child sends and sends and gets no answer. Then its messages are left in the socket for a while, and one
 * read brings hundreds of them. Read as they come, they would cost a turn of the loop for every two or three.
 */
class FloodControl {
  /** When the millisecond began in which messages are counted, and how many came in it. */
  #since = 0;
  #count = 0;
  #hasSent = false;
  #pause = 2 * PAUSE.least;
  #isPaused = false;
  #capacity;

  /** @param {number} capacity of the socket: so many bytes, with what each message takes besides, and the child has to wait */
  constructor(capacity) {
    this.#capacity = capacity;
  }

  /**
   * @param {number} count messages just read
   * @param {number} size of all of them
   * @returns {number} for how many microseconds to read no more
   */
  pauseAfter(count, size) {
    if (this.#isPaused) this.#adapt(size + count * OVERHEAD);
    this.#isPaused = this.#isFlood(count) && size < LARGE_READ;
    return this.#isPaused ? this.#pause : 0;
  }

  /** A message went out: the child may be waiting for it, and others for the child's reply. */
  sent() {
    this.#hasSent = true;
  }

  /** @param {number} count messages just read */
  #isFlood(count) {
    if (this.#hasSent) {
      this.#hasSent = false;
      this.#count = 0;
      return false;
    }
    const now = performance.now();
    if (now - this.#since > 1) {
      this.#since = now;
      this.#count = 0;
    }
    this.#count += count;
    return this.#count >= FLOOD_MESSAGES;
  }

  /**
   * Pauses are as long as can be while the child need not wait. A child that has to would write through its event loop
   * from then on, at half the pace.
   * @param {number} held what the socket's buffer had in it after the last pause
   */
  #adapt(held) {
    if (held > this.#capacity / 2) this.#pause = Math.max(PAUSE.least, this.#pause / 2);
    else if (held < this.#capacity / 8) this.#pause = Math.min(PAUSE.most, this.#pause * 2);
  }
}

module.exports = { FloodControl };
