// Makes a fresh checkout ready: installs the dev dependencies, builds the release addon and
// bundles lib/, each only when it is missing or older than what it is made from.

import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');

/** @param {string} command @param {string[]} args */
function run(command, args) {
  console.error(`> ${command} ${args.join(' ')}`);
  // All to stderr: what follows on stdout is the tour's or the tests' own.
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: ['ignore', 2, 2] });
  if (error || status !== 0) fail(error ? `${command}: ${error.message}` : `${command} ended with ${status}`);
}

/**
 * @param {string} message
 * @returns {never}
 */
function fail(message) {
  console.error(message);
  process.exit(1);
}

/** When a file was last written; 0 when it is not there. @param {string} path */
const changed = (path) => (existsSync(join(root, path)) ? statSync(join(root, path)).mtimeMs : 0);

/** When the newest file of a folder was written. @param {string} folder */
function newest(folder) {
  const names = readdirSync(join(root, folder), { recursive: true });
  return Math.max(...names.map((name) => changed(join(folder, String(name)))));
}

/** When the addon and its loader were built; 0 when one is missing. */
function built() {
  const addons = readdirSync(root).filter((name) => name.endsWith('.node'));
  return existsSync(join(root, 'binding.js')) ? Math.max(0, ...addons.map(changed)) : 0;
}

if (changed('package-lock.json') > changed('node_modules/.package-lock.json')) {
  // Not `npm ci`: that asks for every platform's packages in the lock file, and not every registry has them all.
  run('npm', ['install', '--no-save', '--include=dev', '--no-audit', '--no-fund']);
}

const sources = Math.max(newest('src'), ...['Cargo.toml', 'Cargo.lock', 'build.rs'].map(changed));
if (built() < sources) {
  // forkless runs on older ones; the tools that build it do not.
  if (Number.parseInt(process.versions.node, 10) < 20) fail('Building forkless takes Node 20 or newer.');
  if (spawnSync('cargo', ['--version']).error) {
    fail('forkless is built with Rust, and there is no `cargo` in PATH. Install a Rust toolchain, then try again.');
  }
  run('npm', ['run', '--silent', 'build']);
}

const bundled =
  changed('dist') && Math.min(...readdirSync(join(root, 'dist')).map((name) => changed(join('dist', name))));
if (bundled < Math.max(newest('lib'), ...['package-lock.json', 'scripts/bundle.mjs'].map(changed))) {
  run('npm', ['run', '--silent', 'bundle']);
}
