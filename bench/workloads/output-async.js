'use strict';
// 64 MB of a child's output collected by execFile().

const { collect, stopwatch } = require('../samples.js');
const { writerOf } = require('../source.js');

const MB = 64;
const BYTES = MB * 2 ** 20;

exports.cases = [
  {
    given: { by: 'cat' },
    rows: { rate: { title: `${MB} MB out by execFile()`, unit: 'MB/s', target: { ratioAtLeast: 1.8 } } },
  },
  { given: { by: 'head' }, rows: { rate: { title: `${MB} MB out by execFile(), in 4 kB writes`, unit: 'MB/s' } } },
];

/**
 * @param {() => typeof import('node:child_process')} load
 * @param {{ by: import('../source.js').By }} given
 * @param {number} effort
 */
exports.measure = async (load, { by }, effort) => {
  const { execFile } = load();
  const { command, args } = writerOf(by, BYTES);
  const options = { encoding: /** @type {const} */ ('buffer'), maxBuffer: Infinity };

  const read = () =>
    new Promise((resolve, reject) => {
      const passed = stopwatch();
      execFile(command, args, options, (error, stdout) => {
        const rate = (MB / passed()) * 1e6;
        if (error || stdout.length !== BYTES) reject(error ?? new Error(`${stdout.length} bytes came`));
        else resolve(rate);
      });
    });
  return { rate: await collect(10 * effort, /** @type {() => Promise<number>} */ (read)) };
};
