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
/** What is known about it, for who wants to tell why there is none. */
const search = { attempts, isInPackage, isSupported, runtime };

/** @returns {Binding | undefined} */
function load() {
  const path = env.NAPI_RS_NATIVE_LIBRARY_PATH;
  if (path) return attempt(path);
  // The other one does not load, as its C library is not there. On Alpine this file is; Debian may have it besides.
  const hasMusl = isThere(`/lib/ld-musl-${arch === 'x64' ? 'x86_64' : 'aarch64'}.so.1`);
  const targets = (hasMusl ? ['musl', 'gnu'] : ['gnu', 'musl']).map((libc) => `linux-${arch}-${libc}`);
  // Beside somebody's bundle, which this may be a part of, there is none.
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
 * The addon's file, beside this one in a checkout, else in a package. That is where Node looks for it first, but by its
 * name it takes longer.
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
 * By a require() that no bundler looks into: none can pack what it loads. Not by node:module where that can be helped:
 * Node would first have to make it ready for programs, a tenth of the time that require() takes.
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

/** Not above: rollup leaves what stands in a `try` to a require() that an ES module does not have. */
function modules() {
  return require('node:module');
}

/** The permission model forbids to ask for some. @param {string} file */
function isThere(file) {
  try {
    return existsSync(file);
  } catch {
    return false;
  }
}

module.exports = { available, binding, search };
