'use strict';
// Why there is no native code: what `reason` says, and the error where it must be there (FORKLESS_REQUIRE_NATIVE=1).

const { readdirSync } = require('node:fs');
const path = require('node:path');
const { root } = require('./place.js');

/**
 * @typedef {object} Search see native.js
 * @property {{ place: string, error: any }[]} attempts
 * @property {boolean} isInPackage or in somebody's bundle
 * @property {boolean} isSupported
 * @property {string | undefined} runtime
 */

/**
 * In one sentence, without a full stop.
 * @param {Search} search
 * @returns {string}
 */
function reasonOf({ attempts, isInPackage, isSupported, runtime }) {
  const { arch, platform } = process;
  if (runtime) return `${runtime} has a child_process of its own; forkless is for Node`;
  if (!isSupported) return `forkless has no native code for ${platform} ${arch}`;
  if (attempts.some(({ error }) => error?.code === 'ERR_DLOPEN_DISABLED')) {
    return isNoAddonsSet()
      ? 'Node was told not to load native code, by --no-addons'
      : 'the permission model does not let Node load native code: it takes --allow-addons';
  }
  const target = `linux-${arch}-${libcName() === 'musl' ? 'musl' : 'gnu'}`;
  // The addon of the other C library cannot load: its error is not the reason.
  const isRight = (/** @type {string} */ place) => place.includes(target) || !/linux-\w+-(gnu|musl)/.test(place);
  const broken = attempts.find(
    ({ error, place }) => (error?.code !== 'MODULE_NOT_FOUND' || place.startsWith('/')) && isRight(place),
  );
  if (broken) return `${broken.place} did not load: ${broken.error?.message ?? broken.error}`;
  const name = `forkless-${target}`;
  if (isInPackage) return missing(name);
  return `forkless is in a bundle, which cannot have native code in it: mark "forkless" as external (${name} was not found)`;
}

/** Node has the same code for this flag and for what permissions forbid. */
function isNoAddonsSet() {
  const { env, execArgv, permission } = /** @type {any} */ (process);
  return !permission || [...execArgv, ...(env.NODE_OPTIONS ?? '').split(/\s+/)].includes('--no-addons');
}

/** @param {string} name of the package that would be the right one */
function missing(name) {
  const there = ['node_modules', '..'].flatMap((place) => addonsIn(path.join(`${root}`, place)));
  const instead = there.length > 0 ? `, but ${there.join(' and ')}` : '';
  return `the package ${name} is not installed${instead}: ${libcName()} on ${process.platform} ${process.arch} needs it`;
}

/** The packages of addons in a folder. @param {string} folder */
function addonsIn(folder) {
  try {
    return readdirSync(folder).filter((name) => /^forkless-(darwin|freebsd|linux|win32)-/.test(name));
  } catch {
    return [];
  }
}

function libcName() {
  const { report } = process;
  return report && !(/** @type {any} */ (report.getReport()).header.glibcVersionRuntime) ? 'musl' : 'glibc';
}

/**
 * What is thrown where native code must be there.
 * @param {Search} search
 * @returns {Error}
 */
function unavailableError(search) {
  const { attempts } = search;
  const libc = process.platform === 'linux' ? ` (${libcName()})` : '';
  const tried = [...new Set(attempts.map(({ place }) => place))].join(', ') || 'nothing';
  return new Error(
    [
      `forkless: the native addon did not load on ${process.platform} ${process.arch}${libc}, Node ${process.version}.`,
      `Reason: ${reasonOf(search)}.`,
      `Tried: ${tried}.`,
      'What to do: install without --omit=optional, on the machine that runs it; with --permission also pass --allow-addons;',
      'do not pass --no-addons; mark "forkless" as external for a bundler; from a checkout run "npm run build".',
      'Without FORKLESS_REQUIRE_NATIVE=1 forkless falls back to node:child_process.',
    ].join('\n'),
    { cause: attempts[0]?.error },
  );
}

module.exports = { reasonOf, unavailableError };
