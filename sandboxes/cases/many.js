'use strict';
// Many children, much output, and another thread.

const { Worker } = require('node:worker_threads');
const { codeOf } = require('./story.js');

const MANY = 20;

/** @type {import('../starts.js').Cases} */
module.exports = {
  'twenty at once': ({ module }) =>
    Promise.all(Array.from({ length: MANY }, (_, index) => codeOf(module.spawn('sh', ['-c', `exit ${index}`])))),

  'twenty that wait for a word': async ({ module }) => {
    const start = () => module.spawn('cat', { stdio: ['pipe', 'ignore', 'ignore'] });
    const children = Array.from({ length: MANY }, start);
    const ends = Promise.all(children.map(codeOf));
    // The last comes first, so that none ends in the order of the starts.
    for (const child of children.reverse()) child.stdin.end('word');
    return ends;
  },

  'large output': async ({ module }) => {
    const child = module.spawn('head', ['-c', '700000', '/dev/zero']);
    let bytes = 0;
    child.stdout.on('data', (chunk) => {
      bytes += chunk.length;
    });
    return [await codeOf(child), bytes];
  },

  'large output, asked for in exit': async ({ module }) => {
    const child = module.spawn('head', ['-c', '60000', '/dev/zero']);
    let bytes = 0;
    child.on('exit', () => {
      child.stdout.on('data', (chunk) => {
        bytes += chunk.length;
      });
    });
    return [await codeOf(child), bytes];
  },

  'a worker': ({ path }) => {
    const source = `
      const { workerData, parentPort } = require('node:worker_threads');
      const { spawn, execFileSync } = require(workerData);
      const child = spawn('echo', ['from a worker']);
      let text = execFileSync('echo', ['sync'], { encoding: 'utf8' });
      child.stdout.on('data', (chunk) => { text += chunk; });
      child.on('close', (code) => parentPort.postMessage([code, text]));`;
    return new Promise((resolve, reject) => {
      let seen;
      const worker = new Worker(source, { eval: true, workerData: path });
      worker.on('message', (message) => {
        seen = message;
      });
      worker.on('error', reject).on('exit', (code) => resolve([code, seen]));
    });
  },
};
