'use strict';
// Which of Node's tests there are to run, and what is known of each beforehand:
// what the built-in itself makes of it, and what need not hold on forkless.

const { existsSync, readFileSync, readdirSync } = require('node:fs');
const { join } = require('node:path');
const builtin = /** @type {Record<string, OnBuiltin>} */ (require('./builtin.json'));
const expectations = /** @type {Record<string, Expectation>} */ (require('./expectations.json'));

/**
 * @typedef {object} Expectation of a test that is special on forkless
 * @property {'pass' | 'fail'} expect
 * @property {'NODE_OPTIONS'} [register] how it is given register, if not by --require
 * @property {string} reason
 *
 * @typedef {object} OnBuiltin what the built-in makes of a test that it does not simply pass
 * @property {'fail' | 'skip' | 'flaky'} outcome `flaky`: now this, now that
 * @property {string} said what the test said or how it ended
 */

/** The tests of the two modules themselves. */
const CORE = /^(parallel|sequential)\/test-(child-process|cluster)-.*\.m?js$/;

/** Folders whose tests are files that node can run with nothing built for them. */
const FOLDERS = [
  'abort',
  'async-hooks',
  'benchmark',
  'doctool',
  'es-module',
  'internet',
  'known_issues',
  'message',
  'parallel',
  'pseudo-tty',
  'pummel',
  'report',
  'sequential',
  'tick-processor',
  'v8-updates',
  'wasi',
];

/**
 * @param {string} tree Node's source tree
 * @param {boolean} wide whether all that mention one of the modules, not only the modules' own
 * @returns {string[]} names, below test/
 */
function testsIn(tree, wide) {
  const names = FOLDERS.flatMap((folder) =>
    readdirSync(join(tree, 'test', folder))
      .filter((name) => /\.m?js$/.test(name))
      .map((name) => `${folder}/${name}`)
      .filter((name) => CORE.test(name) || (wide && isOfWideSuite(tree, name))),
  );
  const known = Object.keys({ ...builtin, ...expectations });
  const gone = known.filter((name) => !existsSync(join(tree, 'test', name)));
  if (gone.length > 0) throw new Error(`No such tests, but something is said of them: ${gone.join(', ')}`);
  return names;
}

/** @param {string} tree @param {string} name */
function isOfWideSuite(tree, name) {
  const isTest = /\/test-/.test(name) || /^(message|pseudo-tty)\//.test(name);
  return isTest && /child_process|cluster/.test(readFileSync(join(tree, 'test', name), 'utf8'));
}

module.exports = { builtin, expectations, testsIn };
