'use strict';
// The reason for forkless: what a start costs a program with much memory.

const { once } = require('node:events');
const os = require('node:os');

const CHUNK_MB = 64;
const MB = os.freemem() > 3 * 2 ** 30 ? 1024 : 128;
const STARTS = 5;

/** @type {Buffer[]} */
let alive = [];

exports.title = `How long one spawn() stops the event loop with ${MB} MB alive`;
exports.command = 'true';
exports.expected = { succeeded: STARTS };

/** @type {import('../stage.js').Step['run']} */
exports.run = async ({ spawn }, stage) => {
  if (alive.length === 0) alive = Array.from({ length: MB / CHUNK_MB }, () => Buffer.alloc(CHUNK_MB * 2 ** 20, 1));
  const times = [];
  let succeeded = 0;
  for (let i = 0; i < STARTS; i++) {
    const start = performance.now();
    const child = spawn('true');
    times.push(performance.now() - start);
    const [code] = await once(child, 'close');
    if (code === 0) succeeded++;
  }
  stage.setTime(times.sort((a, b) => a - b)[STARTS >> 1]);
  return { succeeded };
};

/** @type {import('../stage.js').Step['tell']} */
exports.tell = ({ succeeded }) => `the middle one of ${succeeded} starts, each with exit code 0`;
