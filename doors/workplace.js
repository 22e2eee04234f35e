'use strict';
// Where the doors are tried: a folder outside of this tree, gone afterwards. All five packages are released into a registry on a
// loopback port, by the script that the release workflow runs, and installed from it.

const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { fetchPackages } = require('../scripts/fetch.js');
const { writePrograms } = require('./programs.js');
const { startRegistry } = require('./registry.js');
const { must, run } = require('./run.js');

const ROOT = path.join(__dirname, '..');

/** Whose release this is. */
const REPOSITORY = 'owner/forkless';
const HOME = `https://github.com/${REPOSITORY}`;

/** The addon that is built here, and what its package is called. */
const ADDON = fs.readdirSync(ROOT).find((name) => name.endsWith('.node')) ?? '';
const PLATFORM = ADDON.split('.')[1];
const PACKAGE = `forkless-${PLATFORM}`;
const PLATFORMS = fs.readdirSync(path.join(ROOT, 'npm'));

/** @typedef {Awaited<ReturnType<typeof openWorkplace>>} Workplace */

async function openWorkplace() {
  const folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'forkless-doors-')));
  const registry = await startRegistry(HOME);
  const at = (/** @type {string[]} */ ...names) => path.join(folder, ...names);
  /** Of package managers that are to ask the loopback registry. */
  const env = {
    npm_config_registry: `${registry.url}/`,
    [`npm_config_${registry.url.slice(5)}/:_authToken`]: 'nobody',
    npm_config_cache: at('npm-cache'),
    npm_config_loglevel: 'error',
    npm_config_audit: 'false',
    npm_config_fund: 'false',
  };
  makeAddons(at('artifacts'));
  return {
    folder,
    at,
    registry,
    env,
    /** The release, where the workflow would run it. @param {string[]} args @param {NodeJS.ProcessEnv} [more] */
    release: (args, more) =>
      run(process.execPath, [path.join(ROOT, 'scripts/release.mjs'), ...args], {
        cwd: folder,
        env: { ...env, GITHUB_REPOSITORY: REPOSITORY, ...more },
      }),
    /** @param {string} name @param {string[]} [args] of npm install */
    install: (name, args = []) => install(at(name), args, env),
    /** One that several doors use. */
    installed: once(() => install(at('installed'), [], env)),
    close() {
      registry.close();
      fs.rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** @template T @param {() => T} make @returns {() => T} */
function once(make) {
  /** @type {{ made: T } | undefined} */
  let known;
  return () => {
    known ??= { made: make() };
    return known.made;
  };
}

/** What the build jobs leave behind. Those of the platforms that are not built here are stand-ins. @param {string} folder */
function makeAddons(folder) {
  for (const platform of PLATFORMS) {
    const file = path.join(folder, `addon-${platform}`, `forkless.${platform}.node`);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    if (platform === PLATFORM) fs.copyFileSync(path.join(ROOT, ADDON), file);
    else fs.writeFileSync(file, `stands in for the addon of ${platform}\n`);
  }
}

/**
 * A program's folder with forkless from the registry.
 * @param {string} folder
 * @param {string[]} args
 * @param {NodeJS.ProcessEnv} env
 */
async function install(folder, args, env) {
  fs.mkdirSync(folder, { recursive: true });
  fs.writeFileSync(path.join(folder, 'package.json'), '{ "name": "program", "private": true }');
  await must('npm', ['install', '--prefix', folder, ...args, 'forkless'], { cwd: folder, env });
  writePrograms(folder);
  return folder;
}

/**
 * Packages that the doors are made of, in a folder that is kept.
 * @param {...string} packages
 * @returns {(...names: string[]) => string} a path in its node_modules
 */
function tools(...packages) {
  const folder = fetchPackages(packages);
  return (...names) => path.join(folder, 'node_modules', ...names);
}

module.exports = { HOME, openWorkplace, PACKAGE, PLATFORMS, ROOT, tools };
