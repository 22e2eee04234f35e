// The tools that sandboxes need, from Debian's packages: installed when they are missing.

import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** @param {string} command */
function isInPath(command) {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, command), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

let updated = false;

/**
 * Sees to it that a command is there.
 * @param {string} command
 * @param {string} [name] of its package
 * @returns {string | undefined} why it cannot be; undefined when it is there
 */
export function provide(command, name = command) {
  if (isInPath(command)) return undefined;
  if (!existsSync('/etc/debian_version') || !isInPath('apt-get')) return `no ${command}, and this is not Debian`;
  if (process.getuid?.() !== 0) return `no ${command}, and only root can install it`;
  if (!updated) apt('update');
  updated = true;
  apt('install', '--yes', '--no-install-recommends', name);
  return isInPath(command) ? undefined : `the package ${name} has no ${command}`;
}

/** @param {string[]} args */
function apt(...args) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const { status, stdout, stderr } = spawnSync('apt-get', ['--quiet', ...args], { env, encoding: 'utf8' });
  if (status !== 0) throw new Error(`apt-get ${args.join(' ')} ended with ${status}\n${stdout}${stderr}`);
}
