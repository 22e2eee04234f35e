'use strict';
// The `timeout` option.

const { once } = require('node:events');

exports.title = 'A timeout';
exports.command = 'sleep 60 with { timeout: 50 }';
exports.expected = { code: null, signal: 'SIGTERM' };

/** @type {import('../stage.js').Step['run']} */
exports.run = async ({ spawn }) => {
  const sleep = spawn('sleep', ['60'], { timeout: 50 });
  const [code, signal] = await once(sleep, 'close');
  return { code, signal };
};

/** @type {import('../stage.js').Step['tell']} */
exports.tell = ({ signal }) => `ended by ${signal}`;
