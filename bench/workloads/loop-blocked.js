'use strict';
// How long one spawn() call keeps the event loop from anything else, with little and
// with much memory alive around it. The built-in's fork copies the page tables.

const assert = require('node:assert');
const { once } = require('node:events');
const { setImmediate: nextTurn } = require('node:timers/promises');
const { collect, stopwatch } = require('../samples.js');

const BUFFER_MB = 64;

/** Times what `posix_spawn(3)` takes in Node. */
const FLOOR = 1.3;

const TARGETS = new Map([
  [0, { ratioAtMost: 1 / 3.5, floorAtMost: FLOOR }],
  [1024, { ratioAtMost: 1 / 3.5, floorAtMost: FLOOR }],
  [4096, { ratioAtMost: 1 / 150, floorAtMost: FLOOR }],
]);

exports.cases = [
  ...[0, 1024, 4096].map((megabytes) => ({
    given: { megabytes, asks: false },
    needs: megabytes && megabytes + 1024,
    rows: {
      blocked: { title: `loop blocked by spawn(), ${megabytes} MB alive`, unit: 'us', target: TARGETS.get(megabytes) },
    },
  })),
  {
    given: { megabytes: 0, asks: true },
    rows: { blocked: { title: '  and by asking for its three streams', unit: 'us' } },
  },
];

exports.growths = [
  {
    title: '  4096 MB against 0 MB',
    metric: 'blocked',
    from: 0,
    to: 2,
    // Flat, but for what the noise of two medians can make of it.
    target: { atMost: 1.25 },
  },
];

/**
 * @param {() => typeof import('node:child_process')} load
 * @param {{ megabytes: number, asks: boolean }} given
 * @param {number} effort
 */
exports.measure = async (load, { megabytes, asks }, effort) => {
  const { spawn } = load();
  const alive = Array.from({ length: megabytes / BUFFER_MB }, () => Buffer.alloc(BUFFER_MB * 2 ** 20, 1));

  const blocked = await collect(120 * effort, async () => {
    const passed = stopwatch();
    const child = spawn('/bin/true');
    if (asks) assert.strictEqual(child.stdio.length, 3);
    const microseconds = passed();
    const [code] = await once(child, 'close');
    assert.strictEqual(code, 0);
    await nextTurn();
    return microseconds;
  });

  // Read at the end, so that the Buffers are alive until here.
  assert(alive.every((buffer) => buffer[buffer.length - 1] === 1));
  return { blocked };
};
