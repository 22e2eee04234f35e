'use strict';
// 64 MB of a child's output collected by execFile().

const { collect, stopwatch } = require('../samples.js');

const MB = 64;
const BYTES = MB * 2 ** 20;

exports.cases = [
  { given: {}, rows: { rate: { title: `${MB} MB out by execFile()`, unit: 'MB/s', target: { ratioAtLeast: 1.5 } } } },
];

/**
 * @param {() => typeof import('node:child_process')} load
 * @param {object} _given
 * @param {number} effort
 */
exports.measure = async (load, _given, effort) => {
  const { execFile } = load();
  const options = { encoding: /** @type {const} */ ('buffer'), maxBuffer: Infinity };

  const read = () =>
    new Promise((resolve, reject) => {
      const passed = stopwatch();
      execFile('head', ['-c', String(BYTES), '/dev/zero'], options, (error, stdout) => {
        const rate = (MB / passed()) * 1e6;
        if (error || stdout.length !== BYTES) reject(error ?? new Error(`${stdout.length} bytes came`));
        else resolve(rate);
      });
    });
  return { rate: await collect(10 * effort, /** @type {() => Promise<number>} */ (read)) };
};
