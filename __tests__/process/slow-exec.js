'use strict';
// Programs whose exec takes as long as one wants: another process holds a lease on the file. See fixtures/lease.rs.
// Programs of the tests require this.

const { spawn } = require('node:child_process');
const { createInterface } = require('node:readline');
const { Worker } = require('node:worker_threads');
const { childrenOf } = require('../helpers/proc.js');

/**
 * Holds a file until letGo(): whoever runs it waits, and `asked` resolves then.
 * @param {string} lease the compiled fixture
 * @param {string} file
 * @param {string[]} [how] "yield": lets go as soon as somebody waits
 * @returns {Promise<{ asked: Promise<unknown>, letGo: () => Promise<unknown>, pid: number | undefined }>} rejects
 *   where the file cannot be held
 */
async function hold(lease, file, ...how) {
  const holder = spawn(lease, [file, ...how], { stdio: ['pipe', 'pipe', 'inherit'] });
  const end = new Promise((resolve) => holder.on('close', resolve));
  const lines = createInterface({ input: holder.stdout });
  const asked = new Promise((resolve) => lines.on('line', (line) => line === 'asked' && resolve(true)));
  const [first] = await new Promise((resolve) => lines.once('line', (...args) => resolve(args)));
  if (first !== 'held') throw new Error(first);
  const letGo = () => {
    holder.stdin.end();
    return end;
  };
  return { asked, letGo, pid: holder.pid };
}

/**
 * Starts a command by spawn() in a worker, which tells of 'returned' with the pid, and of the child's events.
 * @param {string} module how to require it
 * @param {string} file
 * @param {string[]} args
 */
function startInWorker(module, file, args) {
  const source = `const { parentPort, workerData: { module, file, args } } = require('node:worker_threads');
    const child = require(module).spawn(file, args);
    parentPort.postMessage(['returned', child.pid > 0]);
    for (const event of ['spawn', 'exit', 'close']) {
      child.on(event, (...told) => parentPort.postMessage([event, ...told]));
    }
    child.on('error', ({ code }) => parentPort.postMessage(['error', code]));`;
  return new Worker(source, { eval: true, workerData: { module, file, args } });
}

/** The other children of this program. @param {{ pid: number | undefined }} holder */
const startedBeside = ({ pid }) =>
  childrenOf()
    .map((child) => Number.parseInt(child, 10))
    .filter((other) => other !== pid);

/** Some turns of the event loop, with its timers and its threads. */
async function someTurns() {
  const { readFile } = require('node:fs/promises');
  for (let turn = 0; turn < 5; turn++) {
    await new Promise((resolve) => setTimeout(resolve, 5));
    await readFile('/proc/version');
    await new Promise(setImmediate);
  }
}

module.exports = { hold, someTurns, startedBeside, startInWorker };
