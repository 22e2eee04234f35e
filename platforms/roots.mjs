// Two roots of Debian's packages, made by mmdebstrap: `tools` builds for all platforms and is where x64-musl runs;
// `arm64` is what the arm64 machine boots.

import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, readdirSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { provide } from '../sandboxes/debian.mjs';
import { make } from '../scripts/fetch.js';
import { kept } from './kept.mjs';

/**
 * @typedef {object} Root
 * @property {string} variant of mmdebstrap
 * @property {string} architectures
 * @property {string[]} packages
 */

/** @typedef {'tools' | 'arm64'} RootName */

/** @type {Record<RootName, Root>} */
const ROOTS = {
  tools: {
    variant: 'apt',
    architectures: 'amd64,arm64',
    packages: [
      ...['bash', 'ca-certificates', 'cpio', 'git', 'mount', 'procps', 'qemu-system-arm', 'util-linux'],
      ...['cargo', 'rustc', 'rust-src', 'libstd-rust-dev:arm64'],
      ...['gcc', 'libc6-dev', 'gcc-aarch64-linux-gnu', 'libc6-dev:arm64', 'musl-dev', 'musl-dev:arm64'],
    ],
  },
  arm64: {
    // Nothing here can run the packages' scripts.
    variant: 'extract',
    architectures: 'arm64',
    packages: [
      ...['bash', 'busybox', 'coreutils', 'dash', 'diffutils', 'findutils', 'grep', 'gzip', 'procps', 'sed', 'tar'],
      ...['base-files', 'libc-bin', 'libc6', 'libstdc++6', 'musl', 'util-linux', 'linux-image-cloud-arm64'],
    ],
  },
};

/** The first that can be had is taken. testing breaks less often; older ones have a musl that today's Node crashes with. */
const RELEASES = ['testing', 'sid'];

/** Not needed, and a third of the size. */
const LEFT_OUT = ['doc', 'info', 'locale', 'man'].map((name) => `path-exclude=/usr/share/${name}/*`);

/** @param {RootName} name */
export const rootOf = (name) => {
  const recipe = createHash('sha256').update(JSON.stringify([ROOTS[name], RELEASES, LEFT_OUT]));
  return kept(`${name}-${recipe.digest('hex').slice(0, 8)}`);
};

/** The names of the folders that the roots have. */
export const rootNames = () => [rootOf('tools'), rootOf('arm64')].map((folder) => basename(folder));

/** @returns {string | undefined} why no roots can be made here */
export function whyNoRoots() {
  if (process.arch !== 'x64') return `the roots are made on x64, and this is ${process.arch}`;
  if (process.getuid?.() !== 0) return "only root can make roots of Debian's packages";
  return undefined;
}

/** Makes the roots that are not there. @returns {string | undefined} why they cannot be had */
export function makeRoots() {
  try {
    for (const name of /** @type {const} */ (['tools', 'arm64'])) {
      if (existsSync(rootOf(name))) continue;
      const missing = provide('mmdebstrap');
      if (missing) return missing;
      const mirror = archive();
      make(rootOf(name), (folder) => fill(folder, ROOTS[name], mirror));
    }
  } catch (error) {
    return `the archive does not give the roots: ${error instanceof Error ? error.message : error}`;
  }
  refresh(rootOf('tools'));
  return undefined;
}

/** @param {string} folder @param {Root} root @param {string} mirror */
function fill(folder, { variant, architectures, packages }, mirror) {
  let report = '';
  for (const release of RELEASES) {
    console.error(`> mmdebstrap ${release}, ${architectures}`);
    const { status, error, stderr } = spawnSync(
      'unshare',
      [
        // What it mounts in the root goes with it, however it ends.
        ...['--mount', 'mmdebstrap', '--mode=root', `--variant=${variant}`, `--architectures=${architectures}`],
        // A mirror that is a picture of one day is as good.
        ...['--aptopt=Acquire::Check-Valid-Until "false"', '--aptopt=APT::Install-Recommends "false"'],
        ...[...LEFT_OUT.map((option) => `--dpkgopt=${option}`), `--include=${packages.join(',')}`],
        ...[release, folder, mirror],
      ],
      { encoding: 'utf8', maxBuffer: 1 << 26 },
    );
    if (status === 0) return;
    report = error?.message ?? lastLines(stderr);
    // What it has begun.
    for (const name of readdirSync(folder)) rmSync(join(folder, name), { recursive: true, force: true });
  }
  rmSync(folder, { recursive: true });
  throw new Error(report);
}

/** Where apt has Debian's packages from on this machine. */
function archive() {
  const format = ['--format', '$(REPO_URI)', 'Created-By: Packages', 'Origin: Debian', 'Label: Debian'];
  const ask = () => spawnSync('apt-get', ['indextargets', ...format], { encoding: 'utf8' }).stdout.split('\n')[0];
  const known = ask();
  if (known) return known;
  // It knows whose packages they are once it has their lists.
  spawnSync('apt-get', ['--quiet', 'update'], { stdio: 'ignore' });
  const address = ask();
  if (!address) throw new Error("apt-get indextargets names no source of Debian's packages");
  return address;
}

/** Names are looked up as on this machine. @param {string} root */
function refresh(root) {
  for (const file of ['/etc/resolv.conf', '/etc/hosts']) copyFileSync(file, join(root, file));
}

/** @param {string} text */
const lastLines = (text) => text.trim().split('\n').slice(-5).join('\n');
