'use strict';
// Puts forkless under programs that know nothing of it. Usually from outside:
//   node --require forkless/register app.js
// and here from inside, before or after the others are loaded:
//   node examples/register.js

const childProcess = require('node:child_process');
require('forkless/register');

/**
 * What a library like execa does: it takes `spawn` from the built-in, and knows no other.
 * @param {TemplateStringsArray} strings
 * @param {...unknown} values each stays one argument, whatever is in it
 * @returns {Promise<string>}
 */
async function $(strings, ...values) {
  const { spawn } = await import('node:child_process');
  const words = strings.flatMap((string, i) => [...string.split(' ').filter(Boolean), ...values.slice(i, i + 1)]);
  const [file, ...args] = words.map(String);
  const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const output = new Promise((resolve, reject) => {
    let text = '';
    child.stdout.setEncoding('utf8').on('data', (chunk) => {
      text += chunk;
    });
    child.on('error', reject);
    child.on('close', (code) => (code === 0 ? resolve(text.trim()) : reject(new Error(`${file}: exit code ${code}`))));
  });
  return /** @type {Promise<string>} */ (output);
}

async function main() {
  const forkless = require('forkless');
  console.log('the built-in exports our spawn:', childProcess.spawn === forkless.spawn, `(native: ${forkless.native})`);
  const name = 'a file with spaces';
  console.log(await $`echo one argument: ${name}`);
  console.log(await $`node --print process.version`);
  await $`ls no-such-file`.catch((error) => console.log(`rejected: ${error.message}`));
}

main();
