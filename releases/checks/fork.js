'use strict';
// What fork() starts, by which arguments, and how long programs with a channel live.

const { pathToFileURL } = require('node:url');
const { inspect } = require('node:util');
const { next, talk, text } = require('../observe.js');
const { PEER } = require('../peers.js');
const { program } = require('../program.js');

/** @type {import('../probe.js').Checks} */
module.exports = {
  'ipc: a channel at another fd': async ({ module }) => {
    const child = module.spawn('sh', ['-c', 'echo $NODE_CHANNEL_FD; echo \'"sent"\' >&5'], {
      stdio: ['ignore', 'pipe', 'inherit', 'ignore', 'pipe', 'ipc'],
    });
    const shapes = child.stdio.map((/** @type {any} */ stream) => stream?.constructor.name);
    const message = next(child, 'message');
    const written = text(child.stdout);
    child.stdio[4].resume();
    return [await message, await written, shapes];
  },

  'ipc: forms of fork': async ({ module }) => {
    const forms = [
      [PEER, ['echo']],
      [pathToFileURL(PEER), ['echo']],
      [PEER, ['echo'], { silent: true }],
      [PEER, ['echo'], { stdio: 'pipe' }],
      [PEER, ['echo'], { stdio: ['pipe', 'ignore', 'inherit', 'ipc'] }],
      [PEER, ['echo'], { stdio: ['ipc', 'ignore', 'inherit'] }],
      [PEER, ['echo'], { execArgv: ['--title=named'], env: { ...process.env, A: '1' }, detached: true }],
    ];
    const results = [];
    for (const form of forms) {
      const child = module.fork(...form);
      const shapes = child.stdio.map((/** @type {any} */ stream) => stream?.constructor.name);
      child.stdio[1]?.resume();
      child.stdio[2]?.resume();
      const spawnargs = child.spawnargs.map((/** @type {any} */ arg) =>
        String(arg).replace(PEER, 'PEER').replace(process.execPath, 'NODE'),
      );
      const end = talk(child);
      child.send('end');
      results.push([spawnargs, shapes, await end]);
    }
    return inspect(results, { depth: 9 }).replaceAll(PEER, 'PEER');
  },

  'ipc: what execArgv a forked child has': (context) =>
    program(
      context,
      (load, report) => {
        const { fork: forkOf } = load();
        report(
          forkOf('-', [], { execPath: 'true' }).spawnargs.map((/** @type {string} */ arg) =>
            arg.length > 30 ? 'the script' : arg,
          ),
        );
        report(forkOf('-', { execPath: 'true', execArgv: [] }).spawnargs);
        report(forkOf('-', undefined, { execPath: 'true', execArgv: ['--inspect'] }).spawnargs);
        report(forkOf('-', null, { execPath: 'true', execArgv: null }).spawnargs.length);
      },
      { flags: ['--no-warnings', '--title=here'] },
    ),

  'ipc: programs that end, or wait, with a channel': async (context) => {
    const end = (/** @type {any} */ body) => program(context, body, { args: [PEER] });
    return [
      await end((/** @type {any} */ load, /** @type {any} */ report, /** @type {string} */ peer) => {
        const child = load().fork(peer, ['echo']);
        child.unref();
        child.channel.unref();
        child.on('exit', () => report('exit'));
        process.on('exit', () => report('ends'));
      }),
      await end((/** @type {any} */ load, /** @type {any} */ report, /** @type {string} */ peer) => {
        const child = load().fork(peer, ['echo']);
        child.unref();
        child.on('message', (/** @type {any} */ message) => {
          report(message);
          child.disconnect();
        });
        child.send('waits for the answer');
        process.on('exit', () => report('ends'));
      }),
      await end((/** @type {any} */ load, /** @type {any} */ report, /** @type {string} */ peer) => {
        const child = load().fork(peer, ['echo']);
        child.channel.unref();
        child.once('message', (/** @type {any} */ message) => report(message));
        child.on('exit', (/** @type {any} */ ...args) => report(args));
        child.send('end');
        process.on('exit', () => report('ends'));
      }),
    ];
  },
};
