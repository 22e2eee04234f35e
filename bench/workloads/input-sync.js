'use strict';
// 64 MB of input written to `cat` and read back by one spawnSync().

const assert = require('node:assert');
const { collect, stopwatch } = require('../samples.js');

const MB = 64;

exports.cases = [
  {
    given: {},
    rows: { rate: { title: `${MB} MB of input through cat, sync`, unit: 'MB/s', target: { ratioAtLeast: 2 } } },
  },
];

/**
 * @param {() => typeof import('node:child_process')} load
 * @param {object} _given
 * @param {number} effort
 */
exports.measure = async (load, _given, effort) => {
  const { spawnSync } = load();
  // A length that divides no buffer, so that a lost or doubled block shows.
  const input = Buffer.alloc(MB * 2 ** 20, 'forkless through cat; ');

  const rate = await collect(10 * effort, () => {
    const passed = stopwatch();
    const { status, stdout } = spawnSync('cat', { input, maxBuffer: Infinity });
    const megabytesASecond = (MB / passed()) * 1e6;
    assert.strictEqual(status, 0);
    assert(stdout.equals(input), 'what came back is not what was sent');
    return megabytesASecond;
  });
  return { rate };
};
