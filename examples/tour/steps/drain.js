'use strict';
// `drainTimeout`, which the built-in passes over: it waits for whoever holds the child's streams.

const assert = require('node:assert');
const { once } = require('node:events');

exports.title = 'A child that leaves a sleeper behind';
exports.command = "sh -c 'sleep 2 & echo hi' with { drainTimeout: 100 }";
exports.expected = { stdout: 'hi\n', code: 0, signal: null };

/** @type {import('../stage.js').Step['run']} */
exports.run = async ({ spawn }) => {
  const child = spawn('sh', ['-c', 'sleep 2 & echo hi'], { drainTimeout: 100 });
  let stdout = '';
  child.stdout.setEncoding('utf8').on('data', (chunk) => {
    stdout += chunk;
  });
  const [code, signal] = await once(child, 'close');
  // The built-in's has none: it has waited for the sleeper.
  const exited = await child.exited;
  if (exited) assert.strictEqual(exited.drained, true);
  return { stdout, code, signal };
};

/** @type {import('../stage.js').Step['tell']} */
exports.tell = ({ stdout }) => `stdout ${JSON.stringify(stdout)}; forkless alone knows drainTimeout`;
