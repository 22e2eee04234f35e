// What runs on a platform: a copy of this checkout with the addon of that platform, and its dev dependencies where
// Jest is to run.

import { copyFileSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { run } from '../scripts/fetch.js';
import { root as checkout } from '../scripts/suites.mjs';
import { builtAddon } from './build.mjs';
import { kept } from './kept.mjs';
import { addonOf } from './targets.mjs';

/** @typedef {import('./targets.mjs').Target} Target */

/** Of the checkout's top folder: not copied. */
const ELSEWHERE = /^(\.git|node_modules|target|shared|.*\.node|.*\.tgz)$/;

/** Where the copy is on the platform. */
export const TREE = '/srv/forkless';

/** @param {Target} target */
export const treeName = ({ name }) => `tree-${name}`;

/**
 * @param {Target} target
 * @param {boolean} withJest
 * @returns {string} its folder
 */
export function layTree(target, withJest) {
  const folder = kept(treeName(target));
  mkdirSync(folder, { recursive: true });
  for (const name of readdirSync(folder)) {
    if (name !== 'node_modules') rmSync(join(folder, name), { recursive: true });
  }
  cpSync(checkout, folder, {
    recursive: true,
    filter: (path) => !ELSEWHERE.test(relative(checkout, path).split(sep)[0]),
  });
  copyFileSync(builtAddon(target), join(folder, addonOf(target)));
  if (withJest) install(folder, target);
  return folder;
}

/** @param {string} folder @param {Target} target */
function install(folder, { arch, libc }) {
  const installed = join(folder, 'node_modules/installed-by.json');
  const lock = join(folder, 'package-lock.json');
  if (existsSync(installed) && readFileSync(installed).equals(readFileSync(lock))) return;
  // Scripts would run here, on another platform; nothing needs them.
  const options = ['--no-save', '--include=dev', '--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=error'];
  run(
    'npm',
    ['install', ...options, '--os=linux', `--cpu=${arch}`, `--libc=${libc === 'gnu' ? 'glibc' : libc}`],
    folder,
  );
  copyFileSync(lock, installed);
}
