// Runs a command in a root: its own mounts and process ids, so that nothing is left of it but the files.

import { spawn } from 'node:child_process';
import { appendFileSync, existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** What runs now: it has ids of its own, and does not end with this process. @type {Set<import('node:child_process').ChildProcess>} */
const running = new Set();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});
for (const signal of /** @type {const} */ (['SIGHUP', 'SIGINT', 'SIGTERM'])) process.on(signal, () => process.exit(1));

/**
 * @typedef {object} Entry
 * @property {Record<string, string>} [binds] folders or files of this machine → their places in the root
 * @property {Record<string, string | undefined>} [env]
 * @property {string} [cwd] in the root
 * @property {number} [limit] milliseconds
 * @property {string} [log] file that has the output while it comes
 */

/**
 * The first process of the new ids. It does not chroot(2): in a root made like that nobody may have namespaces of
 * their own, and some tests do.
 */
const SETUP = `
set -e
mount --make-rprivate /
mount --rbind "$root" "$root"
mount -t proc proc "$root/proc"
mount -t sysfs -o ro sys "$root/sys"
mount --rbind /dev "$root/dev"
mount -t tmpfs tmp "$root/tmp"
while [ "$1" != -- ]; do mount --rbind "$1" "$root$2"; shift 2; done
shift
cd "$root"
mkdir -p .before
pivot_root . .before
exec chroot . /usr/bin/env -i "$@"`;

/** Its last form: a shell that stays, for somebody must reap what the command leaves. */
const REAPING = 'umount -l /.before && cd "$0" && "$@"; exit $?';

/**
 * @param {string} root
 * @param {string[]} command
 * @param {Entry} [entry]
 * @returns {Promise<{ status: string, output: string }>} `status`: `0`, another exit code, a signal, or what is wrong
 */
export function enter(root, command, { binds = {}, env = {}, cwd = '/', limit = 600_000, log } = {}) {
  for (const [source, place] of Object.entries(binds)) makePlace(source, join(root, place));
  const variables = Object.entries({ PATH: '/usr/sbin:/usr/bin', HOME: '/root', ...env }).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}=${value}`],
  );
  const args = [
    ...['--mount', '--pid', '--fork', '--kill-child', 'sh', '-c', SETUP, 'setup'],
    ...[...Object.entries(binds).flat(), '--', ...variables],
    ...['sh', '-c', REAPING, cwd, ...command],
  ];
  const child = spawn('unshare', args, { env: { ...process.env, root }, stdio: ['ignore', 'pipe', 'pipe'] });
  running.add(child);
  if (log) writeFileSync(log, '');
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text) => {
      output += text;
      if (log) appendFileSync(log, text);
    });
  }
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    child.kill('SIGKILL');
  }, limit);
  return new Promise((resolve) => {
    /** @param {string} status */
    const end = (status) => {
      clearTimeout(timer);
      running.delete(child);
      resolve({ status: late ? `killed after ${limit / 1000} s` : status, output });
    };
    child.on('error', ({ message }) => end(message));
    child.on('close', (code, signal) => end(String(code ?? signal)));
  });
}

/**
 * The place of a bind must be there, and be of its kind.
 * @param {string} source
 * @param {string} place
 */
function makePlace(source, place) {
  if (existsSync(place)) return;
  const isFolder = statSync(source).isDirectory();
  mkdirSync(isFolder ? place : dirname(place), { recursive: true });
  if (!isFolder) writeFileSync(place, '');
}
