// Runs one suite after the other and counts: for check.mjs and versions.mjs.

import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = join(dirname(fileURLToPath(import.meta.url)), '..');

/** Where the dev dependencies put their commands. */
export const tools = join(root, 'node_modules/.bin');

/** A folder for what the suites leave behind; gone when this process ends. */
export const scratch = mkdtempSync(join(tmpdir(), 'forkless-suites-'));
process.on('exit', () => rmSync(scratch, { recursive: true, force: true }));

/**
 * @typedef {object} Counts
 * @property {number} passed
 * @property {number} failed
 * @property {string[]} [failures] which, where that is known
 *
 * @typedef {object} Suite
 * @property {string} name
 * @property {string[]} command
 * @property {NodeJS.ProcessEnv} [env]
 * @property {string} [skip] why it cannot run here
 * @property {(output: string) => Counts} [count] for a suite of many tests; one without counts as one
 */

/**
 * Runs the suites, prints how each ended and the output of those that failed,
 * and ends with what failed and the sum, each in a plain line. Sets the exit code.
 * @param {Suite[]} suites
 */
export function runAll(suites) {
  const total = { passed: 0, failed: 0, skipped: 0 };
  /** @type {string[]} */
  const failures = [];
  for (const suite of suites) {
    process.stdout.write(suite.name.padEnd(20));
    if (suite.skip) {
      total.skipped++;
      console.log(`skipped: ${suite.skip}`);
      continue;
    }
    const counts = run(suite);
    total.passed += counts.passed;
    total.failed += counts.failed;
    if (counts.failed > 0) failures.push(...(counts.failures ?? ['']).map((name) => `${suite.name} ${name}`.trimEnd()));
  }
  for (const failure of failures) console.log(`failed: ${failure}`);
  const skipped = total.skipped > 0 ? `, ${total.skipped} skipped` : '';
  console.log(`${total.passed} passed, ${total.failed} failed${skipped}`);
  if (total.failed > 0) process.exitCode = 1;
}

/**
 * @param {Suite} suite
 * @returns {Counts}
 */
function run({ command, env, count }) {
  const began = Date.now();
  const [file, ...args] = command;
  const { status, signal, error, stdout, stderr } = spawnSync(file, args, {
    cwd: root,
    env: { ...process.env, PATH: `${tools}${delimiter}${process.env.PATH}`, ...env },
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output = `${stdout ?? ''}${stderr ?? ''}`;
  const counts = tally(status === 0, count ? () => count(output) : undefined);
  const seconds = ((Date.now() - began) / 1000).toFixed(1);
  const tests = count ? `, ${counts.passed} passed, ${counts.failed} failed` : '';
  console.log(`${counts.failed === 0 ? 'ok    ' : 'FAILED'} ${seconds} s${tests}`);
  if (counts.failed > 0) console.log(`> ${command.join(' ')}\n${output}${error?.message ?? signal ?? ''}`);
  return counts;
}

/**
 * A suite that says it passed must have run something, and one that failed has a failure.
 * @param {boolean} ok
 * @param {(() => Counts) | undefined} count
 * @returns {Counts}
 */
function tally(ok, count) {
  if (!count) return { passed: ok ? 1 : 0, failed: ok ? 0 : 1 };
  /** @type {Counts} */
  let counts = { passed: 0, failed: 0 };
  try {
    counts = count();
  } catch {
    // No report: the suite did not get that far.
  }
  const { passed, failed } = counts;
  return { ...counts, failed: failed === 0 && (!ok || passed === 0) ? 1 : failed };
}

/** What `jest --json` reported. @param {string} file @returns {Counts} */
export function jestCounts(file) {
  const report = JSON.parse(readFileSync(file, 'utf8'));
  /** @type {{ name: string, status: string, assertionResults: { fullName: string, status: string }[] }[]} */
  const files = report.testResults.filter((/** @type {any} */ { status }) => status === 'failed');
  const failures = files.flatMap(({ name, assertionResults }) => {
    const tests = assertionResults.filter(({ status }) => status === 'failed').map(({ fullName }) => fullName);
    return (tests.length > 0 ? tests : ['']).map((test) => `${relative(root, name)} ${test}`.trimEnd());
  });
  return { passed: report.numPassedTests, failed: report.numFailedTests + report.numRuntimeErrorTestSuites, failures };
}

/** What cargo-nextest or cargo test printed. @param {string} output @returns {Counts} */
export function rustCounts(output) {
  const summaries = output.match(/^\s*Summary \[.*|^test result: .*/gm) ?? [];
  /** @param {RegExp} pattern */
  const sum = (pattern) => summaries.reduce((total, line) => total + Number(line.match(pattern)?.[1] ?? 0), 0);
  return { passed: sum(/(\d+) passed/), failed: sum(/(\d+) failed/) };
}

/** The plain closing line of our own runners. @param {string} output @returns {Counts} */
export function plainCounts(output) {
  const [, passed = 0, failed = 0] = output.match(/^(\d+) passed, (\d+) failed$/m) ?? [];
  return { passed: Number(passed), failed: Number(failed) };
}
