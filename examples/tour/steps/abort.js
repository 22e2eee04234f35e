'use strict';
// The `signal` option.

const { once } = require('node:events');

exports.title = 'An abort';
exports.command = 'sleep 60 with { signal }, then controller.abort()';
exports.expected = { name: 'AbortError', code: 'ABORT_ERR', signal: 'SIGTERM' };

/** @type {import('../stage.js').Step['run']} */
exports.run = async ({ spawn }) => {
  const controller = new AbortController();
  const sleep = spawn('sleep', ['60'], { signal: controller.signal });
  await once(sleep, 'spawn');
  const failed = once(sleep, 'error');
  // Not by events.once(), which the 'error' would reject.
  const closed = new Promise((resolve) => sleep.once('close', (_code, signal) => resolve(signal)));
  controller.abort();
  const [error] = await failed;
  return { name: error.name, code: error.code, signal: await closed };
};

/** @type {import('../stage.js').Step['tell']} */
exports.tell = ({ name, code, signal }) => `${name} (${code}), and the child ended by ${signal}`;
