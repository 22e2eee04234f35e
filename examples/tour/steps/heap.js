'use strict';

const assert = require('node:assert');
const { once } = require('node:events');
const os = require('node:os');

const CHUNK_MB = 64;
const MB = os.freemem() > 3 * 2 ** 30 ? 1024 : 128;
const STARTS = 5;

/** @type {Buffer[]} */
let alive = [];

exports.title = `How long one spawn() stops the event loop with ${MB} MB alive`;
exports.command = 'true';

/** @type {import('../stage.js').Step['run']} */
exports.run = async ({ spawn }, stage) => {
  if (alive.length === 0) alive = Array.from({ length: MB / CHUNK_MB }, () => Buffer.alloc(CHUNK_MB * 2 ** 20, 1));
  const times = [];
  const codes = [];
  for (let i = 0; i < STARTS; i++) {
    const start = performance.now();
    const child = spawn('true');
    times.push(performance.now() - start);
    const [code] = await once(child, 'close');
    codes.push(code);
  }
  stage.setTime(times.sort((a, b) => a - b)[STARTS >> 1]);
  assert(codes.every((code) => code === 0));
  return { starts: codes.length };
};

/** @type {import('../stage.js').Step['tell']} */
exports.tell = ({ starts }) => `the middle one of ${starts} starts, each with exit code 0`;
