'use strict';
// A string of 1 MB to a forked child and back.

const assert = require('node:assert');
const { collect, stopwatch } = require('../samples.js');
const { ask, endChild, startChild } = require('../ipc-child.js');

const TARGETS = { json: 1 / 1.5, advanced: 1 / 1.1 };

exports.cases = /** @type {const} */ (['json', 'advanced']).map((serialization) => ({
  given: { serialization },
  rows: {
    time: { title: `IPC echo of 1 MB, ${serialization}`, unit: 'ms', target: { ratioAtMost: TARGETS[serialization] } },
  },
}));

/**
 * @param {() => typeof import('node:child_process')} load
 * @param {{ serialization: 'json' | 'advanced' }} given
 * @param {number} effort
 */
exports.measure = async (load, { serialization }, effort) => {
  const child = await startChild(load().fork, 'echo.js', serialization);
  const message = 'forkless'.repeat(2 ** 17);

  const time = await collect(200 * effort, async () => {
    const passed = stopwatch();
    const answer = await ask(child, message);
    const microseconds = passed();
    assert(answer === message, 'the echo is not what was sent');
    return microseconds / 1000;
  });
  await endChild(child);
  return { time };
};
