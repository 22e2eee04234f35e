'use strict';
// Why there is no native code: what `reason` says, and the error where it must be there (FORKLESS_REQUIRE_NATIVE=1).

const { existsSync, readdirSync } = require('node:fs');
const path = require('node:path');

/**
 * @typedef {object} Search see native.js
 * @property {{ place: string, error: any }[]} attempts
 * @property {boolean} isSupported
 * @property {string | undefined} runtime
 */

/**
 * In one sentence, without a full stop.
 * @param {Search} search
 * @returns {string}
 */
function reasonOf({ attempts, isSupported, runtime }) {
  const { arch, platform } = process;
  if (runtime) return `${runtime} has a child_process of its own; forkless is for Node`;
  if (!isSupported) return `forkless has no native code for ${platform} ${arch}`;
  if (attempts.some(({ error }) => error?.code === 'ERR_DLOPEN_DISABLED')) {
    // Node says so of both.
    return /** @type {any} */ (process).permission
      ? 'the permission model does not let Node load native code: it takes --allow-addons'
      : 'Node was told not to load native code, by --no-addons';
  }
  const broken = attempts.find(({ error }) => error?.code !== 'MODULE_NOT_FOUND');
  if (broken) return `${broken.place} did not load: ${broken.error?.message ?? broken.error}`;
  return missing(`forkless-linux-${arch}-${libcName() === 'musl' ? 'musl' : 'gnu'}`);
}

/** @param {string} name of the package that would be the right one */
function missing(name) {
  if (!isInPackage())
    return `forkless is in a bundle, which cannot have native code in it: mark "forkless" as external (${name} was not found)`;
  const there = ['../node_modules', '../..'].flatMap(addonsIn);
  const instead = there.length > 0 ? `, but ${there.join(' and ')}` : '';
  return `the package ${name} is not installed${instead}: ${libcName()} on ${process.platform} ${process.arch} needs it`;
}

/** A bundle has nothing of the package beside it. */
function isInPackage() {
  try {
    return existsSync(path.join(__dirname, '../register.js'));
  } catch {
    return true;
  }
}

/** The packages of addons in a folder beside this file. @param {string} folder */
function addonsIn(folder) {
  try {
    return readdirSync(path.join(__dirname, folder)).filter((name) =>
      /^forkless-(darwin|freebsd|linux|win32)-/.test(name),
    );
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
