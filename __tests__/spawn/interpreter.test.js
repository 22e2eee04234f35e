'use strict';
// Programs that ran well several times, and cannot be run any more: the next start says so, and tells no 'spawn'.

const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { makeFolder, removeFolder, writeScript } = require('../helpers/folder.js');
const { onBoth } = require('../helpers/modules.js');
const { reportsOf } = require('../helpers/program.js');

let folder;
beforeEach(() => {
  folder = makeFolder();
});
afterEach(() => removeFolder(folder));

/** A namespace of mounts, as root or as a user who may be root in one of their own; undefined where nobody may. */
const apart = [
  ['unshare', '-m', '--'],
  ['unshare', '-r', '-m', '--'],
].find(([command, ...args]) => spawnSync(command, [...args, 'mount', '-t', 'tmpfs', 'none', '/mnt']).status === 0);
if (!apart) console.warn('Mounts are not tried: this machine allows no namespace for them.');
const apartOnly = apart ? test : test.skip;

/** Starts a program several times, then does something to it by a shell command, and starts it again. */
const startAfterwards = async (childProcess, report, { program, args, spoil, mend }) => {
  const { execFile, spawn, spawnSync } = childProcess;
  const sh = (command) => {
    const { status, stderr } = require('node:child_process').spawnSync('sh', ['-c', command], { encoding: 'utf8' });
    if (status !== 0) report([command, stderr]);
  };
  const start = (stdio) =>
    new Promise((resolve) => {
      const log = [];
      const child = spawn(program, args, { stdio });
      const hasPid = typeof child.pid === 'number';
      child.on('spawn', () => log.push('spawn'));
      child.on('exit', (...end) => log.push(['exit', ...end]));
      child.on('error', (error) => log.push(['error', error.message, { ...error }, 'pid' in error]));
      child.on('close', () => resolve({ hasPid, log }));
    });
  const collect = () => new Promise((resolve) => execFile(program, args, (error) => resolve(error?.code ?? null)));
  for (let run = 0; run < 3; run++) {
    report(await start('pipe'));
    report(await start('ignore'));
  }
  sh(spoil);
  report(await start('pipe'));
  report(await start('ignore'));
  report(await collect());
  report(spawnSync(program, args).error?.code ?? null);
  if (!mend) return;
  sh(mend);
  report(await start('pipe'));
};

/** Runs that on both modules; `prepare` makes it anew for each. */
async function failure(prepare, code, through) {
  const reports = await onBoth((module) => reportsOf(module, startAfterwards, { args: [prepare()], through }));
  const [good, bad] = [reports.slice(0, 6), reports.slice(6, 8)];
  for (const { hasPid, log } of good) expect([hasPid, log[0], log.length]).toEqual([true, 'spawn', 2]);
  for (const { hasPid, log } of bad) {
    expect([hasPid, log.map(([event]) => event)]).toEqual([false, ['error']]);
    expect(log[0][2]).toMatchObject({ code, syscall: `spawn ${log[0][2].path}` });
  }
  expect(reports.slice(8, 10)).toEqual([code, code]);
  return reports.slice(10);
}

/** A program of this test's own, that is there since a moment ago. */
const ownCopy = () => {
  const program = path.join(folder, 'program');
  removeFolder(program);
  fs.copyFileSync(fs.realpathSync('/bin/true'), program);
  return program;
};

test('its interpreter was removed', () =>
  failure(() => {
    const interpreter = path.join(folder, 'interpreter');
    fs.copyFileSync(fs.realpathSync('/bin/sh'), interpreter);
    const program = writeScript(path.join(folder, 'script'), `#!${interpreter}\nexit 0\n`);
    return { program, args: [], spoil: `rm ${interpreter}` };
  }, 'ENOENT'));

test('it was removed', () =>
  failure(() => ({ program: ownCopy(), args: [], spoil: `rm ${folder}/program` }), 'ENOENT'));

test('it may not be run any more, and then again', async () => {
  const spoil = `chmod -x ${folder}/program`;
  const mend = `chmod +x ${folder}/program`;
  const [mended] = await failure(() => ({ program: ownCopy(), args: [], spoil, mend }), 'EACCES');
  expect(mended).toMatchObject({ hasPid: true, log: ['spawn', ['exit', 0, null]] });
});

test('something else is there now', () =>
  failure(() => ({ program: ownCopy(), args: [], spoil: `rm ${folder}/program; mkdir ${folder}/program` }), 'EACCES'));

// The next two take programs of the system, which have lain unchanged for long.

/** A script of the system that a shell runs. */
const systemScript = ['egrep', 'ldd', 'which', 'zcat'].find((name) => {
  const file = `/usr/bin/${name}`;
  return fs.existsSync(file) && /^#! ?(\/usr)?\/bin\/(ba)?sh\b/.test(fs.readFileSync(file, 'latin1'));
});
if (!systemScript) console.warn('The interpreter of a script of the system is not tried: there is none.');

/** A namespace in which the programs of the system can be run from a folder of this test's too. */
function withOtherBin() {
  fs.mkdirSync(path.join(folder, 'bin'));
  return [...apart, 'sh', '-c', 'mount --bind /usr/bin "$0/bin" && exec "$@"', folder];
}

(systemScript ? apartOnly : test.skip)('its interpreter was hidden by a mount', () => {
  const program = path.join(folder, 'bin', systemScript);
  const spoil = 'mount -t tmpfs none /usr/bin; test -L /bin || mount -t tmpfs none /bin';
  return failure(() => ({ program, args: ['--version'], spoil }), 'ENOENT', withOtherBin());
});

apartOnly('its file system was mounted anew without the right to run programs, and then with it', async () => {
  const remount = (how) => `mount -o remount,bind,${how} ${folder}/bin`;
  const given = {
    program: path.join(folder, 'bin', 'true'),
    args: [],
    spoil: remount('noexec'),
    mend: remount('exec'),
  };
  const [mended] = await failure(() => given, 'EACCES', withOtherBin());
  expect(mended).toMatchObject({ hasPid: true, log: ['spawn', ['exit', 0, null]] });
});

apartOnly('its file system was taken away', () => {
  const given = { program: path.join(folder, 'bin', 'true'), args: [], spoil: `umount ${folder}/bin` };
  return failure(() => given, 'ENOENT', withOtherBin());
});
