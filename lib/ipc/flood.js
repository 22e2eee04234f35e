'use strict';
// Pauses in reading from a child that sends a flood of messages, so that one read brings many.

const { performance } = require('node:perf_hooks');

/** So many messages in a millisecond are a flood. */
const FLOOD_MESSAGES = 64;
/** A read that brings so many bytes needs no pause: it could hardly bring more. */
const LARGE_READ_BYTES = 128 * 1024;
/** In microseconds. */
const MIN_PAUSE = 125;
const MAX_PAUSE = 1000;
/** Bytes that a small message takes of a socket's buffer, besides its own. */
const MESSAGE_OVERHEAD = 768;

/**
 * Notices when a child sends and sends and gets no answer. Then its messages are left in the socket for a while, and
 * one read brings hundreds of them. Read as they come, they would cost a turn of the loop for every two or three.
 */
class FloodControl {
  /** When the millisecond began in which messages are counted. */
  #windowStart = 0;
  #windowCount = 0;
  #hasSent = false;
  /** In microseconds. */
  #pause = 2 * MIN_PAUSE;
  #isPaused = false;
  #capacity;

  /** @param {number} capacity bytes that the socket holds before the child has to wait, overhead included */
  constructor(capacity) {
    this.#capacity = capacity;
  }

  /**
   * @param {number} count messages just read
   * @param {number} size of all of them
   * @returns {number} for how many microseconds to read no more
   */
  pauseAfter(count, size) {
    if (this.#isPaused) this.#adapt(size + count * MESSAGE_OVERHEAD);
    this.#isPaused = this.#isFlood(count) && size < LARGE_READ_BYTES;
    return this.#isPaused ? this.#pause : 0;
  }

  /** A message went out: the child may be waiting for it, and others for the child's reply. */
  onSent() {
    this.#hasSent = true;
  }

  /** @param {number} count messages just read */
  #isFlood(count) {
    if (this.#hasSent) {
      this.#hasSent = false;
      this.#windowCount = 0;
      return false;
    }
    const now = performance.now();
    if (now - this.#windowStart > 1) {
      this.#windowStart = now;
      this.#windowCount = 0;
    }
    this.#windowCount += count;
    return this.#windowCount >= FLOOD_MESSAGES;
  }

  /**
   * Makes pauses as long as they can be without the child having to wait. A child that has waited writes through its
   * event loop from then on, at half the pace.
   * @param {number} held what the socket's buffer had in it after the last pause
   */
  #adapt(held) {
    if (held > this.#capacity / 2) this.#pause = Math.max(MIN_PAUSE, this.#pause / 2);
    else if (held < this.#capacity / 8) this.#pause = Math.min(MAX_PAUSE, this.#pause * 2);
  }
}

module.exports = { FloodControl };
