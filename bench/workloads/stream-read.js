'use strict';
// 512 MB read from a child's stdout as a stream.

const assert = require('node:assert');
const { once } = require('node:events');
const { collect, stopwatch } = require('../samples.js');
const { writerOf } = require('../source.js');

const MB = 512;
const BYTES = MB * 2 ** 20;

exports.cases = [
  {
    given: {},
    rows: { rate: { title: `${MB} MB read from child.stdout`, unit: 'MB/s', target: { ratioAtLeast: 1.3 } } },
  },
];

/**
 * @param {() => typeof import('node:child_process')} load
 * @param {object} _given
 * @param {number} effort
 */
exports.measure = async (load, _given, effort) => {
  const { spawn } = load();
  const { command, args } = writerOf('cat', BYTES);

  const rate = await collect(5 * effort, async () => {
    let count = 0;
    const passed = stopwatch();
    const child = spawn(command, args);
    child.stdout.on('data', (chunk) => {
      count += chunk.length;
    });
    await once(child, 'close');
    const megabytesASecond = (MB / passed()) * 1e6;
    assert.strictEqual(count, BYTES);
    return megabytesASecond;
  });
  return { rate };
};
