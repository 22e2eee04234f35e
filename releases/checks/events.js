'use strict';
// Events, their order, and what diagnostics channels tell.

const diagnosticsChannel = require('node:diagnostics_channel');
const { closed, describe, next, record, story } = require('../observe.js');
const { fork } = require('../peers.js');

/** What is published on some channels during a call and until its child has ended. */
async function published(/** @type {string[]} */ channels, /** @type {() => any} */ call) {
  /** @type {any[]} */
  const log = [];
  const listeners = channels.map((name) => {
    const short = name.split(':').pop();
    const listener = (/** @type {any} */ { process: child, error, options }) =>
      log.push([short, Object.keys(child), typeof child.pid, error && describe(error), options && detailsOf(options)]);
    diagnosticsChannel.subscribe(name, listener);
    return /** @type {const} */ ([name, listener]);
  });
  try {
    const child = call();
    log.push('returned');
    child?.on('error', () => log.push('error'));
    if (child) await closed(child);
  } catch (error) {
    log.push(['thrown', describe(error)]);
  } finally {
    for (const [name, listener] of listeners) diagnosticsChannel.unsubscribe(name, listener);
  }
  return log;
}

/** @param {any} options */
function detailsOf({ file, args, stdio, envPairs, cwd, detached, serialization, ...others }) {
  // A pipe's handle is one of the differences: see the check of its own.
  const entries = Array.isArray(stdio) ? stdio.map(({ handle, ...entry }) => entry) : stdio;
  return [file, args, entries, Array.isArray(envPairs), cwd, detached, serialization, Object.keys(others)];
}

const TRACED = ['start', 'end', 'error', 'asyncStart', 'asyncEnd'].map((step) => `tracing:child_process.spawn:${step}`);

