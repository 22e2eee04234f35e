'use strict';
// Who else runs the workloads, beside the built-in and forkless on the running Node: both on other
// Nodes, other runtimes' own child_process, and the floor, a program with nothing between it and the kernel (but for
// V8 in an IPC flood); and in Node, as little as a module for Node can do.

const { spawnSync } = require('node:child_process');
const path = require('node:path');
const { fetchNode, fetchProgram } = require('../scripts/fetch.js');

/**
 * @typedef {object} Contestant
 * @property {string} name
 * @property {string[]} command to which workload, case, module and effort are added
 * @property {string} module what it is to `require()`
 * @property {(workload: string) => boolean} takes whether it can run that workload
 */

const BUILTIN = 'node:child_process';
const FORKLESS = '../index.js';
const NODES = ['20', '24', '26'];
/** What users of them have today. */
const BUN = '1';
const DENO = '2';
/** Whom forkless must not be behind, where they can do the same work. */
const RUNTIMES = ['Bun', 'Deno'];

const root = path.join(__dirname, '..');
const script = path.join(__dirname, 'measure.js');
const always = () => true;

/** The two of the table. @type {{ builtin: Contestant, forkless: Contestant }} */
const main = {
  builtin: { name: 'built-in', command: [process.execPath, script], module: BUILTIN, takes: always },
  forkless: { name: 'forkless', command: [process.execPath, script], module: FORKLESS, takes: always },
};

/** All others; fetches and builds what is missing. @returns {Contestant[]} */
function findPeers() {
  const running = process.versions.node.split('.')[0];
  const nodes = NODES.filter((version) => version !== running).flatMap((version) => {
    const command = [fetchNode(version), script];
    return [
      { name: `Node ${version}`, command, module: BUILTIN, takes: always },
      { name: `forkless on ${version}`, command, module: FORKLESS, takes: always },
    ];
  });
  return [...nodes, ...runtimes(), floor(), ...floorsInNode()];
}

/** @returns {Contestant[]} */
function runtimes() {
  const bun = fetchProgram('bun', BUN, 'bin/bun.exe');
  const deno = fetchProgram('deno', DENO, 'deno');
  // What they fork speaks their own dialect, if any: not the same work.
  const takes = (/** @type {string} */ workload) =>
    !workload.startsWith('ipc') && workload !== 'load' && workload !== 'register';
  const commands = [
    [bun, script],
    [deno, 'run', '--allow-all', script],
  ];
  return commands.map((command, i) => ({ name: RUNTIMES[i], command, module: BUILTIN, takes }));
}

/** Workloads that floor.rs has, too. */
const ON_THE_FLOOR = new Set([
  'loop-blocked',
  'busy',
  'spawn-to-close',
  'in-flight',
  'burst',
  'exec-file',
  'output-async',
  'sync',
  'output-sync',
  'input-sync',
  'stream-read',
  'stream-write',
  'ipc-ping-pong',
  'ipc-flood',
]);

/** @returns {Contestant} */
function floor() {
  build('floor', '--no-default-features');
  const program = path.join(root, 'target/release/examples/floor');
  return {
    name: 'floor',
    command: [program],
    module: process.execPath,
    takes: (workload) => ON_THE_FLOOR.has(workload),
  };
}

/** Modules of `children/`, by the workloads that they are the floor of. */
const IN_NODE = {
  server: 'node-floor.js',
  'loop-blocked': 'node-floor.js',
  'spawn-to-close': 'node-floor.js',
  'exec-file': 'node-floor.js',
  load: 'smallest.js',
};

/** @returns {Contestant[]} */
function floorsInNode() {
  build('smallest');
  build('node_floor');
  return Object.entries(IN_NODE).map(([name, file]) => ({
    name: 'floor in Node',
    command: main.builtin.command,
    module: path.join(__dirname, 'children', file),
    takes: (workload) => workload === name,
  }));
}

/**
 * @param {string} example of Cargo.toml
 * @param {string[]} flags
 */
function build(example, ...flags) {
  const args = ['build', '--quiet', '--release', ...flags, '--example', example];
  const { status, stderr } = spawnSync('cargo', args, { cwd: root, encoding: 'utf8' });
  if (status !== 0) throw new Error(`cargo ${args.join(' ')} ended with ${status}\n${stderr}`);
}

module.exports = { RUNTIMES, findPeers, main };
