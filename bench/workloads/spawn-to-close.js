'use strict';
// From spawn() to 'close', one child at a time.

const assert = require('node:assert');
const { once } = require('node:events');
const { collect, stopwatch } = require('../samples.js');

exports.cases = [
  { given: {}, rows: { time: { title: "spawn() to 'close'", unit: 'us', target: { ratioAtMost: 0.6 } } } },
];

/**
 * @param {() => typeof import('node:child_process')} load
 * @param {object} _given
 * @param {number} effort
 */
exports.measure = async (load, _given, effort) => {
  const { spawn } = load();
  const time = await collect(300 * effort, async () => {
    const passed = stopwatch();
    const [code] = await once(spawn('/bin/true'), 'close');
    const microseconds = passed();
    assert.strictEqual(code, 0);
    return microseconds;
  });
  return { time };
};