/** @type {import('../probe.js').Checks} */
module.exports = {
  'events: those of a child': async ({ module }) => {
    /** @type {string[]} */
    const log = [];
    const child = module.spawn('sh', ['-c', 'exit 3'], { stdio: 'ignore' });
    record(child, 'child', log);
    await closed(child);
    return log;
  },

  'events: those of its streams': async ({ module }) => {
    const child = module.spawn('sh', ['-c', 'read line; echo $line; echo error >&2; exec 2>&-; read line']);
    const logs = ['stdin', 'stdout', 'stderr'].map((name) => {
      /** @type {string[]} */
      const log = [];
      record(child[name], name, log);
      return log;
    });
    child.stderr.on('data', () => {}).on('end', () => child.stdin.end());
    child.stdout.on('data', () => {});
    child.stdin.write('line\n');
    await closed(child);
    return logs;
  },

  'events: those of streams that nobody reads': async ({ module }) => {
    const child = module.spawn('sh', ['-c', 'echo out; echo error >&2']);
    const logs = ['stdout', 'stderr'].map((name) => {
      /** @type {string[]} */
      const log = [];
      record(child[name], name, log);
      return log;
    });
    await closed(child);
    // How much has come before the exit, which lets the rest flow away, is another each time.
    return logs.map((log) => log.filter((event) => / (end|close|error)$/.test(event)));
  },

  'events: when a start is told': async ({ module }) => {
    /** @type {string[]} */
    const log = [];
    process.nextTick(() => log.push('tick before'));
    Promise.resolve().then(() => log.push('promise before'));
    const child = module.spawn('cat');
    child.on('spawn', () => log.push('spawn'));
    process.nextTick(() => log.push('tick'));
    Promise.resolve().then(() => log.push('promise'));
    await new Promise((resolve) => setImmediate(resolve));
    child.stdin.end();
    await closed(child);
    return log;
  },

  'events: when a failed start is told': async ({ module }) => {
    /** @type {string[]} */
    const log = [];
    process.nextTick(() => log.push('tick before'));
    const child = module.spawn('/nowhere/none');
    child.on('error', () => log.push('error'));
    child.on('close', () => log.push('close'));
    child.on('spawn', () => log.push('spawn'));
    child.on('exit', () => log.push('exit'));
    process.nextTick(() => log.push('tick'));
    Promise.resolve().then(() => log.push('promise'));
    await new Promise((resolve) => setImmediate(resolve));
    if (!log.includes('close')) await closed(child);
    return log;
  },

  'events: those of a failed start and its streams': async ({ module }) => {
    const child = module.spawn('/nowhere/none');
    const logs = [child, child.stdin, child.stdout, child.stderr].map((emitter) => {
      /** @type {string[]} */
      const log = [];
      record(emitter, '', log);
      return log;
    });
    child.on('error', () => {});
    await closed(child);
    const { pid, exitCode, signalCode, killed } = child;
    return [logs, pid, exitCode, signalCode, killed, child.kill(), child.kill(0)];
  },

  'events: the ends of children': async ({ module }) => {
    const scripts = ['exit 0', 'exit 255', 'kill -9 $$', 'kill -TERM $$', 'kill -USR1 $$', 'kill -40 $$; exit 3'];
    const stories = [];
    for (const script of scripts) stories.push(await story(module.spawn('sh', ['-c', script])));
    return stories;
  },

  'events: exit comes before the immediates of its turn, close last': async ({ module }) => {
    /** @type {string[]} */
    const log = [];
    const child = module.spawn('true', { stdio: 'ignore' });
    child.on('exit', () => {
      log.push('exit');
      process.nextTick(() => log.push('tick'));
      Promise.resolve().then(() => log.push('promise'));
      setImmediate(() => log.push('immediate'));
    });
    child.on('close', () => log.push('close'));
    await next(child, 'close');
    await new Promise((resolve) => setImmediate(resolve));
    return log;
  },

  'events: callbacks of execFile among those of its child': async ({ module }) => {
    /** @type {string[]} */
    const log = [];
    const run = (/** @type {string} */ file) =>
      new Promise((resolve) => {
        const child = module.execFile(file, ['x'], (/** @type {any} */ error) => {
          log.push(`callback ${error?.code}`);
          resolve(log);
        });
        for (const event of ['spawn', 'error', 'exit', 'close']) child.on(event, () => log.push(event));
      });
    await run('echo');
    await run('/nowhere/none');
    await new Promise((resolve) => setTimeout(resolve, 20));
    return log;
  },

  'diagnostics: child_process': async ({ module }) => [
    await published(['child_process'], () => module.spawn('true')),
    await published(['child_process'], () => module.execFile('true')),
    await published(['child_process'], () => module.fork('-', { execPath: 'true', execArgv: [] })),
    await published(['child_process'], () => module.spawn('/nowhere/none')),
    await published(['child_process'], () => void module.spawnSync('true')),
    await published(['child_process'], () => void new module.ChildProcess()),
    await published(['child_process'], () => module.spawn('true', { cwd: 5 })),
  ],

  'diagnostics: child_process.spawn tracing': async ({ module }) => [
    await published(TRACED, () => module.spawn('true', ['a'], { stdio: ['pipe', 'ignore', 'inherit', 1] })),
    await published(TRACED, () => module.spawn('/nowhere/none')),
    await published(TRACED, () => module.spawn('true', { cwd: '/dev/null' })),
    await published(TRACED, () => module.execFile('true')),
    await published(TRACED, () => module.fork('-', { execPath: 'true', execArgv: [], cwd: '/' })),
    await published(TRACED, () => void module.spawnSync('true')),
  ],

  'diagnostics: handles of pipes in what tracing tells': async ({ module }) => {
    /** @type {any[]} */
    const kinds = [];
    const name = 'tracing:child_process.spawn:start';
    const listener = (/** @type {any} */ { options }) =>
      kinds.push(...options.stdio.map((/** @type {any} */ { type, handle }) => [type, typeof handle]));
    diagnosticsChannel.subscribe(name, listener);
    const child = module.spawn('true', { stdio: ['pipe', 'overlapped', 'ignore'] });
    diagnosticsChannel.unsubscribe(name, listener);
    await closed(child);
    return kinds;
  },

  "events: the control's 'unref'": async ({ module }) => {
    const child = fork(module, 'echo');
    /** @type {string[]} */
    const log = [];
    child.channel.on('unref', () => log.push('unref'));
    const mark = (/** @type {string} */ step) => log.push(step);
    child.channel.refCounted();
    child.channel.refCounted();
    child.channel.unrefCounted();
    mark('one is left');
    child.channel.unrefCounted();
    mark('none is left');
    child.channel.ref();
    child.channel.refCounted();
    child.channel.unrefCounted();
    mark('it was decided');
    child.send('end');
    await closed(child);
    return log;
  },
};
