// npm run test:releases: the checks of ../releases/ on the built-in and on forkless, on the last patch of every minor of
// Node since 18.17; the answers must be equal but for what docs/differences.md names.
//
//   --few          sixteen of them, see FEW
//   --only 24.13   that one; may be given many times

import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { listReleases, provide } from '../releases/binaries.js';
import { compare } from '../releases/compare.js';
import { isListed, unknownHeadings } from '../releases/differences.js';
import { scratch } from './suites.mjs';

/** How many at a time. */
const LANES = 2;

/**
 * The minors that CI runs. Each line begins and ends in between thresholds of its own: what 18.18, 20.5, 20.10, 20.17,
 * 22.6, 22.10, 22.18, 24.2, 24.4, 24.15, 24.22, 25.8 and 26.10 brought is on one side of the first and the last of its line.
 * `undefined`: the newest of its line.
 * @type {[line: number, minors: (number | undefined)[]][]}
 */
const FEW = [
  // 18.18 brought Symbol.dispose.
  [18, [17, undefined]],
  // 19.0 brought the channel 'child_process'; its errors of aborts have no cause, as those of 20.0 and 20.1.
  [19, [8]],
  // 20.2 causes, 20.5 Symbol.dispose, 20.10 classes of errors, 20.17 own options only.
  [20, [0, undefined]],
  // 21 never had own options only.
  [21, [undefined]],
  // 22.6 own options only, 22.10 no output is undefined, 22.17 names of methods, 22.18 own names of a replaced environment.
  [22, [0, undefined]],
  // The control tells of 'unref' up to 22: 23 is in between.
  [23, [0]],
  // 24.2 and 24.4 as 22.17 and 22.18; 24.15 tracing; 24.20 the audit; 24.22 limits and net.BoundSocket.
  [24, [0, undefined]],
  // `_channel` is gone with 25.0; 25.8 tracing and the audit.
  [25, [0, 8, undefined]],
  // 26.10 limits and net.BoundSocket, 26.12 the environment of the process.
  [26, [0, undefined]],
];

/** @param {string[]} all */
function fewOf(all) {
  const few = FEW.flatMap(([line, minors]) => {
    const ofLine = all.filter((release) => release.startsWith(`${line}.`));
    return minors.map((minor) => ofLine.find((release) => release.startsWith(`${line}.${minor}.`)) ?? ofLine.at(-1));
  });
  return [...new Set(few)].filter((release) => release !== undefined);
}

const { values: flags } = parseArgs({
  options: { few: { type: 'boolean', default: false }, only: { type: 'string', multiple: true } },
});

const total = { passed: 0, failed: 0 };

/** @param {string} release @param {import('../releases/compare.js').Verdict} verdict */
function tell(release, { passed, differing, details }) {
  total.passed += passed;
  total.failed += differing.length;
  const word = differing.length === 0 ? 'ok' : 'DIFFERS';
  console.log(`${release.padEnd(10)} ${word.padEnd(8)} ${passed} passed, ${differing.length} failed`);
  for (const line of details) console.log(line);
}

/** @param {string} release */
async function judge(release) {
  const folder = join(scratch, release);
  mkdirSync(folder);
  try {
    const node = await provide(release, folder);
    tell(release, await compare(node, folder, (check) => isListed(check, release)));
  } catch (error) {
    tell(release, { passed: 0, differing: ['it was not run'], details: [`  ${error}`] });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const all = await listReleases();
const { only } = flags;
const named = only ? all.filter((release) => only.some((one) => `${release}.`.startsWith(`${one}.`))) : all;
const chosen = flags.few ? fewOf(all) : named;
if (chosen.length === 0) tell(String(only), { passed: 0, differing: ['no such release'], details: [] });
for (const heading of unknownHeadings()) {
  tell('-', { passed: 0, differing: [heading], details: [`  docs/differences.md has no paragraph **${heading}**`] });
}

const queue = chosen.slice();
const lanes = Array.from({ length: LANES }, async () => {
  for (let release = queue.shift(); release; release = queue.shift()) await judge(release);
});
await Promise.all(lanes);
console.log(`${total.passed} passed, ${total.failed} failed`);
if (total.failed > 0) process.exitCode = 1;
