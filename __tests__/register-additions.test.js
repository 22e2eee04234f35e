'use strict';
// What forkless adds, in a whole program on forkless/register: through require, import and the promise forms.

const { linesOf } = require('./helpers/script.js');

/** A child that ignores SIGTERM, in the form that each function takes. */
const DEAF = `
  const deaf = 'trap "" TERM; echo ready; exec sleep 600';
  // It was not deaf yet where it ends by SIGTERM: it gets more time, and more again.
  const whenDeaf = async (start) => {
    for (let timeout = 50; ; timeout *= 4) {
      const end = await start({ timeout, forceKillAfterDelay: 20, stdio: ['ignore', 'pipe', 'ignore'] });
      if (end.signal !== 'SIGTERM' || timeout > 10_000) return end;
    }
  };`;

test('forceKillAfterDelay of every function', () => {
  const lines = linesOf(
    ['--require', 'forkless/register'],
    `const { exec, execFile, execFileSync, execSync, fork, spawn, spawnSync } = require('node:child_process');
     const { promisify } = require('node:util');
     ${DEAF}
     const show = async (name, start) => console.log(name, (await whenDeaf(start)).signal);
     const thrown = (call) => { try { return call(); } catch (error) { return error; } };
     const rejected = (promise) => promise.catch((error) => error);
     const forked = { execPath: 'sh', execArgv: [], stdio: ['ignore', 'pipe', 'ignore', 'ipc'] };
     (async () => {
       await show('spawn', (limits) => spawn('sh', ['-c', deaf], limits).exited);
       await show('exec', (limits) => rejected(promisify(exec)(deaf, limits)));
       await show('execFile', (limits) => rejected(promisify(execFile)('sh', ['-c', deaf], limits)));
       await show('fork', (limits) => fork('-c', [deaf], { ...limits, ...forked }).exited);
       await show('spawnSync', (limits) => spawnSync('sh', ['-c', deaf], limits));
       await show('execFileSync', (limits) => thrown(() => execFileSync('sh', ['-c', deaf], limits)));
       await show('execSync', (limits) => thrown(() => execSync(deaf, limits)));
     })();`,
  );
  const names = ['spawn', 'exec', 'execFile', 'fork', 'spawnSync', 'execFileSync', 'execSync'];
  expect(lines).toEqual(names.map((name) => `${name} SIGKILL`));
});

test('by import, for a library that knows nothing of forkless', () => {
  const lines = linesOf(
    ['--require', 'forkless/register', '--input-type=module'],
    `import { spawn } from 'node:child_process';
     const child = spawn('cat', [], { input: 'text', killDescendants: true });
     child.stdout.on('data', (data) => console.log(String(data)));
     const { code, reason } = await child.exited;
     console.log(code, reason, child.containment);`,
  );
  expect(lines).toEqual(['text', '0 undefined tree']);
});

test('without native code: what can be kept is, what cannot throws', () => {
  const lines = linesOf(
    ['--no-addons', '--require', 'forkless/register'],
    `const { spawn, spawnSync } = require('node:child_process');
     ${DEAF}
     const refused = (call) => { try { call(); } catch ({ code, feature }) { return code + ' ' + feature; } };
     console.log(refused(() => spawnSync('true', [], { forceKillAfterDelay: 5 })));
     console.log(refused(() => spawn('true', [], { dieWithParent: true })));
     whenDeaf((limits) => spawn('sh', ['-c', deaf], limits).exited)
       .then(({ signal, forced, reason }) => console.log(signal, forced, reason));`,
  );
  const code = 'ERR_FEATURE_UNAVAILABLE_ON_PLATFORM';
  expect(lines).toEqual([`${code} forceKillAfterDelay`, `${code} dieWithParent`, 'SIGKILL true timeout']);
});

test("execa's own options are execa's", () => {
  // As it hands them on: with its defaults among them.
  const lines = linesOf(
    ['--require', 'forkless/register'],
    `const { spawn, spawnSync } = require('node:child_process');
     const options = { stripFinalNewline: true, reject: true, forceKillAfterDelay: 5000, input: 'text', encoding: 'utf8' };
     const child = spawn('cat', [], options);
     child.stdin.end('its own');
     child.stdout.on('data', (data) => console.log(String(data)));
     child.on('close', () => console.log(spawnSync('cat', [], options).stdout));`,
  );
  expect(lines).toEqual(['its own', 'text']);
});

test('the rest of it, too', () => {
  const lines = linesOf(
    ['--require', 'forkless/register'],
    `const { exec, execFile, fork, spawn, spawnSync } = require('node:child_process');
     const dispose = Symbol.asyncDispose ?? Symbol.for('nodejs.asyncDispose');
     spawn('true', { cwd: '/no/such' }).on('error', async ({ cause }) => {
       console.log(cause.syscall, spawnSync('true', { cwd: '/no/such' }).error.cause.syscall);
       const deaf = () => spawn('sh', ['-c', 'trap "" TERM; exec cat'], { stdio: ['pipe', 'ignore', 'ignore'] });
       console.log((await deaf().stop()).code);
       const child = deaf();
       await child[dispose]();
       console.log(child.exitCode, typeof child.resourceUsage().userCPUTime);
       console.log(typeof spawnSync('true').resourceUsage.userCPUTime);
       const collected = (start) => new Promise((resolve) => start((error, stdout) => resolve(stdout)));
       console.log(await collected((callback) => exec('cat', { input: 'one' }, callback)));
       console.log(await collected((callback) => execFile('cat', [], { input: 'two' }, callback)));
       const options = { input: 'three', drainTimeout: 20, execPath: 'sh', execArgv: [] };
       const forked = fork('-c', ['sleep 600 & echo $!; exec cat'], { ...options, stdio: ['pipe', 'pipe', 'ignore', 'ipc'] });
       let text = '';
       forked.stdout.on('data', (data) => { text += data; });
       const { drained } = await forked.exited;
       process.kill(Number.parseInt(text, 10), 'SIGKILL');
       console.log(text.split('\\n')[1], drained);
     });`,
  );
  expect(lines).toEqual(['chdir chdir', '0', '0 number', 'number', 'one', 'two', 'three true']);
});
