// The platforms that are built for and tested beside the one of this machine.

/**
 * @typedef {object} Target
 * @property {string} name
 * @property {string} triple of Rust
 * @property {'x64' | 'arm64'} arch as Node names it
 * @property {'gnu' | 'musl'} libc
 * @property {string} linker
 * @property {'chroot' | 'machine'} place where it runs: in the root it was built in, or in a machine of its own
 */

/** @type {Target[]} */
export const TARGETS = [
  {
    name: 'x64-musl',
    triple: 'x86_64-unknown-linux-musl',
    arch: 'x64',
    libc: 'musl',
    linker: 'x86_64-linux-gnu-gcc',
    place: 'chroot',
  },
  {
    name: 'arm64-gnu',
    triple: 'aarch64-unknown-linux-gnu',
    arch: 'arm64',
    libc: 'gnu',
    linker: 'aarch64-linux-gnu-gcc',
    place: 'machine',
  },
  {
    name: 'arm64-musl',
    triple: 'aarch64-unknown-linux-musl',
    arch: 'arm64',
    libc: 'musl',
    linker: 'aarch64-linux-gnu-gcc',
    place: 'machine',
  },
];

/** The first word of a triple: how Debian and musl name the architecture. @param {Target} target */
export const machineOf = ({ triple }) => triple.slice(0, triple.indexOf('-'));

/** The addon, as the generated loader names it. @param {Target} target */
export const addonOf = ({ name }) => `forkless.linux-${name}.node`;
