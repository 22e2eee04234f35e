'use strict';
// How long the pauses in a flood of messages are, by what comes and by how much the socket holds: lib/ipc/flood.js
// alone.

const { FloodControl } = require('../../lib/ipc/flood.js');

const SMALL = 45;

/** @param {number} capacity of the socket's buffer @param {number[]} counts of small messages, read by read */
function pausesOf(capacity, counts) {
  const flood = new FloodControl(capacity);
  return counts.map((count) => flood.pauseAfter(count, count * SMALL));
}

test('few messages are read as they come', () => {
  expect(pausesOf(2 ** 21, [1, 2, 3, 2, 1])).toEqual([0, 0, 0, 0, 0]);
});

test('many small ones are left alone, the longer the less of the buffer they take', () => {
  expect(pausesOf(2 ** 21, [100, 100, 100, 100, 500])).toEqual([250, 500, 1000, 1000, 1000]);
});

test('and the less long the more they take', () => {
  expect(pausesOf(425_984, [100, 300, 300, 100, 100])).toEqual([250, 125, 125, 125, 125]);
});

test('what came before the first pause says nothing of a pause', () => {
  expect(pausesOf(425_984, [500, 200])).toEqual([250, 250]);
});

test('large ones are not left alone', () => {
  const flood = new FloodControl(2 ** 21);
  expect(flood.pauseAfter(64, 256 * 1024)).toBe(0);
});

test('nor the ones after an answer', () => {
  const flood = new FloodControl(2 ** 21);
  expect(flood.pauseAfter(100, 4500)).toBe(250);
  flood.onSent();
  expect(flood.pauseAfter(100, 4500)).toBe(0);
  expect(flood.pauseAfter(100, 4500)).toBeGreaterThan(0);
});
