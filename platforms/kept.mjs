// The folder in which roots, Nodes and builds are kept from one run to the next.

import { spawnSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readdirSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

const folder = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'forkless-platforms');

/** @param {string[]} names */
export const kept = (...names) => join(folder, ...names);

/**
 * Takes the folder for this process, until its end.
 * @returns {string | undefined} who else has it
 */
export function takeKept() {
  mkdirSync(folder, { recursive: true });
  const lock = kept('lock');
  for (;;) {
    try {
      const fd = openSync(lock, 'wx');
      writeSync(fd, String(process.pid));
      closeSync(fd);
      process.on('exit', () => rmSync(lock, { force: true }));
      return undefined;
    } catch {
      const owner = Number(readFileSync(lock, 'utf8'));
      if (isAlive(owner)) return `process ${owner} is at work in ${folder}`;
      rmSync(lock);
    }
  }
}

/** @param {number} pid */
function isAlive(pid) {
  try {
    return pid > 0 && process.kill(pid, 0);
  } catch {
    return false;
  }
}

/**
 * Removes what older versions of this program kept, and what a run left that was killed.
 * @param {string[]} names what stays
 */
export function removeOthers(names) {
  for (const name of readdirSync(folder)) {
    // Not beyond what is mounted there.
    if (!names.includes(name)) spawnSync('rm', ['--recursive', '--force', '--one-file-system', kept(name)]);
  }
}
