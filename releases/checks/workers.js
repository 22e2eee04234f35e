'use strict';
// Children of worker threads.

const { PEER } = require('../peers.js');
const { program } = require('../program.js');

/**
 * Runs a body in a worker; what it posts is reported.
 * @param {any} context
 * @param {(load: () => any, post: (value: any) => void, peer: string) => void} body
 * @param {any} [options] of the worker
 */
const inWorker = (context, body, options = {}) =>
  program(
    context,
    `(load, report, name, peer, options) => {
      const { SHARE_ENV, Worker } = require('worker_threads');
      const source = "const { parentPort } = require('worker_threads'); const load = () => require(" + JSON.stringify(name) + ");"
        + "const post = (value) => parentPort.postMessage(value); (" + ${JSON.stringify(String(body))} + ")(load, post, " + JSON.stringify(peer) + ")";
      if (options.env === 'shared') options.env = SHARE_ENV;
      const worker = new Worker(source, { eval: true, ...options });
      worker.on('message', report);
      worker.on('error', ({ code, message }) => report(['error', code, message]));
      worker.on('exit', (code) => report(['exit', code]));
    }`,
    { args: [context.name, PEER, options], env: { MARK: 'original' } },
  );

/** All functions once. */
const everyFunction = async (/** @type {any} */ load, /** @type {any} */ post, /** @type {string} */ peer) => {
  const { exec, execFileSync, execSync, fork, spawn, spawnSync } = load();
  const child = spawn('sh', ['-c', 'echo "$MARK"; exit 3']);
  child.stdout.on('data', (/** @type {any} */ data) => post(String(data)));
  post(await new Promise((resolve) => child.on('close', (/** @type {any[]} */ ...end) => resolve(end))));
  post(await new Promise((resolve) => exec('echo exec', (/** @type {any[]} */ ...args) => resolve(args))));
  post([
    spawnSync('echo', ['a'], { encoding: 'utf8' }).stdout,
    String(execSync('echo b')),
    String(execFileSync('echo', ['c'])),
  ]);
  const forked = fork(peer, ['echo'], { execArgv: [] });
  forked.on('message', (/** @type {any} */ message) => post(message));
  forked.send('end');
  forked.on('close', (/** @type {any[]} */ ...end) => post(end));
};

const SAY = 'echo "$MARK|$OWN|$INHERITED"';

/** @type {import('../probe.js').Checks} */
module.exports = {
  'workers: every function': (context) => inWorker(context, everyFunction),

  'workers: process.env of their own, changed': (context) =>
    inWorker(context, (load, post) => {
      process.env.OWN = 'changed';
      delete process.env.MARK;
      const { execFileSync, execSync, spawn } = load();
      post([
        String(execSync('echo "$MARK|$OWN|$INHERITED"')),
        String(execFileSync('sh', ['-c', 'echo "$MARK|$OWN|$INHERITED"'], { env: process.env })),
      ]);
      spawn('sh', ['-c', 'echo "$MARK|$OWN|$INHERITED"']).stdout.on('data', (/** @type {any} */ data) =>
        post(String(data)),
      );
    }),

  'workers: process.env replaced': (context) =>
    inWorker(context, (load, post) => {
      const { execSync, spawn } = load();
      process.env = /** @type {any} */ ({ PATH: process.env.PATH, OWN: 'replaced', __proto__: { INHERITED: 'yes' } });
      post(String(execSync('echo "$MARK|$OWN|$INHERITED"')));
      spawn('sh', ['-c', 'echo "$MARK|$OWN|$INHERITED"']).stdout.on('data', (/** @type {any} */ data) =>
        post(String(data)),
      );
    }),

  'workers: process.env replaced before the module is loaded': (context) =>
    inWorker(context, (load, post) => {
      process.env = /** @type {any} */ ({ PATH: process.env.PATH, OWN: 'replaced', __proto__: { INHERITED: 'yes' } });
      post(String(load().execSync('echo "$MARK|$OWN|$INHERITED"')));
    }),

  'workers: with an environment that is given': async (context) => {
    const say = (/** @type {any} */ load, /** @type {any} */ post) =>
      post(String(load().execSync('echo "$MARK|$OWN|$INHERITED"')));
    const env = { PATH: process.env.PATH, OWN: 'given' };
    return [SAY, await inWorker(context, say, { env }), await inWorker(context, say, { env: 'shared' })];
  },

  'workers: one that ends while its child runs': (context) =>
    inWorker(context, (load, post) => {
      const child = load().spawn('cat');
      child.on('spawn', () => {
        post(typeof child.pid);
        process.exit(4);
      });
    }),

  'workers: errors': (context) =>
    inWorker(context, (load, post) => {
      const { spawn } = load();
      try {
        spawn('true', { cwd: 5 });
      } catch (error) {
        post([/** @type {any} */ (error).code, /** @type {any} */ (error).message]);
      }
      spawn('/nowhere/none').on('error', (/** @type {any} */ { code, message }) => post([code, message]));
    }),
};
