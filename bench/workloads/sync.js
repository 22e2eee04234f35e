'use strict';
// One spawnSync().

const assert = require('node:assert');
const { collect, stopwatch } = require('../samples.js');

exports.cases = [
  { given: {}, rows: { time: { title: "spawnSync('/bin/true')", unit: 'us', target: { ratioAtMost: 0.55 } } } },
];

/**
 * @param {() => typeof import('node:child_process')} load
 * @param {object} _given
 * @param {number} effort
 */
exports.measure = async (load, _given, effort) => {
  const { spawnSync } = load();
  const time = await collect(300 * effort, () => {
    const passed = stopwatch();
    const { status } = spawnSync('/bin/true');
    const microseconds = passed();
    assert.strictEqual(status, 0);
    return microseconds;
  });
  return { time };
};
