'use strict';
// npm run conformance: Node's own tests of child_process and cluster, unmodified,
// on forkless. Prints what differs from expectations.json and the sum.
//
//   --wide          every test that mentions one of the two
//   --builtin       on the built-in module instead, beside builtin.json
//   --preload       that, with --require of an empty file: what fails is not forkless's doing
//   --record        on the built-in twice, to write builtin.json
//   --only PATTERN  the tests whose name matches
//   --verbose       every result as it comes

const { spawnSync } = require('node:child_process');
const { mkdtempSync, rmSync, writeFileSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { join } = require('node:path');
const { parseArgs } = require('node:util');
const { print, record } = require('./report.js');
const { addPrograms, cache, fetchItsNode, fetchTree } = require('./sources.js');
const { builtin, expectations, testsIn } = require('./suites.js');
const { runTest, wantsToBeAlone } = require('./testfile.js');

/** @typedef {import('./report.js').Report} Report */

const root = join(__dirname, '..');
const register = join(root, 'register.js');
const AT_A_TIME = 2;

const { values: flags } = parseArgs({
  options: {
    wide: { type: 'boolean', default: false },
    builtin: { type: 'boolean', default: false },
    preload: { type: 'boolean', default: false },
    record: { type: 'boolean', default: false },
    only: { type: 'string', default: '' },
    verbose: { type: 'boolean', default: false },
  },
});

const onForkless = !(flags.builtin || flags.preload || flags.record);

/**
 * What a test comes to if nothing is wrong.
 * @param {string} name
 */
function expected(name) {
  const onBuiltin = flags.record ? undefined : builtin[name]?.outcome;
  return (onForkless ? expectations[name]?.expect : undefined) ?? onBuiltin ?? 'pass';
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

/** @param {number} start */
const seconds = (start) => ((performance.now() - start) / 1000).toFixed(1);

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
      const byOptions = onForkless && expectations[name]?.register === 'NODE_OPTIONS';
      const start = performance.now();
      const report = { ...(await runTest(setting, name, slot, byOptions)), name, again };
      if (flags.verbose) console.log(`${report.outcome} ${name}, ${seconds(start)} s${again ? ', again' : ''}`);
      reports.push(report);
    }
  };
  const alone = names.filter((name) => wantsToBeAlone(setting.tree, name));
  const others = names.filter((name) => !alone.includes(name));
  await Promise.all(Array.from({ length: AT_A_TIME }, (_, slot) => work(others, slot, false)));
  await work(alone, 0, false);
  // Many of the tests count on the clock: those that failed get a second try with the machine for themselves.
  const failed = reports.filter(({ name, outcome }) => outcome === 'fail' && expected(name) !== 'fail');
  const kept = reports.filter((report) => !failed.includes(report));
  reports.length = 0;
  await work(failed.map(({ name }) => name).sort(), 0, true);
  return [...kept, ...reports];
}

/** @param {string} scratch */
function preloadIn(scratch) {
  if (onForkless) return register;
  if (!flags.preload) return undefined;
  const empty = join(scratch, 'empty.js');
  writeFileSync(empty, '');
  return empty;
}

/** @param {string} scratch */
async function main(scratch) {
  const setting = { node: fetchItsNode(), tree: fetchTree(), scratch, register: preloadIn(scratch) };
  addPrograms(setting.node, setting.tree);
  if (onForkless) checkThatForklessIsUsed(setting.node);
  const all = testsIn(setting.tree, flags.wide || flags.record).filter((name) => new RegExp(flags.only).test(name));
  if (all.length === 0) throw new Error(`No test matches ${flags.only}`);
  if (flags.record) {
    record([await runAll(setting, all), await runAll(setting, all)], [scratch, setting.tree, cache]);
    return true;
  }
  // They could say nothing about forkless.
  const leftOut = all.filter((name) => onForkless && builtin[name]?.outcome === 'fail');
  const reports = await runAll(
    setting,
    all.filter((name) => !leftOut.includes(name)),
  );
  return print(reports, leftOut, expected);
}

const scratch = mkdtempSync(join(tmpdir(), 'conformance-'));
main(scratch)
  .then((good) => {
    process.exitCode = good ? 0 : 1;
  })
  .finally(() => rmSync(scratch, { recursive: true, force: true }));
