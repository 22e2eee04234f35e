'use strict';
// Many small messages from a forked child: how many a second arrive, and what each
// costs the parent, its threads included.

const assert = require('node:assert');
const { stopwatch } = require('../samples.js');
const { endChild, startChild } = require('../ipc-child.js');

const MESSAGES = 100_000;

exports.cases = ['json', 'advanced'].map((serialization) => ({
  given: { serialization },
  rows: {
    rate: { title: `IPC messages a second, ${serialization}`, unit: '/s', target: { ratioAtLeast: 1.3 } },
    cpu: { title: "  the parent's CPU a message", unit: 'us', target: { ratioAtMost: 0.5 } },
  },
}));

/**
 * @param {() => typeof import('node:child_process')} load
 * @param {{ serialization: 'json' | 'advanced' }} given
 * @param {number} effort
 */
exports.measure = async (load, { serialization }, effort) => {
  const child = await startChild(load().fork, 'flood.js', serialization);
  const count = MESSAGES * effort;
  await flood(child, count / 10);

  const before = process.cpuUsage();
  const passed = stopwatch();
  await flood(child, count);
  const rate = (count / passed()) * 1e6;
  const { user, system } = process.cpuUsage(before);
  await endChild(child);
  return { rate: [rate], cpu: [(user + system) / count] };
};

/**
 * @param {import('node:child_process').ChildProcess} child
 * @param {number} count
 * @returns {Promise<void>}
 */
function flood(child, count) {
  return new Promise((resolve, reject) => {
    let next = 0;
    const onMessage = (/** @type {any} */ { n, kind }) => {
      if (n !== next || kind !== 'progress') reject(new assert.AssertionError({ actual: n, expected: next }));
      if (++next < count) return;
      child.off('message', onMessage);
      resolve();
    };
    child.on('message', onMessage);
    child.send({ count });
  });
}
