'use strict';
// What the options cost that the built-in has not, a start: it passes over them, so its column is that of a plain start.

const assert = require('node:assert');
const { once } = require('node:events');
const { collect, stopwatch } = require('../samples.js');

const rows = (/** @type {string} */ title) => ({
  time: { title: `spawn() to 'close', ${title}`, unit: 'us' },
  blocked: { title: '  loop blocked by it', unit: 'us' },
});

exports.cases = [
  { given: {}, rows: rows('none of them') },
  { given: { drainTimeout: 1000, forceKillAfterDelay: 1000 }, rows: rows('with both times') },
  { given: { killDescendants: true }, rows: rows('killDescendants') },
];

/**
 * @param {() => typeof import('node:child_process')} load
 * @param {object} options
 * @param {number} effort
 */
exports.measure = async (load, options, effort) => {
  const { spawn } = load();
  /** @type {number[]} */
  const blocked = [];
  const time = await collect(300 * effort, async () => {
    const passed = stopwatch();
    const child = spawn('/bin/true', [], { stdio: 'ignore', ...options });
    blocked.push(passed());
    const [code] = await once(child, 'close');
    const microseconds = passed();
    assert.strictEqual(code, 0);
    return microseconds;
  });
  return { time, blocked };
};
