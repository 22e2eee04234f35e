'use strict';
// One scenario on the built-in and on forkless, and the judgement: the same,
// different, or one on which the built-in itself is not always the same.

const { inspect, isDeepStrictEqual } = require('node:util');

const builtin = { ...require('node:child_process') };
const forkless = require('../index.js');

/** What forkless did counts as different when it has done so this many times more, and the built-in never. */
const TIMES_MORE = 8;
/** How often both are asked for that: what happens once in a hundred times must be seen of the built-in, too. */
const SECOND_OPINIONS = 400;

/**
 * @typedef {(module: any, scenario: any, sandbox: import('./sandbox.js').Sandbox) => any} Run
 * @typedef {'same' | 'unsteady' | Difference} Judgement
 * @typedef {{ expected: any, actual: any }} Difference
 */

/**
 * @param {Run} run
 * @param {any} scenario
 * @param {import('./sandbox.js').Sandbox} sandbox
 * @returns {Promise<Judgement>}
 */
async function compare(run, scenario, sandbox) {
  const expected = await run(builtin, scenario, sandbox);
  const actual = await run(forkless, scenario, sandbox);
  if (isDeepStrictEqual(expected, actual)) return 'same';
  for (let count = 0, more = 0; count < SECOND_OPINIONS && more < TIMES_MORE; count++) {
    if (isDeepStrictEqual(await run(builtin, scenario, sandbox), actual)) return 'unsteady';
    if (isDeepStrictEqual(await run(forkless, scenario, sandbox), actual)) more++;
  }
  return { expected, actual };
}

/** @param {any} value */
const show = (value) => inspect(value, { depth: 12, breakLength: 110, maxStringLength: 300, sorted: true });

/**
 * Where two traces differ, emitter by emitter.
 * @param {Difference} difference
 */
function showDifference({ expected, actual }) {
  const labels = [...new Set([...Object.keys(expected), ...Object.keys(actual)])];
  return labels
    .filter((label) => !isDeepStrictEqual(expected[label], actual[label]))
    .map((label) => [`  ${label}`, ...differingLines(show(expected[label]), show(actual[label]))].join('\n'))
    .join('\n');
}

/** @param {string} expected @param {string} actual */
function differingLines(expected, actual) {
  const [a, b] = [expected.split('\n'), actual.split('\n')];
  let head = 0;
  while (head < Math.min(a.length, b.length) && a[head] === b[head]) head++;
  let tail = 0;
  while (tail < Math.min(a.length, b.length) - head && a.at(-1 - tail) === b.at(-1 - tail)) tail++;
  const part = (/** @type {string[]} */ lines) => lines.slice(Math.max(head - 2, 0), lines.length - tail);
  return [...part(a).map((line) => `    built-in | ${line}`), ...part(b).map((line) => `    forkless | ${line}`)];
}

module.exports = { compare, show, showDifference };
