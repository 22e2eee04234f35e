'use strict';
// The longest time the event loop stands still while many children start in one tick.

const assert = require('node:assert');
const { once } = require('node:events');
const { collect } = require('../samples.js');

const CHILDREN = 200;

exports.cases = [
  {
    given: {},
    rows: {
      stall: { title: `longest stall while ${CHILDREN} start at once`, unit: 'ms', target: { ratioAtMost: 0.5 } },
    },
  },
];

/**
 * @param {() => typeof import('node:child_process')} load
 * @param {object} _given
 * @param {number} effort
 */
exports.measure = async (load, _given, effort) => {
  const { spawn } = load();

  const stall = await collect(20 * effort, async () => {
    let longest = 0;
    let last = performance.now();
    let running = true;
    const turn = () => {
      const now = performance.now();
      longest = Math.max(longest, now - last);
      last = now;
      if (running) setImmediate(turn);
    };
    setImmediate(turn);
    const ends = Array.from({ length: CHILDREN }, () => once(spawn('/bin/true'), 'close'));
    for (const [code] of await Promise.all(ends)) assert.strictEqual(code, 0);
    running = false;
    return longest;
  });
  return { stall };
};
