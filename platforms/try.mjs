// One platform: the tests on it, in a root or a machine.

import { mkdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { root as checkout } from '../scripts/suites.mjs';
import { BUILT, builtFolder } from './build.mjs';
import { enter } from './enter.mjs';
import { kept } from './kept.mjs';
import { quoted, runMachine } from './machine.mjs';
import { fetchNode } from './node.mjs';
import { rootOf } from './roots.mjs';
import { machineOf } from './targets.mjs';
import { layTree, TREE } from './tree.mjs';

/**
 * @typedef {import('./targets.mjs').Target} Target
 * @typedef {import('./node.mjs').Node} Node
 */

/** A chroot is as fast as this machine; the other is emulated. */
const LIMITS = { chroot: 900_000, machine: 1_800_000 };
/** With Jest. */
const LONG_LIMITS = { chroot: 3_600_000, machine: 5_400_000 };

/** For the fixtures of tests. */
const RUSTC = join(checkout, 'platforms/inside/rustc');

/** Where there is no other user database. */
const USERS = {
  '/etc/passwd': 'root:x:0:0:root:/root:/bin/bash\nnobody:x:65534:65534:nobody:/nonexistent:/bin/false\n',
  '/etc/group': 'root:x:0:\nnogroup:x:65534:\n',
  '/etc/hosts': '127.0.0.1 localhost\n',
};

/**
 * @param {Target} target
 * @param {string[]} [files] that Jest runs there, none for all of them; no Jest without
 */
export async function tryTarget(target, files) {
  const node = fetchNode(target);
  const folders = { [node.folder]: node.place, [layTree(target, files !== undefined)]: TREE };
  const jest = files ? ['--jest', ...files] : [];
  const command = ['node', 'platforms/inside/run.mjs', target.name, ...jest];
  const limit = (files ? LONG_LIMITS : LIMITS)[target.place];
  const log = kept(`${target.name}.log`);
  const system = target.libc === 'musl' ? ofMusl(target, node) : {};
  const PATH = `${node.path}:/usr/local/bin:/usr/sbin:/usr/bin:/bin`;
  if (target.place === 'chroot') {
    const env = { PATH, CI: process.env.CI };
    const binds = { ...folders, ...placed(target, system), [builtFolder()]: BUILT, [RUSTC]: '/usr/local/bin/rustc' };
    return enter(rootOf('tools'), command, { binds, env, cwd: TREE, limit, log });
  }
  return runMachine({
    folders,
    files: { ...USERS, ...system },
    command: `export PATH=${PATH}; cd ${TREE} && ${quoted(command)}`,
    limit,
    log,
  });
}

/**
 * What makes a root of Debian's look like one of musl's. Its C library is one of two there: Node's is found beside
 * musl's, and ldd is what programs ask which it is.
 * @param {Target} target
 * @param {Node} node
 */
function ofMusl(target, { libraries }) {
  const machine = machineOf(target);
  return {
    '/usr/bin/ldd': `#!/bin/sh\nexec /lib/ld-musl-${machine}.so.1 --list -- "$@"\n`,
    [`/etc/ld-musl-${machine}.path`]: `/usr/lib/${machine}-linux-musl\n${libraries}\n`,
  };
}

/**
 * Files that take the place of the root's own while it is used.
 * @param {Target} target
 * @param {Record<string, string>} files
 * @returns {Record<string, string>} as binds
 */
function placed({ name }, files) {
  const folder = kept(`system-${name}`);
  mkdirSync(folder, { recursive: true });
  return Object.fromEntries(
    Object.entries(files).map(([place, text]) => {
      const file = join(folder, basename(place));
      writeFileSync(file, text, { mode: 0o755 });
      return [file, place];
    }),
  );
}
