// Runs a command in a process group of its own, with a limit of time, and leaves nothing of it.

import { spawn } from 'node:child_process';
import { scratch } from '../scripts/suites.mjs';

/** After the command's end: time for what it wrote to come through a pipe that a stray child holds. */
const AFTERMATH = 2_000;

/** What runs now. @type {number | undefined} */
let group;
for (const signal of /** @type {const} */ (['SIGHUP', 'SIGINT', 'SIGTERM'])) {
  process.on(signal, () => {
    killGroup(group);
    process.exit(1);
  });
}

/**
 * @typedef {object} Ran
 * @property {string} stdout
 * @property {string} stderr
 * @property {string} end `0`, another exit code, a signal, or what is wrong
 * @property {number} time milliseconds
 *
 * @param {string[]} command
 * @param {{ limit: number, env?: NodeJS.ProcessEnv }} options
 * @returns {Promise<Ran>}
 */
export async function run([file, ...args], { limit, env }) {
  const began = Date.now();
  const child = spawn(file, args, {
    // What it leaves when it is killed goes with the rest.
    cwd: scratch,
    detached: true,
    env: { ...process.env, FORKLESS_REQUIRE_NATIVE: '1', TMPDIR: scratch, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  group = child.pid;
  const stdout = collect(child.stdout);
  const stderr = collect(child.stderr);
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    killGroup(child.pid);
  }, limit);
  const end = await new Promise((resolve) => {
    child.on('error', ({ message }) => resolve(message));
    child.on('exit', (code, signal) => resolve(String(code ?? signal)));
  });
  clearTimeout(timer);
  const time = Date.now() - began;
  killGroup(child.pid);
  group = undefined;
  await closed(child);
  return { stdout: stdout(), stderr: stderr(), end: late ? `killed after ${limit / 1000} s` : end, time };
}

/** @param {import('node:stream').Readable} stream */
function collect(stream) {
  let text = '';
  stream.setEncoding('utf8').on('data', (chunk) => {
    text += chunk;
  });
  return () => text;
}

/** @param {number | undefined} pid */
function killGroup(pid) {
  try {
    if (pid) process.kill(-pid, 'SIGKILL');
  } catch {
    // Nobody is left in it.
  }
}

/** @param {import('node:child_process').ChildProcessByStdio<null, any, any>} child */
async function closed({ stdout, stderr }) {
  const streams = [stdout, stderr].filter((stream) => !stream.closed);
  const timer = setTimeout(() => {
    for (const stream of streams) stream.destroy();
  }, AFTERMATH);
  await Promise.all(streams.map((stream) => new Promise((resolve) => stream.on('close', resolve))));
  clearTimeout(timer);
}
