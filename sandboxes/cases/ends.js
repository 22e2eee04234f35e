'use strict';
// How a child ends: by itself, by a signal, by kill(), a timeout or an abort.

const assert = require('node:assert');
const { codeOf, story } = require('./story.js');

const sleep = ({ module }, options) => module.spawn('sleep', ['30'], { stdio: 'ignore', ...options });

/** @type {import('../starts.js').Cases} */
module.exports = {
  'a signal of its own': ({ module }) => story(module.spawn('sh', ['-c', 'kill -USR1 $$'])),

  kill: async (context) => {
    const child = sleep(context);
    const end = story(child);
    return [child.kill(0), child.kill(), child.killed, await end, child.kill(), child.signalCode];
  },

  'kill by SIGKILL': async (context) => {
    const child = sleep(context);
    const end = codeOf(child);
    return [child.kill('SIGKILL'), await end];
  },

  'kill from outside': async (context) => {
    const child = sleep(context);
    const end = codeOf(child);
    assert(child.pid > 1);
    process.kill(child.pid, 'SIGHUP');
    return end;
  },

  'stopped, continued, ended': async (context) => {
    const child = sleep(context);
    const end = codeOf(child);
    return [child.kill('SIGSTOP'), child.kill('SIGCONT'), child.kill('SIGTERM'), await end];
  },

  timeout: (context) => story(sleep(context, { timeout: 20, killSignal: 'SIGKILL' })),

  abort: (context) => {
    const controller = new AbortController();
    const end = story(sleep(context, { signal: controller.signal }));
    setImmediate(() => controller.abort());
    return end;
  },

  'aborted before': (context) => story(sleep(context, { signal: AbortSignal.abort() })),
};
