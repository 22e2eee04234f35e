'use strict';
// Collects samples inside a measuring process.

/** However slow the contestant, this many samples make a median. */
const AT_LEAST = 10;

/**
 * Takes `times` samples one after the other, fewer when they are slow, after some that are thrown away.
 * @param {number} times
 * @param {() => number | Promise<number>} take does the work once and says what it measured
 * @param {number} [seconds] after which no more than `AT_LEAST` are taken
 * @returns {Promise<number[]>}
 */
async function collect(times, take, seconds = 4) {
  for (let i = 0; i < Math.min(times / 10, 5); i++) await take();
  const samples = [];
  const end = performance.now() + seconds * 1000;
  while (samples.length < times && (samples.length < AT_LEAST || performance.now() < end)) samples.push(await take());
  return samples;
}

/**
 * Not by `performance`, which Node only loads when it is first used: so much less would a module seem to need (load.js).
 * @returns {() => number} says how many microseconds have passed since this call
 */
function stopwatch() {
  const start = process.hrtime.bigint();
  return () => Number(process.hrtime.bigint() - start) / 1000;
}

module.exports = { collect, stopwatch };
