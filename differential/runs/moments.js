'use strict';
// When a scenario does things: at once, a little later, or at an event of its child.

const { READY } = require('../scenarios/script.js');

class Moments {
  #trace;
  #child;
  #isReady = false;
  /** @type {(() => void)[]} */
  #whenReady = [];

  /**
   * @param {import('../trace.js').Trace} trace
   * @param {any} child
   */
  constructor(trace, child) {
    this.#trace = trace;
    this.#child = child;
    let seen = '';
    trace.watch((label, event, [data]) => {
      if (label === 'child' && event === 'exit') this.#ready();
      if (label !== 'stdout' || this.#isReady) return;
      if (event === 'data') seen = `${seen}${textOf(data)}`.slice(-40);
      if (event === 'end' || event === 'close' || seen.endsWith(READY)) this.#ready();
    });
  }

  /**
   * @param {string} moment
   * @param {() => void} act
   */
  at(moment, act) {
    const inside = () => this.#trace.run(act);
    if (moment === 'now') inside();
    else if (moment === 'microtask') Promise.resolve().then(inside);
    else if (moment === 'tick') process.nextTick(inside);
    else if (moment === 'ready' && this.#child.stdout) this.#whenReady.push(inside);
    else this.#child.once(moment === 'ready' ? 'spawn' : moment, inside);
  }

  #ready() {
    this.#isReady = true;
    // Not inside of the event that told.
    for (const act of this.#whenReady.splice(0)) setImmediate(act);
  }
}

/** @param {any} data what a stream gives, decoded by hex or not at all @returns {string} */
function textOf(data) {
  if (typeof data !== 'string') return data.toString('latin1');
  return /^[0-9a-f]+$/.test(data) ? Buffer.from(data, 'hex').toString('latin1') : data;
}

module.exports = { Moments };
