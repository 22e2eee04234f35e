// Makes a fresh checkout ready: installs the dev dependencies and builds the
// release addon, each only when it is missing or older than what it is made from.

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
  if (error || status !== 0) {
    console.error(error ? `${command}: ${error.message}` : `${command} ended with ${status}`);
    process.exit(1);
  }
}

/** @param {string} path */
const changed = (path) => (existsSync(join(root, path)) ? statSync(join(root, path)).mtimeMs : 0);

/** @param {string[]} folders */
function newest(folders) {
  const files = folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true }).map((name) => join(folder, String(name))),
  );
  return Math.max(...files.map(changed));
}

if (changed('package-lock.json') > changed('node_modules/.package-lock.json')) {
  run('npm', ['ci', '--no-audit', '--no-fund']);
}

const addons = readdirSync(root).filter((name) => name.endsWith('.node'));
const built = addons.length === 0 || !existsSync(join(root, 'binding.js')) ? 0 : Math.max(...addons.map(changed));
if (built < Math.max(newest(['src']), changed('Cargo.toml'), changed('Cargo.lock'), changed('build.rs'))) {
  run('npm', ['run', '--silent', 'build']);
}
