'use strict';
// Loads the addon: the only file that requires native code.

const { existsSync } = require('node:fs');
const { registered } = require('./builtin.js');
const { root } = require('./place.js');

/** @typedef {typeof import('../binding.js')} Binding */

const { arch, env, platform, versions } = process;

// scripts/bundle.mjs puts it in.
const version = typeof PACKAGE_VERSION === 'string' ? PACKAGE_VERSION : require('../package.json').version;

/** The runtimes that are no Node, though they look like one: each has a child_process of its own. */
const runtime = versions.bun ? 'Bun' : versions.deno ? 'Deno' : undefined;

/** Whether there is an addon for this machine. */
const isSupported = platform === 'linux' && (arch === 'x64' || arch === 'arm64');

/** Whether this is no part of somebody's bundle. */
const isInPackage = root !== undefined && isThere(`${root}/register.d.ts`);

/** @typedef {{ place: string, error: any }} Attempt */

/** What was tried, and how that failed. @type {Attempt[]} */
const attempts = [];

/** @type {Binding | undefined} */
const found = registered?.native || runtime || !isSupported ? undefined : load();

/** Whether the addon is here and works. */
const available = found !== undefined;
const binding = /** @type {Binding} */ (found);
/** What unavailable.js needs to say why there is none. */
const search = { attempts, isInPackage, isSupported, runtime };

/** @returns {Binding | undefined} */
function load() {
  const path = env.NAPI_RS_NATIVE_LIBRARY_PATH;
  if (path) return attempt(path);
  // The addon of the other C library does not load. Alpine has this file; Debian may have it besides glibc.
  const hasMusl = isThere(`/lib/ld-musl-${arch === 'x64' ? 'x86_64' : 'aarch64'}.so.1`);
  const targets = (hasMusl ? ['musl', 'gnu'] : ['gnu', 'musl']).map((libc) => `linux-${arch}-${libc}`);
  // In somebody's bundle there is no file beside this one.
  if (!isInPackage) return first(targets, ofProgram);
  return first(targets.map(near), (file) => attempt(file)) ?? first(targets, (target) => attempt(`forkless-${target}`));
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
 * The addon's file: beside lib/ in a checkout, else in its package. Node would find it there by the package's name,
 * too, but that takes longer.
 * @param {string} target
 */
function near(target) {
  const places = ['', `/node_modules/forkless-${target}`, `/../forkless-${target}`];
  return places.map((place) => `${root}${place}/forkless.${target}.node`).find(isThere);
}

/**
 * The addon's package as Node finds it from a bundle or from the program that it is part of.
 * @param {string} target
 */
function ofProgram(target) {
  const program = process.argv[1];
  // Of a program that is read from stdin the name is '-'.
  const places = [root && `${__dirname}/index.js`, program?.startsWith('/') ? program : undefined];
  return first(places, (from) => inOwnVersion(`forkless-${target}`, from));
}

/**
 * What is installed there may be for another forkless than that in the bundle.
 * @param {string} name
 * @param {string} from
 */
function inOwnVersion(name, from) {
  const installed = attempt(`${name}/package.json`, from)?.version;
  if (installed === version) return attempt(name, from);
  const error = new Error(`it is ${installed}, and the bundle has forkless ${version}`);
  if (installed) attempts.push({ place: name, error });
  return undefined;
}

/**
 * Loads by a require() that bundlers do not see, for they cannot pack an addon. node:module is only asked where need
 * be: Node makes it ready for programs first, which takes a tenth of the time of this whole require().
 * @param {string} place a path or a package
 * @param {string} [from] a file of the program
 * @returns {any}
 */
function attempt(place, from) {
  try {
    // In somebody's bundle it is something else.
    const { createRequire } = /** @type {any} */ (typeof nodeModule === 'object' ? nodeModule : module).constructor;
    const make = createRequire ?? modules().createRequire;
    return make(from ?? `${root ?? ''}/index.js`)(place);
  } catch (error) {
    attempts.push({ place, error });
    return undefined;
  }
}

/** A function of its own: rollup keeps a require() in a `try` as it is, and an ES module has none. */
function modules() {
  return require('node:module');
}

/** The permission model may refuse the question. @param {string} file */
function isThere(file) {
  try {
    return existsSync(file);
  } catch {
    return false;
  }
}

module.exports = { available, binding, search };
