'use strict';
// Reads a program's output line by line while it still runs.
//   node examples/streaming.js

const { once } = require('node:events');
const { createInterface } = require('node:readline');
const { spawn } = require('forkless');

const SCRIPT = 'for task in fetch build test; do echo "$task"; sleep 0.3; done';

async function main() {
  const start = Date.now();
  const child = spawn('sh', ['-c', SCRIPT], { stdio: ['ignore', 'pipe', 'inherit'] });
  const closed = once(child, 'close');
  for await (const line of createInterface({ input: child.stdout })) {
    console.log(`after ${Date.now() - start} ms: ${line}`);
  }
  const [code] = await closed;
  console.log(`after ${Date.now() - start} ms: exit code ${code}`);
}

main();
