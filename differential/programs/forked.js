'use strict';
// What the scenarios of fork() run: does what its first argument says.
//
// It sends messages, says by an internal message that these were all, takes as
// many as it is told and sends each back, and comes to its end.

const { writeSync } = require('node:fs');
const { make } = require('../messages.js');

const plan = JSON.parse(process.argv[2]);
let left = plan.echoes;

/** @param {any} message @returns {Promise<void>} */
const sent = (message) =>
  new Promise((resolve) => {
    try {
      process.send(message, () => resolve());
    } catch {
      // No message with this serialization.
      resolve();
    }
  });

const ENDINGS = {
  exit: () => process.exit(plan.code),
  return: () => {
    process.exitCode = plan.code;
    process.removeAllListeners('message');
  },
  disconnect: () => {
    process.exitCode = plan.code;
    process.disconnect();
  },
  signal: () => process.kill(process.pid, 'SIGKILL'),
  wait: () => {},
};

process.on('disconnect', () => process.exit(plan.code));
if (plan.ending === 'disconnect' || plan.ending === 'return') process.removeAllListeners('disconnect');

const start = async () => {
  for (const { fd, text } of plan.prints) writeSync(fd, text);
  if (plan.report)
    await sent({ cwd: process.cwd(), flags: process.execArgv, A: process.env.A, args: process.argv.slice(3) });
  for (const one of plan.sends) sent(make(one));
  if (plan.abrupt) return end();
  // By then those before it are written too.
  await sent({ cmd: 'NODE_READ' });
  if (left === 0) end();
};

const end = () => ENDINGS[plan.ending]();

if (plan.echoes > 0 || plan.ending === 'wait') {
  process.on('message', async (message) => {
    await sent(message);
    if (--left === 0) end();
  });
}
start();
