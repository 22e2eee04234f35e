'use strict';
// ls | sort -r | gzip, in both ways: joined by the kernel, where no byte passes through
// this process, and joined by streams, where a step of ours can stand in between.
//   node examples/pipeline.js

const { createGzip, gunzipSync } = require('node:zlib');
const { buffer } = require('node:stream/consumers');
const { pipeline } = require('node:stream/promises');
const { spawn } = require('forkless');

async function main() {
  // A child's stdout is another's stdin.
  const list = spawn('ls', [__dirname], { stdio: ['ignore', 'pipe', 'inherit'] });
  const sort = spawn('sort', ['-r'], { stdio: [list.stdout, 'pipe', 'inherit'] });
  const gzip = spawn('gzip', { stdio: [sort.stdout, 'pipe', 'inherit'] });
  const byKernel = await buffer(gzip.stdout);

  // The same by streams, with Node's own gzip at the end.
  const listed = spawn('ls', [__dirname], { stdio: ['ignore', 'pipe', 'inherit'] });
  const sorted = spawn('sort', ['-r'], { stdio: ['pipe', 'pipe', 'inherit'] });
  const packed = createGzip();
  const [byStreams] = await Promise.all([
    buffer(packed),
    pipeline(listed.stdout, sorted.stdin),
    pipeline(sorted.stdout, packed),
  ]);

  console.log(`${gunzipSync(byKernel)}`);
  console.log(`Both ways gave the same: ${gunzipSync(byKernel).equals(gunzipSync(byStreams))}`);
}

main();
