'use strict';
// Programs of their own: a function that runs in a fresh Node, on one of the
// modules, and reports back. For what cannot be tried inside of Jest, such as
// how a process ends.

const path = require('node:path');
const { BUILTIN, builtin, FORKLESS } = require('./modules.js');
const { output } = require('./children.js');
const { PATIENCE } = require('./patience.js');

/** The two ways to run a program that knows nothing of forkless: (name, flags of node). */
const WAYS = [
  ['node:child_process', []],
  ['forkless', ['--require', path.join(__dirname, '..', '..', 'register.js')]],
];

/**
 * For programs that look at their memory: V8's space for new objects grows by itself, up to 32 MB at a time,
 * and the RSS with it. It stays at its smallest with this.
 */
const STEADY_HEAP = '--max-semi-space-size=1';

/**
 * @typedef {object} ProgramOptions
 * @property {any[]} [args] handed to the function after `report`; plain data
 * @property {string[]} [flags] for node
 * @property {string[]} [through] a command that execs what it gets as its last arguments
 * @property {Record<string, string | undefined>} [env] added to ours
 * @property {string} [cwd]
 * @property {number} [timeout] milliseconds
 * @property {any} [stdio] of fds 0, 1 and 2 and more; 1 and 2 must stay pipes
 * @property {number} [uid]
 * @property {number} [gid]
 */

/**
 * Runs `body(childProcess, report, ...args)` and waits for its end.
 * @param {any} module
 * @param {(childProcess: any, report: (value: any) => void, ...args: any[]) => void} body gets nothing from
 *   around it: it crosses as text
 * @param {ProgramOptions} [options]
 * @returns {Promise<{ code: number | null, signal: string | null, stdout: string, stderr: string, reports: any[] }>}
 */
async function runProgram(module, body, options = {}) {
  const { args = [], flags = [], through = [], env, ...others } = options;
  const command = [...through, process.execPath, ...flags, '-e', sourceOf(module, body, args)];
  const child = builtin.spawn(command[0], command.slice(1), {
    // One that hangs is a failure of its own, before the test's time is up.
    timeout: 30_000 * PATIENCE,
    killSignal: 'SIGKILL',
    ...others,
    env: { ...process.env, FORKLESS_REQUIRE_NATIVE: '1', ...env },
  });
  const end = await output(child);
  return { ...end, reports: parseReports(end.stdout) };
}

/** @param {string} text what a program has printed so far */
const parseReports = (text) =>
  text
    .split('\n')
    .filter((line) => line.startsWith('\x1e'))
    .map((line) => JSON.parse(line.slice(1)));

/**
 * The reports of a program that must end well and print no error.
 * @param {any} module
 * @param {(childProcess: any, report: (value: any) => void, ...args: any[]) => void} body
 * @param {ProgramOptions} [options]
 */
async function reportsOf(module, body, options) {
  const { code, signal, stderr, reports } = await runProgram(module, body, options);
  expect({ code, signal, stderr }).toEqual({ code: 0, signal: null, stderr: '' });
  return reports;
}

/** A program's text: the function, called with the module and the arguments. */
function sourceOf(module, body, args) {
  const name = module === builtin ? BUILTIN : FORKLESS;
  const values = [`require(${JSON.stringify(name)})`, 'report', ...args.map((arg) => JSON.stringify(arg))];
  // Written at once, so that nothing is lost when the program is killed or exits.
  const report = "const report = (value) => require('node:fs').writeSync(1, `\\x1e${JSON.stringify(value)}\\n`);";
  return `'use strict'; ${report} (${body})(${values.join(', ')});`;
}

module.exports = { STEADY_HEAP, WAYS, parseReports, reportsOf, runProgram };
