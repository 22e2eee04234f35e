// Loads the addon: the only one that requires native code and the generated binding.

import { existsSync, readFileSync } from 'node:fs';

/** @typedef {typeof import('../binding.js')} Binding */

/** What the generated loader asks the environment for. */
const WISHES = ['NATIVE_LIBRARY_PATH', 'FORCE_WASI', 'WASI_FLAVOR', 'ENFORCE_VERSION_CHECK'];

/** @type {Binding | undefined} */
let found;
/** @type {unknown} */
let failure;

try {
  found = usual() ?? require('../binding.js');
} catch (error) {
  failure = error;
}

/** Whether the addon is here and works. */
export const available = found !== undefined;
export const binding = /** @type {Binding} */ (found);
/** Why it is not. */
export const cause = failure;

/**
 * The addon that the generated loader finds on Linux, without that loader: its 36 kB take as long to read and run
 * as the addon takes to load. Where nothing is found by this it has its turn, and says why there is nothing.
 * @returns {Binding | undefined}
 */
function usual() {
  const { platform, arch, env } = process;
  if (platform !== 'linux' || WISHES.some((name) => env[`NAPI_RS_${name}`])) return undefined;
  try {
    // As that loader tells them apart. Node's own report takes longer than all of this.
    const musl = readFileSync('/usr/bin/ldd', 'utf8').includes('musl');
    const target = `linux-${arch}-${musl ? 'musl' : 'gnu'}`;
    const name = `forkless-${target}`;
    // Beside this file in a checkout, else in a package. That is where Node looks for it first, but by its name it takes longer.
    const places = ['', `/node_modules/${name}`, `/../${name}`];
    return require(places.map((place) => `${__dirname}${place}/forkless.${target}.node`).find(existsSync) ?? name);
  } catch {
    return undefined;
  }
}
