'use strict';
// 64 MB of a child's output collected by spawnSync().

const assert = require('node:assert');
const { collect, stopwatch } = require('../samples.js');
const { writerOf } = require('../source.js');

const MB = 64;
const BYTES = MB * 2 ** 20;

exports.cases = [
  {
    given: { by: 'cat' },
    rows: { rate: { title: `${MB} MB out by spawnSync()`, unit: 'MB/s', target: { ratioAtLeast: 1.8 } } },
  },
  { given: { by: 'head' }, rows: { rate: { title: `${MB} MB out by spawnSync(), in 4 kB writes`, unit: 'MB/s' } } },
];

/**
 * @param {() => typeof import('node:child_process')} load
 * @param {{ by: import('../source.js').By }} given
 * @param {number} effort
 */
exports.measure = async (load, { by }, effort) => {
  const { spawnSync } = load();
  const { command, args } = writerOf(by, BYTES);
  const rate = await collect(10 * effort, () => {
    const passed = stopwatch();
    const { status, stdout } = spawnSync(command, args, { maxBuffer: Infinity });
    const megabytesASecond = (MB / passed()) * 1e6;
    assert.strictEqual(status, 0);
    assert.strictEqual(stdout.length, BYTES);
    return megabytesASecond;
  });
  return { rate };
};
