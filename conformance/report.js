'use strict';
// What a run came to: printed, or kept as what the built-in does.

const { writeFileSync } = require('node:fs');
const { join } = require('node:path');
const { builtin, expectations } = require('./suites.js');

const LAST_LINES = 30;

/** @typedef {import('./testfile.js').Result & { name: string, again: boolean }} Report */

/** @typedef {(name: string) => 'pass' | 'fail' | 'skip' | 'flaky'} Expected */

/**
 * Prints what differs from what is expected, and the sum.
 * @param {Report[]} reports
 * @param {string[]} leftOut tests that the built-in fails
 * @param {Expected} expected
 * @returns {boolean} whether nothing differs
 */
function print(reports, leftOut, expected) {
  /** @param {Report} report */
  const deviates = ({ name, outcome }) =>
    expected(name) !== 'flaky' && (outcome === 'fail') !== (expected(name) === 'fail');
  const deviations = reports.filter(deviates);
  for (const { name, outcome, ended, output } of deviations) {
    console.log(`\n${outcome === 'fail' ? 'FAILED' : 'PASSED against expectation'} ${name}: ${ended}`);
    const why = expectations[name]?.reason ?? builtin[name]?.said;
    console.log(outcome === 'fail' ? output.split('\n').slice(-LAST_LINES).join('\n') : `expected to fail: ${why}`);
  }
  const as = (/** @type {string} */ outcome) => reports.filter((one) => one.outcome === outcome && !deviates(one));
  const flaky = as('fail').filter(({ name }) => expected(name) === 'flaky');
  list('Failed now, as they sometimes do on the built-in', flaky);
  list(
    'Passed at the second try',
    as('pass').filter(({ again }) => again),
  );
  console.log(`\n${as('fail').length - flaky.length} failed as expected, ${as('skip').length} skipped themselves.`);
  if (leftOut.length > 0) console.log(`${leftOut.length} left out: the built-in fails them.`);
  console.log(`${as('pass').length} passed, ${deviations.length} failed`);
  return deviations.length === 0;
}

/** @param {string} title @param {Report[]} reports */
function list(title, reports) {
  if (reports.length > 0) console.log(`\n${title}: ${reports.map(({ name }) => name).join(', ')}`);
}

/**
 * Writes into builtin.json what several runs of the same tests on the built-in came to.
 * @param {Report[][]} runs
 * @param {string[]} paths of this machine, not to be kept
 */
function record(runs, paths) {
  const entries = runs[0].map(({ name }) => {
    const results = runs.map((run) => /** @type {Report} */ (run.find((report) => report.name === name)));
    const same = results.every(({ outcome }) => outcome === results[0].outcome);
    const worst = results.find(({ outcome }) => outcome !== 'pass') ?? results[0];
    return /** @type {const} */ ([name, { outcome: same ? worst.outcome : 'flaky', said: essence(worst, paths) }]);
  });
  const rest = Object.entries(builtin).filter(([name]) => !entries.some(([ran]) => ran === name));
  const special = [...rest, ...entries]
    .filter(([, { outcome }]) => outcome !== 'pass')
    .sort(([a], [b]) => (a < b ? -1 : 1));
  writeFileSync(join(__dirname, 'builtin.json'), `${JSON.stringify(Object.fromEntries(special), null, 2)}\n`);
}

/**
 * One line that says why a test did not pass.
 * @param {Report} report
 * @param {string[]} paths
 */
function essence({ ended, output }, paths) {
  const skipped = output.match(/^1\.\.0 # Skipped:? ?(.*)$/m);
  const error = output.match(/^.*(?:Error|error|Mismatch)\b.*$/m);
  const text = skipped ? skipped[1] : [ended, error?.[0].trim()].filter(Boolean).join('; ');
  return paths.reduce((said, path) => said.replaceAll(path, ''), text).slice(0, 160);
}

module.exports = { print, record };
