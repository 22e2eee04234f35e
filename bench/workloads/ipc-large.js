'use strict';
// 1 MB to a forked child and back: a string, and an object of many small parts, on which JSON takes its time.

const assert = require('node:assert');
const { collect, stopwatch } = require('../samples.js');
const { ask, endChild, startChild } = require('../ipc-child.js');

const TARGETS = { json: 1 / 1.5, advanced: 1 / 1.1 };

const STRING = 'forkless'.repeat(2 ** 17);
const OBJECT = Array.from({ length: 10_000 }, (_, n) => ({
  n,
  job: 'resize',
  path: `/var/lib/images/${n}.png`,
  done: n % 3 === 0,
  w: n / 7,
}));

exports.cases = [
  .../** @type {const} */ (['json', 'advanced']).map((serialization) => ({
    given: { serialization, content: 'string' },
    rows: {
      time: {
        title: `IPC echo of 1 MB, ${serialization}`,
        unit: 'ms',
        target: { ratioAtMost: TARGETS[serialization] },
      },
    },
  })),
  {
    given: { serialization: 'json', content: 'object' },
    rows: { time: { title: 'IPC echo of 1 MB, json, an object', unit: 'ms' } },
  },
];

/**
 * @param {() => typeof import('node:child_process')} load
 * @param {{ serialization: 'json' | 'advanced', content: string }} given
 * @param {number} effort
 */
exports.measure = async (load, { serialization, content }, effort) => {
  const child = await startChild(load().fork, 'echo.js', serialization);
  const message = content === 'string' ? STRING : OBJECT;
  const text = JSON.stringify(message);

  const time = await collect(200 * effort, async () => {
    const passed = stopwatch();
    const answer = await ask(child, message);
    const microseconds = passed();
    assert(JSON.stringify(answer) === text, 'the echo is not what was sent');
    return microseconds / 1000;
  });
  await endChild(child);
  return { time };
};
