// npm run check: every gate a change must pass. Gates named as arguments run
// alone; `--but NAME` runs all but that one.

import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { jestCounts, plainCounts, root, runAll, rustCounts, scratch, tools } from './suites.mjs';

/** @param {string} subcommand */
const hasCargo = (subcommand) => spawnSync('cargo', [subcommand, '--version'], { cwd: root }).status === 0;

/** @param {string} name */
const hasTool = (name) => spawnSync(join(tools, name), ['--version']).status === 0;

const { name, version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const tarball = join(scratch, `${name}-${version}.tgz`);
const report = join(scratch, 'jest.json');

const clippy = 'cargo clippy --workspace --all-targets';
const rustTests = hasCargo('nextest') ? 'cargo nextest run' : 'cargo test';

/** @type {Record<string, { line: string } & Pick<import('./suites.mjs').Suite, 'count' | 'skip'>>} */
const GATES = {
  format: { line: 'biome format .' },
  lint: { line: 'biome lint --error-on-warnings .' },
  types: { line: 'tsc -p .' },
  'type-tests': { line: 'tsd' },
  arrows: { line: 'depcruise register.js lib' },
  unused: { line: 'knip --no-progress' },
  size: { line: 'node scripts/size.mjs' },
  // A duplicate is 40 equal tokens in at least 5 lines. The imports of two files can have 30 in common.
  duplicates: {
    line: 'jscpd --min-tokens 40 --min-lines 5 --exit-code 1 --reporters console --no-colors lib src',
    skip: hasTool('jscpd') ? undefined : 'jscpd is not there for this platform',
  },
  'rust-format': { line: 'cargo fmt --all --check' },
  'rust-lint': { line: `${clippy} -- -D warnings` },
  'rust-lint-keeper': { line: 'cargo clippy -p forkless-keeper --features program --bin keeper -- -D warnings' },
  'rust-lint-plain': { line: `${clippy} --no-default-features -- -D warnings` },
  'rust-tests': { line: `${rustTests} --workspace --no-fail-fast --no-default-features`, count: rustCounts },
  'rust-dependencies': {
    line: 'cargo deny check bans licenses sources',
    skip: hasCargo('deny') ? undefined : 'cargo-deny is not installed',
  },
  jest: { line: `jest --json --outputFile=${report}`, count: () => jestCounts(report) },
  // The same scenarios each time: `npm run differential` takes new ones.
  differential: { line: 'node differential/run.js --runs 300 --seed 991', count: plainCounts },
  package: { line: `npm pack --pack-destination ${scratch}` },
  publint: { line: `publint run --strict ${tarball}` },
  'package-types': { line: `attw --no-definitely-typed ${tarball}` },
};

const words = process.argv.slice(2);
const but = words[0] === '--but' ? words.splice(0, 2)[1] : undefined;
const chosen = words.length > 0 ? words : Object.keys(GATES).filter((gate) => gate !== but);

runAll(
  chosen.map((gate) => {
    const { line, ...rest } = GATES[gate];
    return { ...rest, name: gate, command: line.split(' ') };
  }),
);
