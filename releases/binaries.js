'use strict';
// The releases of Node that npm has, and their programs, each fetched for as long as it is used.

const { execFile } = require('node:child_process');
const fs = require('node:fs');
const { tmpdir } = require('node:os');
const path = require('node:path');
const { promisify } = require('node:util');

const run = promisify(execFile);

const PACKAGE = `node-linux-${process.arch}`;
/** Where scripts/fetch.js keeps those that other suites use. */
const KEPT = path.join(tmpdir(), 'forkless-nodes');
/** The first that forkless supports. */
const FIRST = [18, 17];
/** Registries are away for a moment now and then. */
const TRIES = 3;

/** @param {string} version @returns {number[]} */
const numbersOf = (version) => version.split('.').map(Number);

/** @param {number[]} a @param {number[]} b */
const compareNumbers = (a, b) => a[0] - b[0] || a[1] - b[1] || a[2] - b[2];

/** The last patch of every minor from the first supported one on, the oldest first. @returns {Promise<string[]>} */
async function listReleases() {
  const { stdout } = await patiently(() => run('npm', ['view', PACKAGE, 'versions', '--json']));
  /** @type {Map<string, number[]>} */
  const last = new Map();
  for (const version of JSON.parse(stdout)) {
    const numbers = numbersOf(version);
    const minor = numbers.slice(0, 2).join('.');
    const isSupported = /^\d+\.\d+\.\d+$/.test(version) && compareNumbers(numbers, [...FIRST, 0]) >= 0;
    if (isSupported && compareNumbers(numbers, last.get(minor) ?? [0, 0, 0]) > 0) last.set(minor, numbers);
  }
  return [...last.values()].sort(compareNumbers).map((numbers) => numbers.join('.'));
}

/**
 * @param {string} release
 * @param {string} folder for it, where no other suite keeps it
 * @returns {Promise<string>} the path of the program
 */
async function provide(release, folder) {
  const kept = keptFolder(release);
  if (kept) return programIn(kept);
  // Its cache goes with it: all releases take some gigabytes.
  const cache = path.join(folder, 'cache');
  const args = [
    'install',
    '--prefix',
    folder,
    '--cache',
    cache,
    '--no-save',
    '--no-audit',
    '--no-fund',
    '--prefer-online',
  ];
  await patiently(() => run('npm', [...args, `${PACKAGE}@${release}`], { cwd: folder }));
  fs.rmSync(cache, { recursive: true, force: true });
  return programIn(folder);
}

/** @param {string} folder */
const programIn = (folder) => path.join(folder, 'node_modules', PACKAGE, 'bin', 'node');

/** The folder of a release that another suite has fetched. @param {string} release */
function keptFolder(release) {
  const names = fs.existsSync(KEPT) ? fs.readdirSync(KEPT) : [];
  return names
    .map((name) => path.join(KEPT, name))
    .find((folder) => versionIn(folder) === release && fs.existsSync(programIn(folder)));
}

/** @param {string} folder */
function versionIn(folder) {
  try {
    return JSON.parse(fs.readFileSync(path.join(folder, 'node_modules', PACKAGE, 'package.json'), 'utf8')).version;
  } catch {
    // Not whole yet, or of another kind.
    return undefined;
  }
}

/**
 * @template T
 * @param {() => Promise<T>} attempt
 * @returns {Promise<T>}
 */
async function patiently(attempt) {
  for (let tries = 1; ; tries++) {
    try {
      return await attempt();
    } catch (error) {
      if (tries === TRIES) throw error;
      await new Promise((resolve) => setTimeout(resolve, 1000 * tries));
    }
  }
}

module.exports = { listReleases, provide };
