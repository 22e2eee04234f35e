'use strict';
// The two modules every case runs on, and the two ways to run it.

const path = require('node:path');

const { builtin, forkless } = globalThis.modulesUnderTest;

/** How a program of its own requires them. */
const BUILTIN = 'node:child_process';
const FORKLESS = path.join(__dirname, '..', '..', 'index.js');

/** describe() once for each module: (title, (module) => tests). */
const describeEach = (title, tests) =>
  describe.each([
    ['node:child_process', builtin],
    ['forkless', forkless],
  ])(`${title} (%s)`, (_name, module) => tests(module));

/**
 * Runs a scenario on the built-in, then on forkless; what they come to must be equal.
 * @template T
 * @param {(module: typeof builtin) => T | Promise<T>} scenario
 * @returns {Promise<T>} what it came to
 */
async function onBoth(scenario) {
  const expected = await scenario(builtin);
  const actual = await scenario(forkless);
  expect(actual).toEqual(expected);
  return actual;
}

module.exports = { BUILTIN, FORKLESS, builtin, describeEach, forkless, onBoth };
