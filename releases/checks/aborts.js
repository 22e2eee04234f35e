'use strict';
// What ends a child from here: AbortSignals and timeouts, and what is left of them.

const { getEventListeners } = require('node:events');
const { promisify } = require('node:util');
const { closed, describe, eventsOf, next } = require('../observe.js');
const { fork } = require('../peers.js');
const { program } = require('../program.js');

/** A child that runs until it is killed. */
const LASTING = ['sleep', ['100']];

/** Whether a timer is left that holds the loop, besides those of the probe. @param {number} before */
const timersSince = (before) => timers() - before;
const timers = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
const turn = () => new Promise((resolve) => setImmediate(resolve));

/** @param {AbortSignal} signal */
const listenersOf = (signal) => getEventListeners(signal, 'abort').length;

/** @type {import('../probe.js').Checks} */
module.exports = {
  'aborts: the error of an aborted child': async ({ module }) => {
    const controller = new AbortController();
    const child = module.spawn(...LASTING, { signal: controller.signal });
    const events = eventsOf(child);
    await next(child, 'spawn');
    controller.abort();
    return { events: await events, listeners: listenersOf(controller.signal) };
  },

  'aborts: with a reason, and another signal to kill by': async ({ module }) => {
    const results = [];
    for (const reason of [new RangeError('enough'), 'enough', 5, null]) {
      const controller = new AbortController();
      const child = module.spawn(...LASTING, { signal: controller.signal, killSignal: 'SIGKILL' });
      const events = eventsOf(child);
      await next(child, 'spawn');
      controller.abort(reason);
      results.push(await events);
    }
    return results;
  },

  'aborts: before the start': async ({ module }) => {
    const signal = AbortSignal.abort();
    return [
      await eventsOf(module.spawn(...LASTING, { signal })),
      await eventsOf(fork(module, 'echo', { signal })),
      await eventsOf(module.spawn('/nowhere/none', { signal })),
    ];
  },

  'aborts: after the end': async ({ module }) => {
    const controller = new AbortController();
    const child = module.spawn('true', { signal: controller.signal });
    const during = listenersOf(controller.signal);
    const events = await eventsOf(child);
    const after = listenersOf(controller.signal);
    controller.abort();
    return { during, events, after };
  },

  'aborts: the listener that a failed start leaves': async ({ module }) => {
    const controller = new AbortController();
    const child = module.spawn('/nowhere/none', { signal: controller.signal });
    const events = await eventsOf(child);
    return { events, listeners: listenersOf(controller.signal) };
  },

  'aborts: exec and execFile': async ({ module: { exec, execFile } }) => {
    const ways = [
      (/** @type {any} */ options) => promisify(exec)('exec sleep 100', options),
      (/** @type {any} */ options) => promisify(execFile)('sleep', ['100'], options),
    ];
    const results = [];
    for (const run of ways) {
      const controller = new AbortController();
      const early = run({ signal: controller.signal });
      const told = early.catch(describe);
      await next(early.child, 'spawn');
      controller.abort();
      results.push(await told, await run({ signal: AbortSignal.abort() }).catch(describe));
      if (early.child.signalCode === null) await next(early.child, 'exit');
      results.push([early.child.killed, early.child.signalCode]);
    }
    return results;
  },

  'timeouts: of spawn, exec, execFile and fork': async ({ module: { exec, execFile, fork: forkOf, spawn } }) => {
    const told = (/** @type {any} */ run) =>
      new Promise((resolve) =>
        run((/** @type {any} */ error, /** @type {any[]} */ ...output) => resolve([describe(error), ...output])),
      );
    return [
      await eventsOf(spawn(...LASTING, { timeout: 5 })),
      await eventsOf(spawn(...LASTING, { timeout: 5, killSignal: 'SIGINT' })),
      await eventsOf(forkOf('100', [], { execPath: 'sleep', execArgv: [], timeout: 5, killSignal: 9 })),
      await told((/** @type {any} */ done) => exec('exec sleep 100', { timeout: 5 }, done)),
      await told((/** @type {any} */ done) => execFile(...LASTING, { timeout: 5, killSignal: 'SIGKILL' }, done)),
    ];
  },

  'timeouts: what is left of one after a failed start': async ({ module }) => {
    const before = timers();
    const child = module.spawn('/nowhere/none', { timeout: 100_000 });
    const during = timersSince(before);
    child.on('error', () => {});
    await closed(child);
    await turn();
    return { during, after: timersSince(before) };
  },

  'timeouts: what is left of one while a grandchild holds the pipes': async ({ module }) => {
    const before = timers();
    const child = module.spawn('sh', ['-c', 'sleep 100 & echo $!; read line'], { timeout: 100_000 });
    const [pid] = await next(child.stdout, 'data');
    child.stdin.end();
    await next(child, 'exit');
    await turn();
    const afterExit = timersSince(before);
    process.kill(Number(pid));
    await closed(child);
    await turn();
    return { afterExit, afterClose: timersSince(before) };
  },

  'timeouts: a program with one whose start failed': (context) =>
    program(context, (load, report) => {
      const child = load().spawn('/nowhere/none', { timeout: 10_000 });
      child.on('error', (/** @type {any} */ { code }) => report(code));
      child.on('close', () => {
        const timer = setTimeout(() => {
          report('it stays alive');
          process.exit();
        }, 50);
        // Told only where something else still holds the loop.
        timer.unref();
      });
    }),

  'timeouts: of execFile, after a failed start': async ({ module }) => {
    const before = timers();
    const told = await new Promise((resolve) =>
      module.execFile('/nowhere/none', { timeout: 100_000 }, (/** @type {any[]} */ ...args) =>
        resolve(args.map(describe)),
      ),
    );
    await turn();
    return [told, timersSince(before)];
  },
};
