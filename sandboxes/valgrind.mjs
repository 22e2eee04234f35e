// valgrind's memcheck: translated too, vfork is fork, and every access to memory is looked at. forkless must cause no
// error that the built-in does not.

import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { scratch } from '../scripts/suites.mjs';
import { provide } from './debian.mjs';
import { bothThrough, oneStart, sum } from './report.mjs';

/** A start takes a tenth of a second there, so these are some of each kind. */
const CASES = [
  'output of one',
  'input through cat',
  'an fd of ours',
  'cwd',
  'env',
  "the child's own PATH",
  'a script without #!',
  'detached',
  'another user and group',
  'kill',
  'exec',
  'execFile',
  'execFile with a timeout',
  'execFile past maxBuffer',
  'execFile as Buffers',
  'spawnSync with input',
  'execFileSync, large',
  'large output',
  'a worker',
  'fork, json',
  'fork, a server is handed over',
  'zombies',
  'an unreferenced child',
];

/** Starts that fail. The built-in of Node 24 and later hangs at them there: its child tells by shared memory. */
const FAILURES = [
  'a missing program',
  'a file that is no program',
  'a cwd that is a file',
  'spawnSync of a missing program',
];
const BUILTIN_FAILS = Number.parseInt(process.versions.node, 10) >= 24;

/** Frames by which two errors are told apart; those further out say who called. */
const DEPTH = 6;

/** For what is found: one file a process. */
const FOLDER = join(scratch, 'valgrind');

const THROUGH = [
  'valgrind',
  // V8 writes code as it goes.
  '--smc-check=all-non-file',
  '--leak-check=no',
  '--xml=yes',
  `--xml-file=${join(FOLDER, '%p.xml')}`,
];

/** Takes the errors found so far, each as its kind and the functions it happened in. */
function takeErrors() {
  /** @type {Set<string>} */
  const errors = new Set();
  for (const file of readdirSync(FOLDER)) {
    // A child that went on as another program has left its file without an end.
    const text = readFileSync(join(FOLDER, file), 'utf8');
    for (const [error] of text.matchAll(/<error>.*?<\/error>/gs)) {
      // With XML it lists at the end, whatever it is told, what a program keeps until then. `stress/` looks for leaks.
      if (!error.includes('<kind>Leak_')) errors.add(describe(error));
    }
    rmSync(join(FOLDER, file));
  }
  return errors;
}

/**
 * Those of the second set that the first has not. Where V8 has some, it has others in each run: only those in which
 * the addon took part count then.
 * @param {Set<string>[]} sets
 */
function newErrors([known, found = new Set()]) {
  const others = [...found].filter((error) => !known.has(error));
  return known.size === 0 ? others : others.filter((error) => error.startsWith(ADDON));
}

/** Before the description of an error in whose stack the addon is. */
const ADDON = 'addon, ';

/** @param {string} error XML */
function describe(error) {
  const [, kind = 'unknown'] = error.match(/<kind>(.*?)<\/kind>/) ?? [];
  const whose = /<obj>[^<]*\.node<\/obj>/.test(error) ? ADDON : '';
  const frames = [...error.matchAll(/<frame>(.*?)<\/frame>/gs)].slice(0, DEPTH);
  const places = frames.map(([frame]) => frame.match(/<fn>(.*?)<\/fn>/)?.[1] ?? frame.match(/<obj>(.*?)<\/obj>/)?.[1]);
  return `${whose}${kind}: ${places.map((place) => place ?? 'compiled code').join(' < ')}`;
}

/** @type {import('../scripts/sandboxes.mjs').Sandbox} */
export default {
  name: 'valgrind',
  provide: () => provide('valgrind'),
  probe: () => oneStart(['valgrind', '--smc-check=all-non-file']),
  run: async (control) => {
    const only = [...CASES, ...(BUILTIN_FAILS ? [] : FAILURES)];
    mkdirSync(FOLDER);
    /** @type {Set<string>[]} */
    const errors = [];
    const afterEach = () => errors.push(takeErrors());
    const { verdict } = await bothThrough(control, { only, through: THROUGH, afterEach });
    const details = newErrors(errors).map((error) => `  an error of its own: ${error}`);
    const clean = details.length === 0;
    return sum([verdict, { passed: clean ? 1 : 0, failed: clean ? 0 : 1, details }]);
  },
};
