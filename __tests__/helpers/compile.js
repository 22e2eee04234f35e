'use strict';
// Fixtures in Rust, compiled by rustc alone.

const { execFileSync } = require('node:child_process');
const path = require('node:path');

/** @param {string[]} flags @param {string} fixture @param {string} result */
const compile = (flags, fixture, result) => {
  const source = path.join(__dirname, '..', 'fixtures', fixture);
  execFileSync('rustc', ['--edition=2021', '-O', ...flags, '-o', result, source]);
  return result;
};

/**
 * A program of a file in fixtures/.
 * @param {string} folder to put it in
 * @param {string} fixture
 */
const compileProgram = (folder, fixture) => compile([], fixture, path.join(folder, path.parse(fixture).name));

/**
 * An addon of a file in fixtures/, for `require`.
 * @param {string} folder to put it in
 * @param {string} fixture
 */
const compileAddon = (folder, fixture) =>
  // musl's targets link statically if they are let, and an addon cannot be.
  compile(
    ['--crate-type=cdylib', '-C', 'panic=abort', '-C', 'target-feature=-crt-static'],
    fixture,
    path.join(folder, `${path.parse(fixture).name}.node`),
  );

module.exports = { compileAddon, compileProgram };
