'use strict';
// Programs of their own: a function that runs in a fresh Node on the module on trial, for what cannot be tried within the
// probe, such as flags of Node, a polluted prototype, or how a process ends.

const fs = require('node:fs');
const path = require('node:path');
const { spawn } = require('node:child_process');
const { text } = require('./observe.js');

/** A program that takes longer hangs. */
const PATIENCE = 15_000;

/**
 * @typedef {object} ProgramOptions
 * @property {any[]} [args] handed to the function after `report`; plain data
 * @property {string[]} [flags] for node
 * @property {Record<string, string | undefined>} [env] added to ours
 * @property {boolean} [registered] `node:child_process` is the module on trial, by forkless/register
 * @property {any} [stdio] of fds from 0 on; 1 and 2 must stay pipes
 * @property {boolean} [file] the program stands in a file: cluster runs it once more
 * @property {boolean} [esm] the function's text is that of an ES module, in which MODULE stands for the module's name
 */

/**
 * Runs `body(load, report, ...args)`: `load()` gives the module on trial, `report()` prints a value.
 * @param {import('./probe.js').Context} context
 * @param {((load: () => any, report: (value: any) => void, ...args: any[]) => void) | string} body crosses as text
 * @param {ProgramOptions} [options]
 * @returns {Promise<string>} all that it wrote, and how it ended if not well
 */
async function program({ name, register, folder }, body, options = {}) {
  const { args = [], flags = [], env, registered = false, stdio, esm = false, file = false } = options;
  const module = registered ? 'node:child_process' : name;
  const source = esm ? String(body).replaceAll('MODULE', JSON.stringify(module)) : sourceOf(module, body, args);
  const way = [...flags, ...(registered ? register : []), ...(esm ? ['--input-type=module'] : [])];
  const place = file ? [written(folder, source)] : ['-e', source];
  const child = spawn(process.execPath, [...way, ...place], {
    timeout: PATIENCE,
    killSignal: 'SIGKILL',
    env: { ...process.env, ...env },
    stdio: stdio ?? ['ignore', 'pipe', 'pipe'],
  });
  const end = new Promise((resolve) => child.on('close', (code, signal) => resolve(code ?? signal)));
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  const status = await end;
  return [stdout, settled(stderr), status === 0 ? '' : `ended with ${status}`].filter((part) => part !== '').join('\n');
}

/** @param {string} folder @param {string} source */
function written(folder, source) {
  const file = path.join(folder, 'program.js');
  fs.writeFileSync(file, source);
  return file;
}

/**
 * @param {string} module
 * @param {any} body
 * @param {any[]} args
 */
function sourceOf(module, body, args) {
  const values = ['load', 'report', ...args.map((arg) => JSON.stringify(arg))];
  // Written at once, so that nothing is lost when the program is killed or exits.
  return `'use strict';
    const load = () => require(${JSON.stringify(module)});
    const report = (value) => {
      const text = typeof value === 'string' ? value : require('node:util').inspect(value, { depth: 9, breakLength: 120 });
      require('node:fs').writeSync(1, text + '\\n');
    };
    (${body})(${values.join(', ')});`;
}

/** Without what is another in each run, or in each module. @param {string} stderr */
function settled(stderr) {
  return stderr
    .replace(/\(node:\d+\)/g, '(node:PID)')
    .split('\n')
    .filter((line) => !/^ {4}at |^\S*(node:|\/)\S*:\d+$/.test(line))
    .join('\n')
    .trim();
}

module.exports = { program };
