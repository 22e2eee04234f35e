'use strict';
// The answers of one Node on both modules, and how they compare. See probe.js.

const { spawn } = require('node:child_process');
const path = require('node:path');

const PROBE = path.join(__dirname, 'probe.js');

/** For all checks of one module, in milliseconds: one that hangs ends by itself, long before. */
const PATIENCE = 300_000;

/** How many lines of each side are shown. */
const SHOWN = 12;

/**
 * @typedef {Map<string, string>} Answers check → what it saw, as text
 *
 * @typedef {object} Verdict
 * @property {number} passed checks
 * @property {string[]} differing what differs, and what was listed as different and is not
 * @property {string[]} details lines
 */

/** The process groups of the probes that run now; nothing is left of them when this program is ended. @type {Set<number>} */
const groups = new Set();
process.on('exit', () => {
  for (const group of groups) killGroup(group);
});
for (const signal of /** @type {const} */ (['SIGHUP', 'SIGINT', 'SIGTERM'])) process.on(signal, () => process.exit(1));

/**
 * Runs the probe on one module.
 * @param {string} node the program
 * @param {'builtin' | 'forkless'} module
 * @param {string} folder for its files and for what it leaves
 * @returns {Promise<{ answers: Answers, end: string, output: string }>}
 */
async function ask(node, module, folder) {
  const child = spawn(node, [PROBE, module], {
    cwd: folder,
    detached: true,
    // Only what the checks name themselves: what is set here would be among what children get.
    // A bash whose stdin is a socket reads its user's .bashrc, unless another shell has started it.
    env: { PATH: process.env.PATH, TMPDIR: folder, SHLVL: '1', FORKLESS_REQUIRE_NATIVE: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  if (child.pid) groups.add(child.pid);
  const timer = setTimeout(() => killGroup(child.pid), PATIENCE);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text) => {
      output += text;
    });
  }
  const end = await new Promise((resolve) => {
    child.on('error', ({ message }) => resolve(message));
    child.on('exit', (code, signal) => {
      killGroup(child.pid);
      resolve(String(code ?? signal));
    });
  });
  await Promise.all([child.stdout, child.stderr].map(closed));
  clearTimeout(timer);
  const lines = output.split('\n');
  const answers = new Map(lines.filter(isAnswer).map(answerOf));
  return { answers, end, output: lines.filter((line) => !isAnswer(line)).join('\n') };
}

/** @param {import('node:stream').Readable} stream */
const closed = (stream) => stream.closed || new Promise((resolve) => stream.on('close', resolve));

/** @param {number | undefined} pid */
function killGroup(pid) {
  if (!pid) return;
  groups.delete(pid);
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // Nobody is left in it.
  }
}

/** @param {string} line */
const isAnswer = (line) => line.startsWith('{"name":');

/** @param {string} line @returns {[string, string]} */
function answerOf(line) {
  const { name, result } = JSON.parse(line);
  return [name, result];
}

/**
 * Both modules on one Node.
 * @param {string} node
 * @param {string} folder
 * @param {(check: string) => boolean} isListed whether a check is one in which they differ
 * @returns {Promise<Verdict>}
 */
async function compare(node, folder, isListed) {
  const expected = await ask(node, 'builtin', folder);
  const actual = await ask(node, 'forkless', folder);
  const differing = [];
  const details = [];
  for (const [name, result] of expected.answers) {
    const given = actual.answers.get(name) ?? 'no answer';
    if (isBroken(result)) {
      differing.push(name);
      details.push(`  ${name}: is broken on the built-in: ${result}`);
    } else if ((given === result) === isListed(name)) {
      differing.push(name);
      details.push(`  ${name}${isListed(name) ? ': differs no more, and is listed in differences.js' : ''}`);
      if (given !== result) details.push(...beside(result, given));
    }
  }
  for (const [module, { end, output }] of Object.entries({ 'built-in': expected, forkless: actual })) {
    if (end === '0') continue;
    differing.push(`the end of the probe on ${module}`);
    details.push(`  the probe on ${module} ended with ${end}`, ...output.split('\n').slice(0, SHOWN));
  }
  return { passed: Math.max(0, expected.answers.size - differing.length), differing, details };
}

/** What probe.js says of a check that did not come to its end. @param {string} result */
const isBroken = (result) => result === 'hung' || result.startsWith('unexpected: ');

/**
 * The lines in which two texts differ.
 * @param {string} expected
 * @param {string} actual
 */
function beside(expected, actual) {
  const [a, b] = [expected.split('\n'), actual.split('\n')];
  let head = 0;
  while (head < Math.min(a.length, b.length) && a[head] === b[head]) head++;
  let tail = 0;
  while (tail < Math.min(a.length, b.length) - head && a.at(-1 - tail) === b.at(-1 - tail)) tail++;
  /** @param {string[]} lines @param {string} side */
  const part = (lines, side) =>
    lines
      .slice(head, lines.length - tail)
      .slice(0, SHOWN)
      .map((line) => `    ${side} | ${line}`);
  return [...part(a, 'built-in'), ...part(b, 'forkless')];
}

module.exports = { compare };
