// npm run mutants: whether the tests see small faults put into the code. Takes a random sample of the mutants of `lib`
// (those of Stryker) or of `src` (those of cargo-mutants), the same for the same seed, and runs for each the tests that
// have to do with its file. All of it happens in a copy of the last commit, in the folder for temporary files.
//
//   npm run mutants -- lib|src [--sample 100] [--seed 17] [--only PATTERN] [--skip N] [--keep FILE] [--again FILE]
//
// `--keep` appends each result to a file of JSON lines. `--again` takes those that survived, of such a file, and runs all
// tests for each.

import { spawnSync } from 'node:child_process';
import { appendFileSync, chmodSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { mutantsOfLib, mutantsOfSrc } from './mutant-lists.mjs';
import { root, scratch } from './suites.mjs';

/**
 * The test files that have to do with a source file, by the beginnings of their paths; the first that fits.
 * @type {[RegExp, string[]][]}
 */
const RELATED = [
  [/^lib\/ipc|^src\/(ipc|binding\/(channel|reply_wait))/, ['ipc', 'fork']],
  [/^lib\/api\/sync|^src\/sync|^src\/binding\/sync/, ['sync']],
  [/^lib\/api\/fork/, ['fork', 'ipc/(send|messages)']],
  [
    /^lib\/(api|process\/(limits|output|collected|characters))|^src\/output/,
    ['exec', 'index', 'process/(child|events|errors)'],
  ],
  [
    /^lib\/options/,
    ['options', '(exec|fork)/(arguments|options|errors)', 'sync/(arguments|errors|exec)', 'process/(kill|d|err)'],
  ],
  [/^lib\/(process|stdio)|^src\/binding/, ['process', 'stdio', 'exec/(streams|callback|errors)', 'spawn/search']],
  [/^src/, ['spawn', 'stdio', 'options', 'process/(ref|events|ends|kill|exit|streams)', 'sync/(results|limits|stdio)']],
  [
    /^lib/,
    ['index', 'fallback', 'package', 'options/(normalize|permission)', 'process/(child|streams)', 'spawn/search'],
  ],
];

/** They take long, or measure what such a run disturbs. */
const SLOW = [
  'exec/(split-characters|large-output|streams-on-demand|abort-and-timeout|read-errors)',
  'ipc/(flood|large-messages|reply-wait|reply-wait-quota|splitting)',
  'options/(env-race|ids-memory)',
  'process/workers',
  'spawn/(thread-limits|refused|low-limits|used-up)',
  'stdio/(late-readers|closed-standard-fds|unread-output)',
  'sync/(input|surroundings|odd-children)',
];

const { values: given, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    sample: { type: 'string', default: '100' },
    seed: { type: 'string', default: '17' },
    only: { type: 'string', default: '' },
    skip: { type: 'string', default: '0' },
    again: { type: 'string' },
    keep: { type: 'string' },
  },
});

/** Longer than the tests of a file take on a machine with much else to do, or all tests. */
const LIMIT_SECONDS = given.again ? 2400 : 420;

const CARGO_TEST = 'cargo test --no-default-features --lib --tests';
const copy = join(scratch, 'copy');
const env = {
  ...process.env,
  // The addon as fast as it is built, and not as fast as it runs.
  CARGO_TARGET_DIR: process.env.CARGO_TARGET_DIR ?? join(scratch, 'target'),
  CARGO_PROFILE_RELEASE_LTO: 'false',
  CARGO_PROFILE_RELEASE_CODEGEN_UNITS: '16',
  CARGO_PROFILE_RELEASE_OPT_LEVEL: '1',
  CARGO_PROFILE_RELEASE_INCREMENTAL: 'true',
};

/**
 * Runs a command in the copy. It has a namespace of pids to itself, where it may: a mutant can send a signal to any pid.
 * @param {string} line
 * @param {number} [seconds]
 * @returns {string} 'passed', or what was wrong
 */
function run(line, seconds = LIMIT_SECONDS) {
  const command = ['nice', '-n', '19', ...APART, 'timeout', '-k', '5', String(seconds), ...line.split(' ')];
  const { status, stdout, stderr } = spawnSync(command[0], command.slice(1), {
    cwd: copy,
    env,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    maxBuffer: 1 << 28,
  });
  if (status === 124 || status === 137) return 'too long';
  return status === 0 ? 'passed' : (`${stdout}${stderr}`.match(/● .*|^test .* FAILED$|^error.*/m)?.[0] ?? 'failed');
}

const unshare = ['unshare', '--pid', '--fork', '--mount-proc', '--kill-child'];
const APART = spawnSync(unshare[0], [...unshare.slice(1), 'true']).status === 0 ? unshare : [];

