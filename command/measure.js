'use strict';
// Measures for forkless doctor what starts take here: fresh processes (measured.js), both modules by turns.

const { spawnSync } = require('node:child_process');
const os = require('node:os');

/** @typedef {'builtin' | 'forkless'} Contestant */

/** @type {Record<Contestant, string>} */
const MODULES = { builtin: 'node:child_process', forkless: require.resolve('../index.js') };

const ROUNDS = 2;
const ALIVE_MB = 512;
/** What a process with that much needs in all, and a little more. */
const NEEDED_MB = 1024;
const DEADLINE = 30_000;

/** Something that ends at once. */
const PROGRAM = process.platform === 'win32' ? [process.env.ComSpec ?? 'cmd.exe', '/d', '/c', 'exit'] : ['true'];

/**
 * @typedef {object} Row
 * @property {'spawn' | 'execFile'} what `spawn`: how long a call blocks; `execFile`: how long until its callback
 * @property {number} megabytes alive
 * @property {'us'} unit
 * @property {number} builtin the median
 * @property {number | null} forkless null where it is the built-in
 */

/**
 * @param {boolean} native whether there is something to compare
 * @returns {Row[]}
 */
function measure(native) {
  /** @type {Contestant[]} */
  const contestants = native ? ['builtin', 'forkless'] : ['builtin'];
  const empty = measureCase(contestants, 0);
  const rows = [rowOf('spawn', 0, empty), rowOf('execFile', 0, empty)];
  if (freeMegabytes() >= NEEDED_MB) rows.splice(1, 0, rowOf('spawn', ALIVE_MB, measureCase(contestants, ALIVE_MB)));
  return rows;
}

/** @typedef {Record<Row['what'], number[]>} Samples */

/**
 * @param {Contestant[]} contestants
 * @param {number} megabytes
 */
function measureCase(contestants, megabytes) {
  /** @type {Record<Contestant, Samples[]>} */
  const samples = { builtin: [], forkless: [] };
  for (let round = 0; round < ROUNDS; round++) {
    for (const contestant of contestants) samples[contestant].push(take(contestant, megabytes));
    // Who comes first has it neither better nor worse.
    contestants = [...contestants].reverse();
  }
  return samples;
}

/**
 * @param {Contestant} contestant
 * @param {number} megabytes
 * @returns {Samples}
 */
function take(contestant, megabytes) {
  const args = [require.resolve('./measured.js'), MODULES[contestant], String(megabytes), ...PROGRAM];
  const { status, signal, error, stdout, stderr } = spawnSync(process.execPath, args, {
    // Else the built-in might be forkless, too.
    env: { ...process.env, NODE_OPTIONS: '' },
    encoding: 'utf8',
    timeout: DEADLINE,
    killSignal: 'SIGKILL',
  });
  if (status === 0) return JSON.parse(stdout);
  throw new Error(error?.message ?? (signal ? `a measuring process was ended by ${signal}` : stderr.trim()));
}

/**
 * @param {Row['what']} what
 * @param {number} megabytes
 * @param {Record<Contestant, Samples[]>} samples
 * @returns {Row}
 */
function rowOf(what, megabytes, { builtin, forkless }) {
  const medianOf = (/** @type {Samples[]} */ rounds) => median(rounds.flatMap((samples) => samples[what]));
  const ours = forkless.length > 0 ? medianOf(forkless) : null;
  return { what, megabytes, unit: 'us', builtin: medianOf(builtin), forkless: ours };
}

/** @param {number[]} numbers */
function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  const half = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}

/** Of the machine and, where Node knows it, of the container. */
function freeMegabytes() {
  const { availableMemory } = /** @type {{ availableMemory?: () => number }} */ (process);
  return Math.min(os.freemem(), availableMemory?.() ?? Number.POSITIVE_INFINITY) / 2 ** 20;
}

module.exports = { ALIVE_MB, NEEDED_MB, measure };
