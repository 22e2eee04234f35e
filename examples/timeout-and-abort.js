'use strict';
// Commands that must not run too long, or not any longer than somebody wants them.
//   node examples/timeout-and-abort.js

const { promisify } = require('node:util');
const forkless = require('forkless');

const exec = promisify(forkless.exec);

async function main() {
  const { stdout } = await exec('echo "done in time"', { timeout: 5000 });
  console.log('success:', stdout.trim());

  await exec('echo "half the work"; exec sleep 60', { timeout: 200 }).catch((error) => {
    // What it had printed until then is there.
    console.log('timeout:', { killed: error.killed, signal: error.signal, stdout: error.stdout });
  });

  const controller = new AbortController();
  setTimeout(() => controller.abort(new Error('the user closed the window')), 100);
  await exec('exec sleep 60', { signal: controller.signal }).catch((error) => {
    console.log('abort:', { name: error.name, code: error.code, cause: error.cause?.message });
  });
}

main();