/** @param {string} file the command that runs the tests that have to do with it */
function jestOf(file) {
  const inFolder = (/** @type {string} */ name) => `__tests__/${name}`;
  const related = RELATED.find(([pattern]) => pattern.test(file))?.[1] ?? [];
  return [
    'jest --bail --silent --testTimeout 40000 --testSequencer',
    join(root, 'scripts/quickest-first.cjs'),
    // Niceness is what those tests look at.
    '--testNamePattern ^((?!priority).)*$',
    ...(given.again
      ? []
      : [
          '--testPathIgnorePatterns',
          ...SLOW.map((name) => `${inFolder(name)}\\.test`),
          '--testPathPatterns',
          ...related.map(inFolder),
        ]),
  ].join(' ');
}

/**
 * Tests that a mutant has survived, or none at all: they pass where nothing is wrong.
 * @type {Map<string, boolean>}
 */
const passes = new Map();

/**
 * What becomes of a mutant: the tests see it, or nobody does, or it does not even build.
 * @param {import('./mutant-lists.mjs').Mutant} mutant
 */
function judge({ file }) {
  const isRust = file.endsWith('.rs');
  if (isRust && !/^src\/binding/.test(file)) {
    if (run(`${CARGO_TEST} --no-run`) !== 'passed') return 'does not build';
    const seen = run(CARGO_TEST, 120);
    if (seen !== 'passed') return `killed by cargo test (${seen})`;
  }
  if (run(`npm run --silent ${isRust ? 'build' : 'bundle'}`) !== 'passed') return 'does not build';
  const tests = `npx ${jestOf(file)}`;
  const seen = run(tests);
  passes.set(tests, passes.get(tests) || seen === 'passed');
  return seen === 'passed' ? 'SURVIVED' : `killed by jest (${seen})`;
}

/** Numbers from 0 to 1, always the same ones. @param {number} seed */
function* randoms(seed) {
  // Park and Miller's.
  for (let state = seed; ; ) {
    state = (state * 48_271) % 2_147_483_647;
    yield state / 2_147_483_647;
  }
}

/**
 * @template T
 * @param {T[]} list
 * @param {number} size
 * @param {number} seed
 */
function sampleOf(list, size, seed) {
  const numbers = randoms(seed);
  const keyed = list.map((item) => ({ item, key: Number(numbers.next().value) }));
  return keyed
    .sort((a, b) => a.key - b.key)
    .slice(0, size)
    .map(({ item }) => item);
}

/** @param {string} file @param {string} text */
const write = (file, text) => writeFileSync(join(copy, file), text);

// Children of other users read there.
chmodSync(scratch, 0o755);
spawnSync('git', ['clone', '--quiet', root, copy], { stdio: 'inherit' });
symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
for (const line of ['npm run --silent build', 'npm run --silent bundle', CARGO_TEST]) {
  const seen = run(line, 1800);
  if (seen !== 'passed') throw new Error(`Without a mutant: ${line}: ${seen}`);
}

const [part = 'lib'] = positionals;
const listed = await (part === 'src' ? mutantsOfSrc : mutantsOfLib)(copy);
const all = listed.filter(({ file, label }) => `${file} ${label}`.includes(given.only));
const survivors = given.again && readFileSync(given.again, 'utf8');
const chosen = survivors
  ? all.filter(({ file, label }) => survivors.includes(JSON.stringify({ file, label, result: 'SURVIVED' })))
  : sampleOf(all, Number(given.sample), Number(given.seed)).slice(Number(given.skip));
console.log(`${chosen.length} of ${all.length} mutants of ${part}`);
/** @type {Record<string, number>} */
const counts = {};
for (const mutant of chosen) {
  const text = readFileSync(join(copy, mutant.file), 'utf8');
  const began = Date.now();
  write(mutant.file, mutant.apply(text));
  const result = judge(mutant);
  write(mutant.file, text);
  const kind = result.split(' by ')[0];
  counts[kind] = (counts[kind] ?? 0) + 1;
  console.log(`${result}, ${((Date.now() - began) / 1000).toFixed(0)} s: ${mutant.file}:${mutant.label}`);
  const { file, label } = mutant;
  if (given.keep) appendFileSync(given.keep, `${JSON.stringify({ file, label, result })}\n`);
}
for (const script of ['build', 'bundle']) run(`npm run --silent ${script}`);
for (const [tests, known] of passes) {
  if (known || run(tests) === 'passed' || run(tests) === 'passed') continue;
  console.log(`FAILS WITHOUT A MUTANT, so that its kills are worth nothing: ${tests}`);
  process.exitCode = 1;
}
const { killed = 0, SURVIVED = 0 } = counts;
console.log(counts, `score ${((100 * killed) / (killed + SURVIVED)).toFixed(0)} %`);
