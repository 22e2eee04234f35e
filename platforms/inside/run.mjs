// node platforms/inside/run.mjs TARGET: the smoke test and the tour, on the platform itself. Ends with the line
// "N passed, N failed". `--jest` runs Jest as well; what follows it are the files, or none for all.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { BUILTIN, compare, FORKLESS, reportOf, sum } from '../../sandboxes/report.mjs';
import { run } from '../../sandboxes/run.mjs';
import { treesEnd } from '../../sandboxes/trees.mjs';
import { jestCounts, root, scratch } from '../../scripts/suites.mjs';
import { TARGETS } from '../targets.mjs';

/** @typedef {import('../../sandboxes/report.mjs').Verdict} Verdict */

const here = dirname(fileURLToPath(import.meta.url));
const require = createRequire(import.meta.url);

/** An emulated processor takes its time. */
const PATIENCE = 240_000;
const LIMIT = 900_000;
const JEST_LIMIT = 3_600_000;

/**
 * That this is the platform, and that its addon is what runs.
 * @param {string} target
 * @returns {Verdict}
 */
function itself(target) {
  const report = /** @type {any} */ (process.report.getReport());
  const libc = report.header.glibcVersionRuntime ? 'gnu' : 'musl';
  const { native } = require(FORKLESS);
  const loaded = /** @type {any} */ (process.report.getReport()).sharedObjects;
  const addon = `forkless.linux-${target}.node`;
  const seen = {
    platform: `${process.arch}-${libc}`,
    native,
    addon: loaded.some((/** @type {string} */ file) => file.endsWith(addon)),
  };
  const wanted = { platform: target, native: true, addon: true };
  const well = JSON.stringify(seen) === JSON.stringify(wanted);
  return {
    passed: well ? 1 : 0,
    failed: well ? 0 : 1,
    details: well ? [] : [`  this is not ${addon}: ${JSON.stringify(seen)}`],
  };
}

/** All kinds of starts, as the sandboxes have them. @returns {Promise<Verdict>} */
async function starts() {
  const options = { flags: ['--patience', String(PATIENCE)], limit: LIMIT };
  return compare(await reportOf(BUILTIN, options), await reportOf(FORKLESS, options));
}

/** Whole programs. @returns {Promise<Verdict>} */
async function programs() {
  return compare(await programsOn(BUILTIN), await programsOn(FORKLESS));
}

/** @param {string} module @returns {Promise<import('../../sandboxes/report.mjs').Report>} */
async function programsOn(module) {
  const { stdout, stderr, end, time } = await run([process.execPath, join(here, 'programs.js'), module], {
    limit: LIMIT,
  });
  const lines = stdout.split('\n').filter((line) => line.startsWith('['));
  return { results: new Map(lines.map((line) => splitResult(line))), end, output: stderr, time };
}

/** @param {string} line @returns {[string, string]} */
function splitResult(line) {
  const [name, result] = JSON.parse(line);
  return [name, JSON.stringify(result)];
}

/** @returns {Promise<Verdict>} */
async function tour() {
  const { stdout, stderr, end } = await run([process.execPath, join(root, 'examples/tour.js')], {
    limit: LIMIT,
    env: { FORKLESS_TOUR_DEADLINE: String(PATIENCE) },
  });
  console.log(stdout.trimEnd());
  return end === '0'
    ? { passed: 1, failed: 0, details: [] }
    : { passed: 0, failed: 1, details: [`  the tour: ${end}`, stderr] };
}

/** @param {string[]} files @returns {Promise<Verdict>} */
async function jest(files) {
  const report = join(scratch, 'jest.json');
  const command = [
    process.execPath,
    join(root, 'node_modules/.bin/jest'),
    '--json',
    `--outputFile=${report}`,
    ...files,
  ];
  // As on any other machine: in its own folder, and with nothing in its environment that some tests are about.
  const env = { FORKLESS_REQUIRE_NATIVE: undefined, TMPDIR: undefined, FORKLESS_TEST_PATIENCE: isEmulated ? '8' : '1' };
  const { stderr, end } = await run(['env', `--chdir=${root}`, ...command], { limit: JEST_LIMIT, env });
  try {
    const counts = jestCounts(report);
    return { ...counts, details: counts.failed > 0 ? failures(report) : [] };
  } catch (error) {
    return { passed: 0, failed: 1, details: [`  Jest: ${end}, ${error}`, stderr] };
  }
}

/** What failed, without the tests that passed. @param {string} report @returns {string[]} */
function failures(report) {
  /** @type {{ testResults: { status: string, name: string, message: string }[] }} */
  const { testResults } = JSON.parse(readFileSync(report, 'utf8'));
  return testResults.filter(({ status }) => status === 'failed').flatMap(({ name, message }) => [`  ${name}`, message]);
}

/** @param {string} name @param {Verdict} verdict */
function tell(name, verdict) {
  const { passed, failed, details } = verdict;
  console.log(`${name.padEnd(12)}${failed === 0 ? 'ok    ' : 'FAILED'} ${passed} passed, ${failed} failed`);
  for (const line of details) console.log(line);
  return verdict;
}

const [target, flag, ...files] = process.argv.slice(2);
const isEmulated = TARGETS.some(({ name, place }) => name === target && place === 'machine');
const verdicts = [
  tell('platform', itself(target)),
  tell('starts', await starts()),
  tell('trees', await treesEnd({ limit: LIMIT })),
  tell('programs', await programs()),
  tell('tour', await tour()),
];
if (flag === '--jest') verdicts.push(tell('jest', await jest(files)));
const { passed, failed } = sum(verdicts);
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
