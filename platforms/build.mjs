// The addon of a target, built by the Rust of the tools' root.

import { copyFileSync, existsSync, mkdirSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { root as checkout } from '../scripts/suites.mjs';
import { enter } from './enter.mjs';
import { kept } from './kept.mjs';
import { rootOf } from './roots.mjs';
import { addonOf, machineOf } from './targets.mjs';

/** @typedef {import('./targets.mjs').Target} Target */

/** Places in the root. */
const SOURCES = '/forkless';
const CARGO = '/cargo';
export const BUILT = '/built';

/** What cargo builds, kept beside the root that has this cargo. */
export const builtFolder = () => `${rootOf('tools')}-built`;

/** On a busy machine. */
const LIMIT = 1_800_000;

/** Where the addon of a target is, once it is built. @param {Target} target */
export const builtAddon = (target) => kept('addons', addonOf(target));

/**
 * @param {Target} target
 * @returns {Promise<string | undefined>} what cargo says, where it fails
 */
export async function build(target) {
  const { triple, linker } = target;
  const folders = { [kept('cargo')]: CARGO, [builtFolder()]: BUILT };
  for (const folder of [...Object.keys(folders), kept('addons')]) mkdirSync(folder, { recursive: true });
  rmSync(builtAddon(target), { force: true });
  const variable = triple.toUpperCase().replaceAll('-', '_');
  const env = {
    ...network(),
    CARGO_HOME: CARGO,
    CARGO_TARGET_DIR: BUILT,
    // What the configuration of this machine names may not be in the root.
    RUSTC_WRAPPER: '',
    [`CARGO_TARGET_${variable}_LINKER`]: linker,
    ...(target.libc === 'musl' && musl(target)),
  };
  const cargo = ['cargo', 'build', '--locked', '--release', '--lib', '--target', triple];
  // Debian has no standard library for musl.
  if (target.libc === 'musl') cargo.push('-Zbuild-std=std,panic_abort');
  const binds = { [checkout]: SOURCES, ...folders };
  const { status, output } = await enter(rootOf('tools'), cargo, { binds, env, cwd: SOURCES, limit: LIMIT });
  if (status !== '0') return `${cargo.join(' ')} ended with ${status}\n${output}`;
  copyFileSync(join(builtFolder(), triple, 'release/libforkless.so'), builtAddon(target));
  return undefined;
}

/** @param {Target} target */
const musl = (target) => ({
  // For -Zbuild-std in a stable Rust.
  RUSTC_BOOTSTRAP: '1',
  // The compiler is glibc's, its libraries are found after those of musl.
  RUSTFLAGS: `-Ctarget-feature=-crt-static -Clink-arg=-L/usr/lib/${machineOf(target)}-linux-musl`,
});

/** How cargo reaches the registry: as on this machine. What it needs for that is copied into its folder. */
function network() {
  const { env } = process;
  const names = Object.keys(env).filter((name) => /_proxy$/i.test(name) || /^CARGO_(HTTP|NET)_/.test(name));
  const taken = Object.fromEntries(names.map((name) => [name, env[name]]));
  const certificates = env.CARGO_HTTP_CAINFO ?? env.SSL_CERT_FILE;
  copyInto('config.toml', join(env.CARGO_HOME ?? join(homedir(), '.cargo'), 'config.toml'));
  copyInto('certificates.pem', certificates);
  return certificates ? { ...taken, CARGO_HTTP_CAINFO: `${CARGO}/certificates.pem` } : taken;
}

/** @param {string} name @param {string} [file] */
function copyInto(name, file) {
  rmSync(kept('cargo', name), { force: true });
  if (file && existsSync(file)) copyFileSync(file, kept('cargo', name));
}
