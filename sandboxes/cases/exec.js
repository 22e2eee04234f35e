'use strict';
// exec and execFile: output collected, and what cuts it short.

const { promisify } = require('node:util');
const { describe } = require('./story.js');

/** Calls exec or execFile; gives the three arguments of its callback. */
const called = (start, ...args) =>
  new Promise((resolve) => {
    start(...args, (error, stdout, stderr) => resolve([error && describe(error), stdout, stderr]));
  });

/** @type {import('../starts.js').Cases} */
module.exports = {
  exec: ({ module }) => called(module.exec, 'echo out; echo err >&2'),

  'exec of what fails': ({ module }) => called(module.exec, 'echo before; exit 5'),

  execFile: ({ module }) => called(module.execFile, 'echo', ['one', 'two']),

  'execFile, promised': ({ module }) => promisify(module.execFile)('echo', ['promised']),

  'execFile with input': ({ module }) =>
    new Promise((resolve) => {
      const child = module.execFile('cat', (error, stdout) => resolve([error, stdout]));
      child.stdin.end('fed');
    }),

  'execFile of a missing program': ({ module }) => called(module.execFile, 'forkless-no-such-program'),

  'execFile with a timeout': ({ module }) => called(module.execFile, 'sleep', ['30'], { timeout: 50 }),

  'execFile that is aborted': ({ module }) => {
    const controller = new AbortController();
    return new Promise((resolve) => {
      const child = module.execFile('cat', { signal: controller.signal }, (error, stdout) =>
        resolve([describe(error), stdout]),
      );
      child.stdin.on('error', () => {}).write('up');
      child.stdout.on('data', () => controller.abort());
    });
  },

  'execFile past maxBuffer': ({ module }) => called(module.execFile, 'seq', ['20000'], { maxBuffer: 64 }),

  'execFile as Buffers': async ({ module }) => {
    const [error, stdout] = await called(module.execFile, 'head', ['-c', '700000', '/dev/zero'], {
      encoding: 'buffer',
    });
    return [error, stdout.length, stdout.every((byte) => byte === 0)];
  },
};
