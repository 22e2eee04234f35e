'use strict';
// child.kill() with a signal that nobody can catch.

const { once } = require('node:events');

exports.title = 'A kill';
exports.command = "sleep 60, then child.kill('SIGKILL')";
exports.expected = { sent: true, code: null, signal: 'SIGKILL', killed: true };

/** @type {import('../stage.js').Step['run']} */
exports.run = async ({ spawn }) => {
  const sleep = spawn('sleep', ['60']);
  await once(sleep, 'spawn');
  const sent = sleep.kill('SIGKILL');
  const [code, signal] = await once(sleep, 'close');
  return { sent, code, signal, killed: sleep.killed };
};

/** @type {import('../stage.js').Step['tell']} */
exports.tell = ({ code, signal, killed }) => `ended by ${signal}, code ${code}, killed ${killed}`;
