'use strict';
// The program that comes in by every door: it loads forkless, uses each family of its functions once, and tells what came of it.

const assert = require('node:assert');
const fs = require('node:fs');
const path = require('node:path');
const { run } = require('./run.js');

const BODY = `
async function main() {
  const isBuiltin = forkless.ChildProcess === builtin.ChildProcess;
  const told = { native: forkless.native, reason: forkless.reason, isBuiltin };
  const child = forkless.spawn('sh', ['-c', 'echo spawn; exit 3']);
  let text = '';
  child.stdout.on('data', (data) => (text += data));
  const [code] = await events.once(child, 'close');
  const { stdout } = await util.promisify(forkless.exec)('echo exec');
  const sync = String(forkless.execFileSync('echo', ['sync']));
  const forked = forkless.fork(process.env.DOOR_CHILD, { serialization: 'advanced' });
  const [message] = await events.once(forked, 'message');
  forked.disconnect();
  await events.once(forked, 'exit');
  return { ...told, did: [text, code, stdout, sync, message] };
}
main().then((value) => console.log(JSON.stringify(value)), (error) => {
  console.error(error);
  process.exitCode = 1;
});
`;

const REQUIRES = `
const builtin = require('node:child_process');
const events = require('node:events');
const util = require('node:util');
const forkless = require('forkless');
`;

const IMPORTS = `
import builtin from 'node:child_process';
import events from 'node:events';
import util from 'node:util';
import forkless from 'forkless';
`;

const DID = ['spawn\n', 3, 'exec\n', 'sync\n', ['message']];

/** The files of the program, in a folder. @param {string} folder */
function writePrograms(folder) {
  fs.mkdirSync(folder, { recursive: true });
  fs.writeFileSync(path.join(folder, 'required.cjs'), `${REQUIRES}${BODY}`);
  fs.writeFileSync(path.join(folder, 'imported.mjs'), `${IMPORTS}${BODY}`);
  fs.writeFileSync(path.join(folder, 'registering.mjs'), `import 'forkless/register';${IMPORTS}${BODY}`);
  // It stays until its parent disconnects: one that ends by itself may have done so by then.
  fs.writeFileSync(path.join(folder, 'child.cjs'), "process.on('message', () => {}).send(['message']);");
}

/**
 * What the program tells. It must end well, and all of its children must have done what they do with the built-in.
 * @param {string[]} command
 * @param {string} cwd that has child.cjs
 * @param {NodeJS.ProcessEnv} [env]
 */
async function told(command, cwd, env) {
  const [file, ...args] = command;
  const ended = await run(file, args, { cwd, env: { DOOR_CHILD: path.join(cwd, 'child.cjs'), ...env } });
  assert.strictEqual(ended.code, 0, ended.output);
  const { did, ...rest } = JSON.parse(ended.stdout);
  assert.deepStrictEqual(did, DID);
  return { ...rest, stderr: ended.stderr };
}

/** It runs on native code, and says nothing. @param {Parameters<typeof told>} args */
async function isNative(...args) {
  assert.deepStrictEqual(await told(...args), { native: true, isBuiltin: false, stderr: '' });
}

/** It runs on native code, in the built-in's place. @param {Parameters<typeof told>} args */
async function isRegistered(...args) {
  assert.deepStrictEqual(await told(...args), { native: true, isBuiltin: true, stderr: '' });
}

/**
 * It runs on the built-in, and knows why.
 * @param {RegExp} reason
 * @param {Parameters<typeof told>} args
 */
async function fallsBack(reason, ...args) {
  const { reason: given, stderr, ...rest } = await told(...args);
  assert.deepStrictEqual(rest, { native: false, isBuiltin: true });
  assert.match(given, reason);
  return stderr;
}

/**
 * Where native code is demanded it ends with the reason.
 * @param {RegExp} reason
 * @param {string[]} command
 * @param {string} cwd
 * @param {NodeJS.ProcessEnv} [env]
 */
async function refuses(reason, [file, ...args], cwd, env) {
  const ended = await run(file, args, { cwd, env: { ...env, FORKLESS_REQUIRE_NATIVE: '1' } });
  assert.strictEqual(ended.code, 1, ended.output);
  assert.match(ended.stderr.match(/^Reason: (.*)\.$/m)?.[1] ?? ended.output, reason);
}

module.exports = { fallsBack, isNative, isRegistered, refuses, told, writePrograms };
