'use strict';
// Many children and many messages, and what is left of them.

const fs = require('node:fs');
const { Worker } = require('node:worker_threads');
const { once } = require('node:events');
const path = require('node:path');

const CHILDREN = 200;
const ROUNDS = 40;
/** A Node takes seconds to start on an emulated processor. */
const FORKS = 3;
const MESSAGES = 5_000;
const ECHO = path.join(__dirname, 'echo.js');

const openFds = () => fs.readdirSync('/proc/self/fd').length;

/** @param {string} [state] of processes: Z is a zombie */
function children(state) {
  return fs
    .readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        const text = fs.readFileSync(`/proc/${pid}/stat`, 'utf8');
        const [is, parent] = text.slice(text.lastIndexOf(')') + 2).split(' ');
        return Number(parent) === process.pid && (!state || is === state);
      } catch {
        // It has ended meanwhile.
        return false;
      }
    }).length;
}

/** Waits until a fact holds: an end is told before its last fd is closed. @param {() => boolean} holds */
async function until(holds) {
  for (let tries = 0; !holds() && tries < 500; tries++) await new Promise((resolve) => setTimeout(resolve, 10));
  return holds();
}

/** @param {any} module one of each kind but fork */
async function oneOfEach({ spawn, spawnSync, execFile }) {
  const fed = spawn('cat');
  fed.stdin.end('x');
  fed.stdout.resume();
  const missing = spawn('forkless-no-such-program');
  spawnSync('true');
  await Promise.all([
    once(fed, 'close'),
    once(missing, 'error'),
    new Promise((resolve) => execFile('echo', resolve)),
    once(spawn('true', { stdio: 'ignore' }), 'close'),
  ]);
}

/** @param {any} module */
async function oneFork({ fork }) {
  const child = fork(ECHO);
  child.send('last');
  await once(child, 'close');
}

module.exports = {
  'two hundred at once': async ({ module }) => {
    const start = (_, index) => once(module.spawn('sh', ['-c', `echo ${index}; exit ${index % 7}`]), 'close');
    const ends = await Promise.all(Array.from({ length: CHILDREN }, start));
    return ends.map(([code]) => code);
  },

  'two hundred that are killed': async ({ module }) => {
    const start = () => module.spawn('sleep', ['600'], { stdio: 'ignore' });
    const all = Array.from({ length: CHILDREN }, start);
    const ends = Promise.all(all.map((child) => once(child, 'close')));
    for (const child of all) child.kill();
    return new Set((await ends).map(String)).size;
  },

  'thousands of messages, both ways': async ({ module }) => {
    const child = module.fork(ECHO);
    let sum = 0;
    child.on('message', (message) => {
      sum += message.number;
    });
    for (let number = 1; number <= MESSAGES; number++) child.send({ number });
    child.send({ number: 0, last: true });
    await once(child, 'close');
    return sum;
  },

  'a message of 4 MB': async ({ module }) => {
    const child = module.fork(ECHO, { serialization: 'advanced' });
    const told = once(child, 'message');
    child.send({ bytes: Buffer.alloc(1 << 22, 7), last: true });
    const [{ bytes }] = await told;
    await once(child, 'close');
    return [bytes.length, bytes.every((/** @type {number} */ byte) => byte === 7)];
  },

  'no fd, no child and no zombie is left': async ({ module }) => {
    await Promise.all([oneOfEach(module), oneFork(module)]);
    const before = openFds();
    for (let round = 0; round < ROUNDS; round++) await oneOfEach(module);
    for (let round = 0; round < FORKS; round++) await oneFork(module);
    return { fds: await until(() => openFds() <= before), children: await until(() => children() === 0) };
  },

  'a worker that ends before its children': async ({ path: modulePath }) => {
    const source = `
      const { spawn } = require(require('node:worker_threads').workerData);
      for (let count = 0; count < 10; count++) spawn('sh', ['-c', 'read line'], { stdio: ['pipe', 'ignore', 'ignore'] });
      process.exit(5);`;
    const worker = new Worker(source, { eval: true, workerData: modulePath });
    const [code] = await once(worker, 'exit');
    // The built-in leaves zombies: only what runs is compared.
    return [code, await until(() => children() === children('Z'))];
  },
};
