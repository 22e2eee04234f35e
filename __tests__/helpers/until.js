'use strict';
// Waiting for something that no event tells of.

const { setTimeout: sleep } = require('node:timers/promises');
const { PATIENCE } = require('./patience.js');

/**
 * Asks until the answer is truthy, and gives it; the last answer when that takes too long.
 * @template T
 * @param {() => T | Promise<T>} ask
 * @param {number} [patience] milliseconds
 */
async function until(ask, patience = 30_000 * PATIENCE) {
  const deadline = Date.now() + patience;
  for (;;) {
    const answer = await ask();
    if (answer || Date.now() > deadline) return answer;
    await sleep(10);
  }
}

module.exports = { until };
