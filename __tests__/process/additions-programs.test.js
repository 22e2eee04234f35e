'use strict';
// What forkless adds, in programs that end in the middle of it: by process.exit() in each callback, and in workers that
// are terminated.

const path = require('node:path');
const { forkless } = require('../helpers/modules.js');
const { reportsOf, runProgram } = require('../helpers/program.js');
const { ROOT } = require('../helpers/script.js');

const DEAF = "trap '' TERM; echo ready; exec sleep 5";

/** By what comes last: a program that exits with 5 in it. */
const CALLBACKS = {
  'of exec': ({ exec }) => exec('echo x', { drainTimeout: 20 }, () => process.exit(5)),
  'of exited': ({ spawn }) => spawn('true', { drainTimeout: 20 }).exited.then(() => process.exit(5)),
  'of stop()': ({ spawn }, deaf) => {
    const child = spawn('sh', ['-c', deaf], { stdio: ['ignore', 'pipe', 'ignore'] });
    child.stdout.once('data', () => child.stop({ grace: 20 }).then(() => process.exit(5)));
  },
  'of an abort': ({ spawn }, deaf) => {
    const controller = new AbortController();
    const child = spawn('sh', ['-c', deaf], { signal: controller.signal, forceKillAfterDelay: 20 });
    child.on('error', () => process.exit(5));
    child.stdout.once('data', () => controller.abort());
  },
  'of an input that fails': ({ spawn }) => {
    const input = (async function* () {
      yield 'x';
      throw new Error('no more');
    })();
    spawn('cat', { input }).on('error', () => process.exit(5));
  },
  'of an input': ({ spawn }) => {
    const input = (async function* () {
      yield 'x';
      process.exit(5);
    })();
    spawn('cat', { input });
  },
  'of a kept exit': ({ spawn }) =>
    spawn('sh', ['-c', 'sleep 5 & exit 0'], { killDescendants: 'exit' }).on('exit', () => process.exit(5)),
};

describe.each([
  ['with native code', {}],
  ['without', { flags: ['--no-addons'], env: { FORKLESS_REQUIRE_NATIVE: '' } }],
])('process.exit() in a callback, %s:', (name, options) => {
  const names = Object.keys(CALLBACKS).filter((callback) => name !== 'without' || !callback.includes('kept'));
  test.each(names)('%s', async (callback) => {
    const body = `(module, report, deaf) => (${CALLBACKS[callback]})(module, deaf)`;
    const { code, signal, stderr } = await runProgram(forkless, body, { args: [DEAF], ...options });
    expect({ code, signal, stderr }).toEqual({ code: 5, signal: null, stderr: '' });
  });
});

/** What a worker begins, and when it says so. */
const BEGINNINGS = {
  'drainTimeout, before the exit':
    "spawn('sh', ['-c', 'sleep 1 & echo x; exec sleep 1'], { drainTimeout: 1e6 }).stdout.once('data', say)",
  'drainTimeout, after the exit': "spawn('sh', ['-c', 'sleep 1 & exit'], { drainTimeout: 1e6 }).on('exit', say)",
  'an input that waits for its child': "spawn('sleep', ['1'], { input: Buffer.alloc(10 << 20) }).on('spawn', say)",
  'an input that waits for its source':
    "spawn('cat', { input: new (require('node:stream').PassThrough)() }).on('spawn', say)",
  'stop() in its wait':
    "spawn('sh', ['-c', 'echo x; exec sleep 1']).stdout.once('data', function () { say(); }), child.stop()",
  forceKillAfterDelay:
    "spawn('sh', ['-c', \"trap '' TERM; echo x; sleep 1\"], { forceKillAfterDelay: 50 }).stdout.once('data', () => { child.kill(); say(); })",
};

test.each(Object.entries(BEGINNINGS))('a worker is terminated: %s', async (_name, begin) => {
  const reports = await reportsOf(
    forkless,
    async ({ spawnSync }, report, place, begin) => {
      const fs = require('node:fs');
      const { Worker } = require('node:worker_threads');
      const sourceOf = (begin) => `const { parentPort } = require('node:worker_threads');
        const say = () => parentPort.postMessage('begun');
        let child;
        const spawn = (...args) => (child = require(${JSON.stringify(place)}).spawn(...args));
        ${begin};`;
      const run = async (begin) => {
        const worker = new Worker(sourceOf(begin), { eval: true });
        await new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject));
        await worker.terminate();
      };
      const fds = () => fs.readdirSync('/proc/self/fd').length;
      // Of all threads: a worker's have gone to another by then.
      const children = () =>
        fs.readdirSync('/proc/self/task').flatMap((thread) => {
          try {
            return fs.readFileSync(`/proc/self/task/${thread}/children`, 'utf8').split(' ').filter(Boolean);
          } catch {
            return [];
          }
        });
      const settle = async () => {
        while (children().length > 0) await new Promise((resolve) => setTimeout(resolve, 20));
      };
      // The thread that reaps for workers stays, and what it listens by.
      await run("spawn('sleep', ['0.5']).on('spawn', say)");
      spawnSync('true');
      await settle();
      // That thread closes what it has waited by a moment after the child is gone.
      const pause = () => new Promise((resolve) => setTimeout(resolve, 20));
      let before = fds();
      for (let tries = 0; tries < 10; tries++) {
        await pause();
        before = Math.min(before, fds());
      }
      for (let round = 0; round < 3; round++) await run(begin);
      await settle();
      for (let tries = 0; tries < 100 && fds() !== before; tries++) await pause();
      report([fds() - before, children()]);
    },
    { args: [path.join(ROOT, 'index.js'), begin] },
  );
  expect(reports).toEqual([[0, []]]);
});
