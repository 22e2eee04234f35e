'use strict';
// 64 MB of a child's output collected by spawnSync().

const assert = require('node:assert');
const { collect, stopwatch } = require('../samples.js');

const MB = 64;
const BYTES = MB * 2 ** 20;

exports.cases = [
  { given: {}, rows: { rate: { title: `${MB} MB out by spawnSync()`, unit: 'MB/s', target: { ratioAtLeast: 2 } } } },
];

/**
 * @param {() => typeof import('node:child_process')} load
 * @param {object} _given
 * @param {number} effort
 */
exports.measure = async (load, _given, effort) => {
  const { spawnSync } = load();
  const rate = await collect(10 * effort, () => {
    const passed = stopwatch();
    const { status, stdout } = spawnSync('head', ['-c', String(BYTES), '/dev/zero'], { maxBuffer: Infinity });
    const megabytesASecond = (MB / passed()) * 1e6;
    assert.strictEqual(status, 0);
    assert.strictEqual(stdout.length, BYTES);
    return megabytesASecond;
  });
  return { rate };
};
