'use strict';
// forkless run: what the program and its tree load, and how the command ends.

const fs = require('node:fs');
const path = require('node:path');
const { makeFolder, removeFolder, writeScript } = require('../helpers/folder.js');
const { ROOT } = require('../helpers/script.js');
const { forkless } = require('./program.js');

/** Whether this process has forkless in the built-in's place, and whether that is native; then the same of a child. */
const TELL = `
  const copy = require('node:child_process')[Symbol.for('forkless.registered')];
  console.log(process.argv[1] ?? 'first', copy?.native);
  const source = process.execArgv[1];
  const options = { stdio: 'inherit', cwd: '/' };
  if (!process.argv[1]) require('node:child_process').spawnSync(process.execPath, ['-e', source, 'second'], options);`;

const NATIVE = { status: 0, stdout: 'first true\nsecond true\n', stderr: '' };

let folder;
beforeAll(() => {
  folder = makeFolder();
});
afterAll(() => removeFolder(folder));

test.each([
  ['after --', ['run', '--']],
  ['without --', ['run']],
])('the program and the Nodes that it starts have forkless, %s', async (_name, args) => {
  expect(await forkless([...args, process.execPath, '-e', TELL])).toEqual(NATIVE);
});

test('without the command they have not', async () => {
  const { stdout } = await forkless(['run', '--', 'env', '-u', 'NODE_OPTIONS', process.execPath, '-e', TELL]);
  expect(stdout).toBe('first undefined\nsecond undefined\n');
});

test('what the program has of options is its own, also what looks like one of ours', async () => {
  const args = ['-h', '--', '--help'];
  const { stdout } = await forkless(['run', 'printf', '%s\n', ...args]);
  expect(stdout).toBe(`${args.join('\n')}\n`);
});

test('NODE_OPTIONS keeps what it has', async () => {
  const preload = writeScript(path.join(folder, 'pre load.js'), `console.log('preloaded');`);
  const options = `--no-deprecation --require "${preload}"`;
  const source = `console.log(process.noDeprecation); ${TELL}`;
  const { stdout } = await forkless(['run', process.execPath, '-e', source], { env: { NODE_OPTIONS: options } });
  // The command is a Node, too.
  expect(stdout).toBe('preloaded\npreloaded\ntrue\nfirst true\npreloaded\ntrue\nsecond true\n');
});

test('the command within the command adds nothing', async () => {
  const bin = path.join(ROOT, 'bin', 'forkless.js');
  const { stdout } = await forkless(['run', process.execPath, bin, 'run', 'printenv', 'NODE_OPTIONS']);
  expect(stdout.match(/--require/g)).toHaveLength(1);
});

test.each(['with space', `quotes " and '`, 'back\\slash', '$HOME `id` %d', 'ümläut', 'line\nbreak'])(
  'forkless in a folder called %j',
  async (name) => {
    const place = path.join(folder, name, 'forkless');
    fs.mkdirSync(path.dirname(place), { recursive: true });
    fs.mkdirSync(place);
    for (const file of ['index.js', 'dist', 'register.js', 'register.d.ts', 'package.json', 'bin', 'command']) {
      fs.cpSync(path.join(ROOT, file), path.join(place, file), { recursive: true });
    }
    for (const file of fs.readdirSync(ROOT).filter((name) => name.endsWith('.node'))) {
      fs.symlinkSync(path.join(ROOT, file), path.join(place, file));
    }
    expect(await forkless(['run', process.execPath, '-e', TELL], { folder: place })).toEqual(NATIVE);
  },
);

test('stdin, stdout and stderr are those of the command', async () => {
  const text = path.join(folder, 'text');
  fs.writeFileSync(text, 'from stdin');
  const fd = fs.openSync(text, 'r');
  const end = await forkless(['run', '--', 'sh', '-c', 'cat; echo error >&2'], { stdio: [fd, 'pipe', 'pipe'] });
  fs.closeSync(fd);
  expect(end).toEqual({ status: 0, stdout: 'from stdin', stderr: 'error\n' });
});

describe('the end', () => {
  test.each([0, 1, 42, 255])('status %i', async (status) => {
    expect(await forkless(['run', 'sh', '-c', `exit ${status}`])).toEqual({ status, stdout: '', stderr: '' });
  });

  test.each(['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGKILL', 'SIGUSR1'])('%s ends the command, too', async (signal) => {
    expect((await forkless(['run', 'sh', '-c', `kill -${signal.slice(3)} $$`])).status).toBe(signal);
  });

  // Node ignores it in itself.
  test('SIGPIPE is told as a status', async () => {
    expect((await forkless(['run', 'sh', '-c', 'kill -PIPE $$'])).status).toBe(128 + 13);
  });

  test('a program that is not there: 127', async () => {
    const stderr = 'forkless: no-such-program: not found\n';
    expect(await forkless(['run', 'no-such-program'])).toEqual({ status: 127, stdout: '', stderr });
  });

  test('a file that cannot be run: 126', async () => {
    const file = writeScript(path.join(folder, 'not-executable'), '', 0o644);
    const stderr = `forkless: ${file}: cannot be run (EACCES)\n`;
    expect(await forkless(['run', file])).toEqual({ status: 126, stdout: '', stderr });
  });

  test('a path through a file: 126, though that is thrown', async () => {
    const file = path.join(writeScript(path.join(folder, 'file'), ''), 'program');
    const stderr = `forkless: ${file}: cannot be run (ENOTDIR)\n`;
    expect(await forkless(['run', file])).toEqual({ status: 126, stdout: '', stderr });
  });
});
