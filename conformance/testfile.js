'use strict';
// Runs one of Node's test files in a process group of its own, as Node's own
// runner would: the flags the file asks for, a folder for temporary files of
// its slot, nothing on stdin, and a time limit for the whole group.

const { spawn } = require('node:child_process');
const { closeSync, existsSync, openSync, readFileSync } = require('node:fs');
const { dirname, join } = require('node:path');

/** Node's own limit, for a machine that does something else besides. */
const TIME_LIMIT = 240_000;

/** Node's own program that gives a test a terminal. */
const TERMINAL = 'tools/pseudo-tty.py';

/**
 * @typedef {object} Setting what is the same for every file
 * @property {string} node the binary
 * @property {string} tree Node's source tree
 * @property {string} scratch a folder for this run alone
 * @property {string} [register] the file to load before the test, if any
 *
 * @typedef {object} Result
 * @property {'pass' | 'fail' | 'skip'} outcome `skip` is what the file itself says
 * @property {string} ended how its process ended
 * @property {string} output stdout and stderr
 */

/** The flags of its own that a test file names. @param {string} source */
function flagsOf(source) {
  const line = source.match(/\/\/\s+Flags:(.*)/);
  return line ? line[1].trim().split(/\s+/) : [];
}

/** @param {string} text */
const escapePattern = (text) => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');

/** Folders whose tests Node's own runner runs several at a time. */
const SOCIABLE = /^(async-hooks|doctool|es-module|message|parallel)\//;

/**
 * Whether a test takes a port of a fixed number, so that no two such can run at a time.
 * Those in sequential/ and the like may want any other thing of the machine for themselves.
 * @param {string} tree
 * @param {string} name
 */
function wantsToBeAlone(tree, name) {
  return !SOCIABLE.test(name) || /\bPORT\b/.test(readFileSync(join(tree, 'test', name), 'utf8'));
}

/**
 * Whether a test wrote what it should: those in message/ and pseudo-tty/ have a file that says it, with `*` for anything.
 * @param {string} file
 * @param {string} output
 */
function wroteAsExpected(file, output) {
  const expected = file.replace(/\.m?js$/, '.out');
  if (!existsSync(expected)) return undefined;
  const linesOf = (/** @type {string} */ text) => text.split('\n').filter((line) => line.trim() !== '');
  const patterns = linesOf(readFileSync(expected, 'utf8')).map((line) =>
    line.trimEnd().split('*').map(escapePattern).join('.*'),
  );
  const lines = linesOf(output);
  return lines.length === patterns.length && lines.every((line, at) => new RegExp(`^${patterns[at]}$`).test(line));
}

/**
 * Only what the tests need, so that nothing of the caller's changes a result.
 * @param {Setting} setting
 * @param {number} slot
 * @param {string} preload for NODE_OPTIONS
 */
function environment({ node, scratch, register }, slot, preload) {
  const { HOME = '/', LANG = 'C.UTF-8', PATH, TMPDIR, USER } = process.env;
  return {
    HOME,
    LANG,
    ...(TMPDIR && { TMPDIR }),
    ...(USER && { USER }),
    PATH: `${dirname(node)}:${PATH}`,
    NODE_TEST_DIR: scratch,
    TEST_SERIAL_ID: `${slot}`,
    TEST_THREAD_ID: `${slot}`,
    // The addon or nothing: a test on the built-in would say nothing.
    ...(register && { FORKLESS_REQUIRE_NATIVE: '1' }),
    ...(preload && { NODE_OPTIONS: preload }),
  };
}

/**
 * @param {Setting} setting
 * @param {string} name of the test, below test/
 * @param {number} slot which of the tests at a time this is
 * @param {boolean} byOptions whether register comes in NODE_OPTIONS, not by a flag
 * @returns {Promise<Result>}
 */
function runTest(setting, name, slot, byOptions) {
  const { node, tree, scratch, register } = setting;
  const file = join(tree, 'test', name);
  const preload = register ? ['--require', register] : [];
  const [flags, options] = byOptions ? [[], preload] : [preload, []];
  const outputFile = join(scratch, `output.${slot}`);
  // A file and no pipe: what a test leaves running would hold the pipe open.
  const output = openSync(outputFile, 'w');
  const [program, ...before] = name.startsWith('pseudo-tty/') ? ['python3', join(tree, TERMINAL), node] : [node];
  const child = spawn(program, [...before, ...flagsOf(readFileSync(file, 'utf8')), ...flags, file], {
    cwd: tree,
    env: environment(setting, slot, options.join(' ')),
    detached: true,
    stdio: ['ignore', output, output],
  });
  closeSync(output);
  const group = Number(child.pid);
  let overdue = false;
  const timer = setTimeout(() => {
    overdue = true;
    killGroup(group);
  }, TIME_LIMIT);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code, signal) => {
      clearTimeout(timer);
      killGroup(group);
      const text = readFileSync(outputFile, 'utf8');
      const good = wroteAsExpected(file, text) ?? code === 0;
      const skipped = good && /^1\.\.0 # Skipped/m.test(text);
      const ended = overdue ? 'time limit' : signal ? `signal ${signal}` : `exit code ${code}`;
      resolve({ outcome: skipped ? 'skip' : good ? 'pass' : 'fail', ended, output: text });
    });
  });
}

/** @param {number} group */
function killGroup(group) {
  try {
    process.kill(-group, 'SIGKILL');
  } catch {
    // Nobody of it is left.
  }
}

module.exports = { runTest, wantsToBeAlone };
