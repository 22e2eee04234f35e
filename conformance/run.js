'use strict';
// npm run conformance: Node's own tests of child_process and cluster, unmodified,
// on forkless. Prints what differs from expectations.json and the sum.
//
//   --builtin       on the built-in module instead: the baseline
//   --only PATTERN  the tests whose name matches
//   --verbose       every result as it comes

const { spawnSync } = require('node:child_process');
const { mkdtempSync, readdirSync, rmSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { join } = require('node:path');
const { parseArgs } = require('node:util');
const expectations = /** @type {Record<string, Expectation>} */ (require('./expectations.json'));
const { fetchNode, fetchTree } = require('./sources.js');
const { runTest, wantsToBeAlone } = require('./testfile.js');

/**
 * @typedef {object} Expectation of a test that is special
 * @property {'pass' | 'fail' | 'skip'} expect `skip`: it is not even run
 * @property {'NODE_OPTIONS'} [register] how it is given register, if not by --require
 * @property {string} reason
 * @property {boolean} [builtin] whether this holds for the built-in as well
 *
 * @typedef {import('./testfile.js').Result & { name: string, again: boolean }} Report
 */

const root = join(__dirname, '..');
const register = join(root, 'register.js');
const AT_A_TIME = 2;
const LAST_LINES = 30;

const { values: flags } = parseArgs({
  options: {
    builtin: { type: 'boolean', default: false },
    only: { type: 'string', default: '' },
    verbose: { type: 'boolean', default: false },
  },
});

/**
 * What is special about a test.
 * @param {string} name
 * @returns {Expectation | undefined}
 */
function expectationOf(name) {
  const expectation = expectations[name];
  return expectation && (!flags.builtin || expectation.builtin) ? expectation : undefined;
}

/** @param {string} name */
const mayFail = (name) => expectationOf(name)?.expect === 'fail';

/** @param {string} tree */
function testsIn(tree) {
  const names = ['parallel', 'sequential'].flatMap((folder) =>
    readdirSync(join(tree, 'test', folder))
      .filter((name) => /^test-(child-process|cluster)-.*\.m?js$/.test(name))
      .map((name) => `${folder}/${name}`),
  );
  const unknown = Object.keys(expectations).filter((name) => !names.includes(name));
  if (unknown.length > 0) throw new Error(`expectations.json names no test: ${unknown.join(', ')}`);
  const chosen = names.filter((name) => new RegExp(flags.only).test(name) && expectationOf(name)?.expect !== 'skip');
  if (chosen.length === 0) throw new Error(`No test matches ${flags.only}`);
  return chosen;
}

/** A program that says whether the functions it gets are those of the module it is told of. */
const WHICH = `
  const forkless = require(process.argv[1]);
  const { spawn } = require('node:child_process');
  console.log(forkless.native && spawn === forkless.spawn);
`;

/** Without this, a green run could be the built-in's. @param {string} node */
function checkThatForklessIsUsed(node) {
  const { stdout, stderr } = spawnSync(node, ['--require', register, '-e', WHICH, root], {
    encoding: 'utf8',
    env: { FORKLESS_REQUIRE_NATIVE: '1' },
  });
  if (stdout !== 'true\n') throw new Error(`With register, child_process is not forkless's native one.\n${stderr}`);
}

/**
 * @param {import('./testfile.js').Setting} setting
 * @param {string[]} names
 */
async function runAll(setting, names) {
  /** @type {Report[]} */
  const reports = [];
  /** @param {string[]} queue @param {number} slot @param {boolean} again */
  const work = async (queue, slot, again) => {
    for (let name = queue.shift(); name; name = queue.shift()) {
      const byOptions = expectationOf(name)?.register === 'NODE_OPTIONS';
      const report = { ...(await runTest(setting, name, slot, byOptions)), name, again };
      if (flags.verbose) console.log(`${report.outcome} ${name}${again ? ' (again)' : ''}`);
      reports.push(report);
    }
  };
  const alone = names.filter((name) => wantsToBeAlone(setting.tree, name));
  const others = names.filter((name) => !alone.includes(name));
  await Promise.all(Array.from({ length: AT_A_TIME }, (_, slot) => work(others, slot, false)));
  await work(alone, 0, false);
  // Many of the tests count on the clock: those that failed get a second try with the machine for themselves.
  const failed = reports.filter(({ name, outcome }) => outcome === 'fail' && !mayFail(name));
  const kept = reports.filter((report) => !failed.includes(report));
  reports.length = 0;
  await work(failed.map(({ name }) => name).sort(), 0, true);
  return [...kept, ...reports];
}

/** @param {Report[]} reports */
function print(reports) {
  const deviates = (/** @type {Report} */ { name, outcome }) => (outcome === 'fail') !== mayFail(name);
  const deviations = reports.filter(deviates);
  for (const { name, outcome, ended, output } of deviations) {
    console.log(`\n${outcome === 'fail' ? 'FAILED' : 'PASSED against expectation'} ${name}: ${ended}`);
    console.log(
      outcome === 'pass'
        ? `expected to fail: ${expectationOf(name)?.reason}`
        : output.split('\n').slice(-LAST_LINES).join('\n'),
    );
  }
  const as = (/** @type {string} */ outcome) =>
    reports.filter((report) => report.outcome === outcome && !deviates(report));
  const second = as('pass').filter(({ again }) => again);
  if (second.length > 0) console.log(`\nPassed at the second try: ${second.map(({ name }) => name).join(', ')}`);
  console.log(`\n${as('fail').length} failed as expected, ${as('skip').length} skipped themselves.`);
  console.log(`${as('pass').length} passed, ${deviations.length} failed`);
  return deviations.length === 0;
}

async function main() {
  const setting = {
    node: fetchNode(),
    tree: fetchTree(),
    scratch: mkdtempSync(join(tmpdir(), 'conformance-')),
    register: flags.builtin ? undefined : register,
  };
  if (!flags.builtin) checkThatForklessIsUsed(setting.node);
  try {
    const good = print(await runAll(setting, testsIn(setting.tree)));
    process.exitCode = good ? 0 : 1;
  } finally {
    rmSync(setting.scratch, { recursive: true, force: true });
  }
}

main();
