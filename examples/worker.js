'use strict';
// Work in a second Node process, with messages both ways. The same file is both sides.
//   node examples/worker.js

const { once } = require('node:events');
const { fork } = require('forkless');

/** @param {number} limit */
function countPrimes(limit) {
  const isComposite = new Uint8Array(limit);
  let count = 0;
  for (let n = 2; n < limit; n++) {
    if (isComposite[n]) continue;
    count++;
    for (let multiple = n * n; multiple < limit; multiple += n) isComposite[multiple] = 1;
  }
  return count;
}

async function main() {
  // `advanced` takes what structuredClone takes: Maps, typed arrays, BigInts, ...
  const worker = fork(__filename, ['work'], { serialization: 'advanced' });
  for (const limit of [1_000, 1_000_000, 10_000_000]) {
    worker.send(new Map([['limit', limit]]));
    const [answer] = await once(worker, 'message');
    console.log(`primes below ${limit.toLocaleString('en-US')}: ${answer.get('primes').toLocaleString('en-US')}`);
  }
  worker.disconnect();
  const [code] = await once(worker, 'exit');
  console.log(`the worker ended with exit code ${code}`);
}

if (process.argv[2] === 'work') {
  process.on('message', (/** @type {Map<string, number>} */ message) => {
    process.send?.(new Map([['primes', countPrimes(message.get('limit') ?? 0)]]));
  });
} else {
  main();
}
