'use strict';
// Children a second, when sixteen are always in flight.

const assert = require('node:assert');
const { once } = require('node:events');
const { collect, stopwatch } = require('../samples.js');

const IN_FLIGHT = 16;
const CHILDREN = 160;

exports.cases = [
  {
    given: {},
    rows: { rate: { title: `children a second, ${IN_FLIGHT} in flight`, unit: '/s', target: { ratioAtLeast: 2 } } },
  },
];

/**
 * @param {() => typeof import('node:child_process')} load
 * @param {object} _given
 * @param {number} effort
 */
exports.measure = async (load, _given, effort) => {
  const { spawn } = load();

  const rate = await collect(10 * effort, async () => {
    let left = CHILDREN;
    let ended = 0;
    const startOnes = async () => {
      while (left-- > 0) {
        const [code] = await once(spawn('/bin/true'), 'close');
        assert.strictEqual(code, 0);
        ended++;
      }
    };
    const passed = stopwatch();
    await Promise.all(Array.from({ length: IN_FLIGHT }, startOnes));
    const microseconds = passed();
    assert.strictEqual(ended, CHILDREN);
    return (CHILDREN / microseconds) * 1e6;
  });
  return { rate };
};
