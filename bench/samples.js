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
 * How many turns a second some lanes take, each one turn after the other. A quarter of the time before is not counted.
 * At the speed of the slowest contestants, both last until `AT_LEAST` turns are over.
 * @template Lane
 * @param {Lane[]} lanes
 * @param {(lane: Lane, turn: number) => Promise<void>} take
 * @param {number} seconds
 * @returns {Promise<number>}
 */
async function rateOf(lanes, take, seconds) {
  let counts = false;
  let turns = 0;
  let rate = 0;
  let passed = stopwatch();
  const count = () => {
    turns++;
    const microseconds = passed();
    if (turns < AT_LEAST || microseconds < seconds * 1e6 * (counts ? 1 : 1 / 4)) return;
    if (counts) {
      rate = (turns / microseconds) * 1e6;
    } else {
      counts = true;
      turns = 0;
      passed = stopwatch();
    }
  };
  // All lanes end their last turn, so that nothing is left of them.
  const run = async (/** @type {Lane} */ lane) => {
    for (let turn = 0; rate === 0; turn++) {
      await take(lane, turn);
      if (rate === 0) count();
    }
  };
  await Promise.all(lanes.map(run));
  return rate;
}

/**
 * Not by `performance`, which Node only loads when it is first used: so much less would a module seem to need (load.js).
 * @returns {() => number} says how many microseconds have passed since this call
 */
function stopwatch() {
  const start = process.hrtime.bigint();
  return () => Number(process.hrtime.bigint() - start) / 1000;
}

module.exports = { collect, rateOf, stopwatch };
