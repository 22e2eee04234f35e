'use strict';
// A measuring process of forkless doctor: how long starts take on one module, with some memory alive. Prints JSON.

const { once } = require('node:events');

const [, , module_, megabytes, program, ...args] = process.argv;
const { execFile, spawn } = require(module_);

const BUFFER_MB = 64;
/** For each of the two. */
const MILLISECONDS = 60;
const AT_LEAST = 5;

/** @returns {() => number} says how many microseconds have passed since this call */
function stopwatch() {
  const start = process.hrtime.bigint();
  return () => Number(process.hrtime.bigint() - start) / 1000;
}

/** What the call itself takes: so long nothing else happens in this process. */
async function blocked() {
  const passed = stopwatch();
  const child = spawn(program, args, { stdio: 'ignore' });
  const time = passed();
  await once(child, 'close');
  return time;
}

/** @returns {Promise<number>} */
function executed() {
  return new Promise((resolve, reject) => {
    const passed = stopwatch();
    execFile(program, args, (/** @type {Error | null} */ error) => (error ? reject(error) : resolve(passed())));
  });
}

/** @param {() => Promise<number>} take */
async function collect(take) {
  // The first ones load what is needed.
  for (let i = 0; i < 2; i++) await take();
  const samples = [];
  const passed = stopwatch();
  while (samples.length < AT_LEAST || passed() < MILLISECONDS * 1000) samples.push(await take());
  return samples;
}

async function main() {
  // Filled, so that there are pages.
  const alive = Array.from({ length: Number(megabytes) / BUFFER_MB }, () => Buffer.alloc(BUFFER_MB * 2 ** 20, 1));
  const samples = { spawn: await collect(blocked), execFile: await collect(executed) };
  // Read at the end, so that the Buffers are alive until here.
  if (alive.every((buffer) => buffer[buffer.length - 1] === 1)) console.log(JSON.stringify(samples));
}

main();
