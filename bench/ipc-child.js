'use strict';
// The plain Node child at the other end of the IPC workloads.

const assert = require('node:assert');
const { once } = require('node:events');
const path = require('node:path');

/**
 * @param {typeof import('node:child_process').fork} fork the one under test
 * @param {string} name a file of children/
 * @param {'json' | 'advanced'} serialization
 */
async function startChild(fork, name, serialization) {
  const child = fork(path.join(__dirname, 'children', name), [], { serialization });
  const [ready] = await once(child, 'message');
  assert.strictEqual(ready, 'ready');
  return child;
}

/** @param {import('node:child_process').ChildProcess} child */
async function endChild(child) {
  child.disconnect();
  const [code, signal] = await once(child, 'exit');
  assert.deepStrictEqual({ code, signal }, { code: 0, signal: null });
}

/**
 * Sends one message and waits for one. Not by events.once(), whose cost would count.
 * @param {import('node:child_process').ChildProcess} child
 * @param {any} message
 * @returns {Promise<any>}
 */
function ask(child, message) {
  return new Promise((resolve) => {
    child.once('message', resolve);
    child.send(message);
  });
}

module.exports = { ask, endChild, startChild };
