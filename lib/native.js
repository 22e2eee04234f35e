'use strict';
// Loads the addon: the only file that requires native code.

const { existsSync } = require('node:fs');
const { createRequire } = require('node:module');
const { registered } = require('./builtin.js');

/** @typedef {typeof import('../binding.js')} Binding */

const { arch, env, platform, versions } = process;

/** This file is in lib/ or, bundled, in dist/. Not by node:path: its functions would have to be compiled for that. */
const PACKAGE = `${__dirname}/..`;

/** The runtimes that are no Node, though they look like one: each has a child_process of its own. */
const runtime = versions.bun ? 'Bun' : versions.deno ? 'Deno' : undefined;

/** Whether there is an addon for this machine. */
const isSupported = platform === 'linux' && (arch === 'x64' || arch === 'arm64');

/** @typedef {{ place: string, error: any }} Attempt */

/** What was tried, and how that failed. @type {Attempt[]} */
const attempts = [];

/** @type {Binding | undefined} */
const found = registered || runtime || !isSupported ? undefined : load();

/** Whether the addon is here and works. */
const available = found !== undefined;
const binding = /** @type {Binding} */ (found);
/** What is known about it, for who wants to tell why there is none. */
const search = { attempts, isSupported, runtime };

/** @returns {Binding | undefined} */
function load() {
  const path = env.NAPI_RS_NATIVE_LIBRARY_PATH;
  if (path) return attempt(path);
  // The other one does not load, as its C library is not there. On Alpine this file is; Debian may have it besides.
  const hasMusl = isThere(`/lib/ld-musl-${arch === 'x64' ? 'x86_64' : 'aarch64'}.so.1`);
  const targets = (hasMusl ? ['musl', 'gnu'] : ['gnu', 'musl']).map((libc) => `linux-${arch}-${libc}`);
  return first(targets.map(near), (file) => attempt(file)) ?? first(targets, byName);
}

/**
 * @template T
 * @param {(T | undefined)[]} list
 * @param {(item: T) => Binding | undefined} get
 * @returns {Binding | undefined}
 */
function first(list, get) {
  for (const item of list) {
    const one = item && get(item);
    if (one) return one;
  }
  return undefined;
}

/**
 * The addon's file, beside the package's in a checkout, else in a package of its own. That is where Node looks for it first, but by its
 * name it takes longer.
 * @param {string} target
 */
function near(target) {
  const places = ['', `/node_modules/forkless-${target}`, `/../forkless-${target}`];
  return places.map((place) => `${PACKAGE}${place}/forkless.${target}.node`).find(isThere);
}

/** The permission model forbids to ask for some. @param {string} file */
function isThere(file) {
  try {
    return existsSync(file);
  } catch {
    return false;
  }
}

/**
 * The addon's package as Node finds it from here; or, where this is part of a bundle, from the program.
 * @param {string} target
 */
function byName(target) {
  const name = `forkless-${target}`;
  return attempt(name) ?? (process.argv[1] ? attempt(name, process.argv[1]) : undefined);
}

/**
 * By a require() that no bundler looks into: none can pack what it loads.
 * @param {string} place a path or a package
 * @param {string} [from]
 * @returns {Binding | undefined}
 */
function attempt(place, from = __filename) {
  try {
    return createRequire(from)(place);
  } catch (error) {
    attempts.push({ place, error });
    return undefined;
  }
}

module.exports = { available, binding, search };
