'use strict';
// From spawn() to 'close', one child at a time: when nobody reads what it writes, and when somebody does.

const assert = require('node:assert');
const { once } = require('node:events');
const { collect, stopwatch } = require('../samples.js');

exports.cases = [
  {
    given: { reads: false },
    rows: { time: { title: "spawn() to 'close'", unit: 'us', target: { ratioAtMost: 0.56 } } },
  },
  { given: { reads: true }, rows: { time: { title: "spawn() to 'close', output read", unit: 'us' } } },
];

/**
 * @param {() => typeof import('node:child_process')} load
 * @param {{ reads: boolean }} given
 * @param {number} effort
 */
exports.measure = async (load, { reads }, effort) => {
  const { spawn } = load();
  const time = await collect(300 * effort, async () => {
    const passed = stopwatch();
    const child = spawn('/bin/true');
    if (reads) for (const stream of [child.stdout, child.stderr]) stream.on('data', assert.fail);
    const [code] = await once(child, 'close');
    const microseconds = passed();
    assert.strictEqual(code, 0);
    return microseconds;
  });
  return { time };
};
