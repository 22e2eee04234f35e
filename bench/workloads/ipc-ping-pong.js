'use strict';
// A small object to a forked child and back.

const assert = require('node:assert');
const { collect, stopwatch } = require('../samples.js');
const { ask, endChild, startChild } = require('../ipc-child.js');

const TARGETS = { json: 0.92, advanced: 0.94 };

exports.cases = Object.entries(TARGETS).map(([serialization, ratioAtMost]) => ({
  given: { serialization },
  rows: { time: { title: `IPC round trip, ${serialization}`, unit: 'us', target: { ratioAtMost } } },
}));

/**
 * @param {() => typeof import('node:child_process')} load
 * @param {{ serialization: 'json' | 'advanced' }} given
 * @param {number} effort
 */
exports.measure = async (load, { serialization }, effort) => {
  const child = await startChild(load().fork, 'echo.js', serialization);
  let n = 0;
  const roundTrip = async () => {
    const message = { n: ++n, job: 'resize', path: '/var/lib/images/0001.png' };
    const passed = stopwatch();
    const answer = await ask(child, message);
    const microseconds = passed();
    assert.strictEqual(answer.n, n);
    assert.strictEqual(answer.path, message.path);
    return microseconds;
  };

  // Both ends are compiled by then.
  for (let i = 0; i < 2000; i++) await roundTrip();
  const time = await collect(10_000 * effort, roundTrip);
  await endChild(child);
  return { time };
};
