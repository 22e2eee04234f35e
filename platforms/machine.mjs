// A whole arm64 machine, emulated: Debian's kernel, and the arm64 root as its initramfs, which needs no driver and
// no file system. What it says goes to its serial port.

import { cpSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { root as checkout } from '../scripts/suites.mjs';
import { enter } from './enter.mjs';
import { kept } from './kept.mjs';
import { rootOf } from './roots.mjs';

/** Where the images are in the tools' root, and what is packed into them. */
const IMAGES = '/images';
const CONTENT = '/content';

/** All its files are in its memory, and the tour fills one GB. */
const MEMORY = '6G';

/** Its last line; see inside/init. */
const END = /^machine: ended with (\d+)\r?$/m;

/**
 * @param {object} machine
 * @param {Record<string, string>} machine.folders of this machine → their places in that one
 * @param {Record<string, string>} machine.files in that machine → their text
 * @param {string} machine.command for its shell
 * @param {number} machine.limit milliseconds
 * @param {string} machine.log file that has the output while it comes
 * @returns {Promise<{ status: string, output: string }>}
 */
export async function runMachine({ folders, files, command, limit, log }) {
  mkdirSync(kept('images'), { recursive: true });
  const base = basename(rootOf('arm64'));
  if (!existsSync(kept('images', base))) await pack(base, { [rootOf('arm64')]: '' }, LEFT_OUT);
  const overlay = kept('overlay');
  rmSync(overlay, { recursive: true, force: true });
  write(overlay, { ...files, '/command': command });
  cpSync(join(checkout, 'platforms/inside/init'), join(overlay, 'init'));
  for (const place of Object.values(folders)) mkdirSync(join(overlay, place), { recursive: true });
  await pack('own', { [overlay]: '', ...folders });
  // The kernel takes many archives, one after the other.
  const boot = [
    ...['qemu-system-aarch64', '-M', 'virt', '-cpu', 'cortex-a76', '-smp', '2', '-m', MEMORY, '-no-reboot'],
    ...['-kernel', `/arm64${kernel()}`, '-initrd', `${IMAGES}/whole`, '-append', 'console=ttyAMA0 quiet panic=-1'],
    ...['-nodefaults', '-display', 'none', '-serial', 'stdio'],
  ];
  const commands = `cd ${IMAGES} && cat ${base} own > whole && exec ${quoted(boot)}`;
  const { status, output } = await inTools(commands, { binds: { [rootOf('arm64')]: '/arm64' }, limit, log });
  const [, ended] = output.match(END) ?? [];
  return { status: ended ?? `the machine did not come to its end: ${status}`, output: output.replaceAll('\r', '') };
}

/** Of the arm64 root: what no program asks for. */
const LEFT_OUT = ['./boot', './usr/lib/modules', './usr/share'];

/**
 * Packs folders into an archive that the kernel unpacks.
 * @param {string} name
 * @param {Record<string, string>} folders of this machine → their places in the archive
 * @param {string[]} [leftOut]
 */
async function pack(name, folders, leftOut = []) {
  const prune = leftOut.flatMap((path) => ['-path', path, '-prune', '-o']);
  const find = ['find', '.', ...prune, '-print0'].join(' ');
  const binds = Object.fromEntries(Object.entries(folders).map(([folder, place]) => [folder, `${CONTENT}${place}`]));
  // By another name first: one that is cut short must not look whole.
  const command = `cd ${CONTENT} && ${find} | cpio --null --create --format=newc --quiet > ${IMAGES}/part`;
  const { status, output } = await inTools(`${command} && mv ${IMAGES}/part ${IMAGES}/${name}`, { binds });
  if (status !== '0') throw new Error(`cpio ended with ${status}\n${output}`);
}

/**
 * @param {string} command for the shell of the tools' root, with the images at hand
 * @param {import('./enter.mjs').Entry} entry
 */
const inTools = (command, { binds, ...entry }) =>
  enter(rootOf('tools'), ['sh', '-c', command], { ...entry, binds: { ...binds, [kept('images')]: IMAGES } });

/** @param {string} folder @param {Record<string, string>} files */
function write(folder, files) {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text, { mode: 0o755 });
  }
}

/** The kernel, as a path in the arm64 root. */
function kernel() {
  const modules = join(rootOf('arm64'), 'usr/lib/modules');
  const release = readdirSync(modules).find((name) => existsSync(join(modules, name, 'vmlinuz')));
  if (release) return `/usr/lib/modules/${release}/vmlinuz`;
  // Where Debian had it before.
  const name = readdirSync(join(rootOf('arm64'), 'boot')).find((file) => file.startsWith('vmlinuz-'));
  if (!name) throw new Error('the package linux-image-cloud-arm64 has no kernel where it is looked for');
  return `/boot/${name}`;
}

/** A command as a shell's line. @param {string[]} words without quotes in them */
export const quoted = (words) => words.map((word) => `'${word}'`).join(' ');
