'use strict';
// From execFile() to its callback.

const { collect, stopwatch } = require('../samples.js');

exports.cases = [
  { given: {}, rows: { time: { title: "execFile('/bin/echo')", unit: 'us', target: { ratioAtMost: 0.68 } } } },
];

/**
 * @param {() => typeof import('node:child_process')} load
 * @param {object} _given
 * @param {number} effort
 */
exports.measure = async (load, _given, effort) => {
  const { execFile } = load();

  const echo = () =>
    new Promise((resolve, reject) => {
      const passed = stopwatch();
      execFile('/bin/echo', ['hello'], (error, stdout) => {
        const microseconds = passed();
        if (error || stdout !== 'hello\n') reject(error ?? new Error(`echo printed ${JSON.stringify(stdout)}`));
        else resolve(microseconds);
      });
    });
  return { time: await collect(300 * effort, /** @type {() => Promise<number>} */ (echo)) };
};
