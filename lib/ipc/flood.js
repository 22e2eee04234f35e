'use strict';
// A child that sends and sends, and how long its messages are left alone.

const { performance } = require('node:perf_hooks');

/** So many messages in a millisecond are a flood, */
const FLOOD_MESSAGES = 64;
/** unless one read brings so many bytes anyway. */
const MUCH = 128 * 1024;
/** Microseconds. */
const REST = { least: 125, most: 1000 };
/** What a small message takes of a socket's buffer, besides its bytes. */
const OVERHEAD = 768;

/**
 * Notices when a child sends and sends and gets no answer: then its messages are
 * left to pile up for a while, and one read brings hundreds of them. Read as
 * they come, they would cost a turn of the loop for every two or three.
 */
class Flood {
  #since = 0;
  #came = 0;
  #answered = false;
  #rest = 2 * REST.least;
  #isResting = false;
  #capacity;

  /** @param {number} capacity bytes, with what each message takes besides: then the child has to wait */
  constructor(capacity) {
    this.#capacity = capacity;
  }

  /**
   * @param {number} count messages just read
   * @param {number} size of all of them
   * @returns {number} for how many microseconds the next ones should be left alone
   */
  restAfter(count, size) {
    if (this.#isResting) this.#adapt(size + count * OVERHEAD);
    this.#isResting = this.#goesOn(count) && size < MUCH;
    return this.#isResting ? this.#rest : 0;
  }

  /** A message went out: the child may be waiting for it, and others for its answer. */
  answer() {
    this.#answered = true;
  }

  /** @param {number} count messages just read */
  #goesOn(count) {
    if (this.#answered) {
      this.#answered = false;
      this.#came = 0;
      return false;
    }
    const now = performance.now();
    if (now - this.#since > 1) {
      this.#since = now;
      this.#came = 0;
    }
    this.#came += count;
    return this.#came >= FLOOD_MESSAGES;
  }

  /**
   * As long a rest as can be while the child need not wait, or it would go on by writing through its event loop, at half
   * the pace.
   * @param {number} held what the socket's buffer had in it after the last one
   */
  #adapt(held) {
    if (held > this.#capacity / 2) this.#rest = Math.max(REST.least, this.#rest / 2);
    else if (held < this.#capacity / 8) this.#rest = Math.min(REST.most, this.#rest * 2);
  }
}

module.exports = { Flood };
