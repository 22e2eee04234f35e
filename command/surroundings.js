'use strict';
// What forkless doctor finds where it runs: which forkless, whether it is native, what Node and the kernel have.

const { AsyncResource } = require('node:async_hooks');
const builtin = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { version } = require('../package.json');

/** Where register.js says which copy of forkless it has put there. */
const REGISTERED = Symbol.for('forkless.registered');

/**
 * @typedef {object} Surroundings
 * @property {string} version of this forkless
 * @property {string} path its folder
 * @property {boolean} native
 * @property {string | null} reason why it is not
 * @property {boolean} isExpected whether there is native code for this platform and runtime
 * @property {string | null} addon its file
 * @property {string} node
 * @property {string} platform
 * @property {string | null} libc
 * @property {string} kernel
 * @property {boolean | null} pidfd whether children are watched by pidfds; null where that is not known
 * @property {'shared' | 'copied' | 'refused' | null} vfork what a child has of our memory until it runs its program
 * @property {string | boolean} registered the path of the register.js that this environment loads
 * @property {boolean} isNamed whether NODE_OPTIONS has it by its name, which not every folder resolves
 */

/** @returns {Promise<Surroundings>} */
async function describe() {
  // To tell why it is not native is what this is for.
  delete process.env.FORKLESS_REQUIRE_NATIVE;
  const forkless = require('../index.js');
  const { arch, platform, versions } = process;
  return {
    version,
    path: path.dirname(require.resolve('../package.json')),
    native: forkless.native,
    reason: forkless.reason ?? null,
    isExpected: platform === 'linux' && ['x64', 'arm64'].includes(arch) && !versions.bun && !versions.deno,
    addon: addon()?.filename ?? null,
    node: process.version,
    platform: `${platform} ${arch}`,
    libc: libc(),
    kernel: `${os.type()} ${os.release()}`,
    ...(forkless.native ? await tryStart(forkless) : { pidfd: null, vfork: null }),
    registered: registered(),
    isNamed: /(^|[\s"=])forkless\/register/.test(process.env.NODE_OPTIONS ?? ''),
  };
}

/** The module of the native code, however it was found. @returns {NodeJS.Module | undefined} */
function addon() {
  return Object.values(require.cache).find((module) => typeof module?.exports?.sharesMemory === 'function');
}

/** @returns {string | null} */
function libc() {
  if (process.platform !== 'linux') return null;
  const { header } = /** @type {any} */ (process.report.getReport());
  return header.glibcVersionRuntime ? `glibc ${header.glibcVersionRuntime}` : 'musl';
}

/**
 * Learns what the kernel has by a child.
 * @param {typeof import('node:child_process')} forkless
 * @returns {Promise<Pick<Surroundings, 'pidfd' | 'vfork'>>}
 */
async function tryStart({ spawn }) {
  const child = spawn('cat', { stdio: ['pipe', 'ignore', 'ignore'] });
  const ended = new Promise((resolve) => child.once('close', resolve).once('error', resolve));
  // libuv's handle is none, which the built-in has.
  const isOurs = /** @type {any} */ (child)._handle instanceof AsyncResource;
  const pidfd = isOurs && child.pid ? hasPidfd(child.pid) : null;
  child.stdin?.end();
  await ended;
  if (!isOurs) return { pidfd, vfork: 'refused' };
  const sharesMemory = addon()?.exports.sharesMemory();
  return { pidfd, vfork: sharesMemory === undefined ? null : sharesMemory ? 'shared' : 'copied' };
}

/**
 * Whether this process has a pidfd of that one.
 * Source: pidfd_open(2), proc_pid_fdinfo(5)
 * @param {number} pid
 * @returns {boolean | null}
 */
function hasPidfd(pid) {
  const folder = '/proc/self/fdinfo';
  try {
    return fs.readdirSync(folder).some((fd) => describedFd(path.join(folder, fd)).includes(`\nPid:\t${pid}\n`));
  } catch {
    return null;
  }
}

/** @param {string} file */
function describedFd(file) {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch {
    // The fd that the folder was read by.
    return '';
  }
}

/** @returns {string | boolean} */
function registered() {
  const copy = /** @type {any} */ (builtin)[REGISTERED];
  if (!copy) return false;
  const index = Object.values(require.cache).find((module) => module?.exports === copy);
  return index ? path.join(path.dirname(index.filename), 'register.js') : true;
}

module.exports = { describe };
