'use strict';
// Tells whether a signal went to this process alone or to its whole group, as a terminal's Ctrl-C does: by a process
// that does nothing but live in that group. Node does not tell who sent a signal.

const { spawn } = require('node:child_process');

/** Ends by itself with this process, whose end of its stdin is gone then. */
class Witness {
  /** What ended it, `null` for no signal; `undefined` while it lives. @type {string | null | undefined} */
  #end = undefined;
  #process = spawn('cat', { stdio: ['pipe', 'pipe', 'ignore'] });
  /** Whom it is to tell that it has answered or ended. */
  #told = () => {};

  constructor() {
    const { stdin, stdout } = this.#process;
    const ended = (/** @type {string | null} */ signal) => {
      this.#end = signal;
      this.#told();
    };
    this.#process.on('exit', (_code, signal) => ended(signal));
    // Where it cannot be started, nothing is known.
    this.#process.on('error', () => ended(null));
    stdout.on('data', () => this.#told());
    // It may have ended before it could read.
    stdin.on('error', () => {});
  }

  get isGone() {
    return this.#end !== undefined;
  }

  /**
   * Whether it got this signal. Of that it ends before it does anything else, so that an answer means no. To be asked
   * once at a time.
   * @param {string} signal
   * @returns {Promise<boolean>}
   */
  async got(signal) {
    if (!this.isGone) {
      await new Promise((resolve) => {
        this.#told = () => resolve(undefined);
        this.#process.stdin.write('?');
      });
    }
    return this.#end === signal;
  }

  end() {
    this.#process.stdin.destroy();
  }
}

module.exports = { Witness };
