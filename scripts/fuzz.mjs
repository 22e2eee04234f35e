// npm run fuzz: the keeper's logic and what it reads in /proc, with random events and texts, for so many minutes. Each
// round is one of keeper/'s tests with new random numbers; a failure is printed with the smallest case that fails.

import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import { root, rustCounts } from './suites.mjs';

const { values } = parseArgs({ options: { minutes: { type: 'string', default: '60' } } });
const minutes = Number(values.minutes);
if (!(minutes > 0)) throw new Error('--minutes takes a number above 0');

/** Of each property in a round. */
const CASES = 100_000;
const COMMAND = ['test', '--release', '--quiet', '--package', 'forkless-keeper'];

const end = Date.now() + minutes * 60_000;
const env = { ...process.env, PROPTEST_CASES: String(CASES) };
const total = { rounds: 0, passed: 0, failed: 0 };
do {
  const { status, stdout, stderr } = spawnSync('cargo', COMMAND, { cwd: root, env, encoding: 'utf8' });
  const { passed, failed } = rustCounts(stdout ?? '');
  total.rounds++;
  total.passed += passed;
  total.failed += failed;
  if (status !== 0 || passed === 0) {
    total.failed = Math.max(total.failed, 1);
    console.log(`${stdout}${stderr}`);
  }
} while (Date.now() < end && total.failed === 0);
console.log(`${total.rounds} rounds of ${CASES} cases a property`);
console.log(`${total.passed} passed, ${total.failed} failed`);
if (total.failed > 0) process.exitCode = 1;
