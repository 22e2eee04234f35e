'use strict';
// How a child ends: by itself, by a signal, by kill(), a timeout or an abort.

const assert = require('node:assert');
const { describe, running, story } = require('./story.js');

/** @type {import('../starts.js').Cases} */
module.exports = {
  'a signal of its own': ({ module }) => story(module.spawn('sh', ['-c', 'kill -USR1 $$'])),

  kill: async ({ module }) => {
    const { child, end } = await running(module);
    return [child.kill(0), child.kill(), child.killed, await end, child.kill(), child.signalCode];
  },

  'kill by SIGKILL': async ({ module }) => {
    const { child, end } = await running(module);
    return [child.kill('SIGKILL'), await end];
  },

  'kill from outside': async ({ module }) => {
    const { child, end } = await running(module);
    assert(child.pid > 1);
    process.kill(child.pid, 'SIGHUP');
    return end;
  },

  'stopped, continued, ended': async ({ module }) => {
    const { child, end } = await running(module);
    return [child.kill('SIGSTOP'), child.kill('SIGCONT'), child.kill('SIGTERM'), await end];
  },

  timeout: ({ module }) =>
    story(module.spawn('sleep', ['30'], { stdio: 'ignore', timeout: 50, killSignal: 'SIGKILL' })),

  abort: async ({ module }) => {
    const controller = new AbortController();
    const { child, end } = await running(module, { signal: controller.signal });
    const failed = new Promise((resolve) => child.on('error', (error) => resolve(describe(error))));
    controller.abort();
    return [await failed, await end];
  },

  'aborted before': async ({ module }) => {
    const { events } = await story(module.spawn('sleep', ['30'], { stdio: 'ignore', signal: AbortSignal.abort() }));
    return events.map(([name]) => name);
  },
};
