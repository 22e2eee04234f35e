'use strict';
// The blocking functions: starts that fail, to the last property.

const fs = require('node:fs');
const path = require('node:path');
const { makeFolder, removeFolder, writeScript } = require('../helpers/folder.js');
const { describeEach, onBoth } = require('../helpers/modules.js');
const { reportsOf } = require('../helpers/program.js');
const { missingOutput, runsBareScript } = require('../helpers/running-node.js');
const { NO_OUTPUT, outcome, plain } = require('./plain.js');

let folder;
beforeAll(() => {
  folder = makeFolder();
  fs.writeFileSync(path.join(folder, 'no program'), 'nothing', { mode: 0o644 });
  writeScript(path.join(folder, 'bad interpreter'), '#!/nowhere/interpreter\n');
  writeScript(path.join(folder, 'no shebang'), 'echo "run by sh: $1"; exit 4');
});
afterAll(() => removeFolder(folder));

const long = 'x'.repeat(300_000);

describe.each([
  ['ENOENT', -2, 'a command that is not there', () => ['forkless-no-such-command', ['a', 'b'], {}]],
  ['ENOENT', -2, 'a path that is not there', () => ['/nowhere/at/all', [], {}]],
  ['ENOENT', -2, 'an interpreter that is not there', () => [path.join(folder, 'bad interpreter'), [], {}]],
  ['ENOENT', -2, 'a cwd that is not there', () => ['true', ['a'], { cwd: '/nowhere' }]],
  ['ENOENT', -2, 'a PATH without it', () => ['true', [], { env: { PATH: '/nowhere' } }]],
  ['EACCES', -13, 'a file that is no program', () => [path.join(folder, 'no program'), ['x'], {}]],
  ['EACCES', -13, 'a folder', () => [folder, [], {}]],
  ['ENOTDIR', -20, 'a cwd that is a file', () => ['true', [], { cwd: path.join(folder, 'no program') }]],
  ['ENOTDIR', -20, 'a path through a file', () => [path.join(folder, 'no program', 'x'), [], {}]],
  ['E2BIG', -7, 'an argument that is too long', () => ['true', [long], {}]],
  ['E2BIG', -7, 'an environment that is too long', () => ['true', [], { env: { ...process.env, A: long } }]],
  ['EBADF', -9, 'an fd that is not open', () => ['true', [], { stdio: ['pipe', 'pipe', 9999] }]],
])('%s (%i) %s', (code, errno, _name, start) => {
  const errorKeys = ['errno', 'code', 'syscall', 'path', 'spawnargs'];
  const nothing = { status: null, signal: null, output: null, stdout: NO_OUTPUT, stderr: NO_OUTPUT };

  test('spawnSync returns it', async () => {
    const [file, args, options] = start();
    const { keys, ...result } = await onBoth(({ spawnSync }) => {
      const result = spawnSync(file, args, options);
      return { keys: Object.keys(result), ...plain(result), pid: result.pid };
    });
    expect(keys).toEqual(['error', 'status', 'signal', 'output', 'pid', 'stdout', 'stderr']);
    expect(result).toEqual({
      error: {
        class: 'Error',
        name: 'Error',
        message: `spawnSync ${file} ${code}`,
        head: `Error: spawnSync ${file} ${code}`,
        properties: { errno, code, syscall: `spawnSync ${file}`, path: file, spawnargs: args },
      },
      errorKeys,
      ...nothing,
      pid: 0,
      started: false,
    });
    expect(result.stdout).toBe(NO_OUTPUT);
  });

  test('execFileSync throws it, with the result in it', async () => {
    const [file, args, options] = start();
    const { thrown, keys, same } = await onBoth(({ execFileSync }) =>
      outcome(() => execFileSync(file, args, { stdio: 'pipe', ...options })),
    );
    expect(thrown.message).toBe(`spawnSync ${file} ${code}`);
    expect(keys).toEqual([...errorKeys, 'error', 'status', 'signal', 'output', 'pid', 'stdout', 'stderr']);
    expect(same).toBe(true);
    const own = { errno, code, syscall: `spawnSync ${file}`, path: file, spawnargs: args };
    expect(thrown.properties).toEqual({ ...own, ...nothing });
  });
});

test('execSync names the shell', async () => {
  const { thrown } = await onBoth(({ execSync }) => outcome(() => execSync('echo $0', { shell: '/nowhere/sh' })));
  expect(thrown.message).toBe('spawnSync /nowhere/sh ENOENT');
  expect(thrown.properties).toMatchObject({ path: '/nowhere/sh', spawnargs: ['-c', 'echo $0'] });
});

test('a shell that spawnSync is to use', async () => {
  const { error } = await onBoth(({ spawnSync }) => plain(spawnSync('echo $0', { shell: '/nowhere/sh' })));
  expect(error.properties).toEqual({
    errno: -2,
    code: 'ENOENT',
    syscall: 'spawnSync /nowhere/sh',
    path: '/nowhere/sh',
    spawnargs: ['-c', 'echo $0'],
  });
});

describeEach('what is no error', ({ spawnSync }) => {
  test('a script without a shebang is run by sh, but not by musl', () => {
    const file = path.join(folder, 'no shebang');
    const { status, stdout, error } = spawnSync(file, ['x'], { encoding: 'utf8' });
    const expected = runsBareScript(file) ? [4, 'run by sh: x\n', undefined] : [null, missingOutput, 'ENOEXEC'];
    expect([status, stdout, error?.code]).toEqual(expected);
  });

  test('a command that the shell does not find', () => {
    const { status, error } = spawnSync('forkless-no-such-command', { shell: true });
    expect([status, error]).toEqual([127, undefined]);
  });
});

describeEach('used-up fds', (module) => {
  test('EMFILE, and a later run goes well', async () => {
    const [seen] = await reportsOf(
      module,
      ({ spawnSync }, report) => {
        const fs = require('node:fs');
        spawnSync('true');
        const taken = [];
        try {
          for (;;) taken.push(fs.openSync('/dev/null'));
        } catch {}
        const { error, status, output, pid } = spawnSync('true', ['a']);
        for (const fd of taken) fs.closeSync(fd);
        report([{ ...error }, status, output, pid, spawnSync('echo', ['later'], { encoding: 'utf8' }).stdout]);
      },
      { through: ['sh', '-c', 'ulimit -n 128; exec "$@"', 'sh'] },
    );
    const error = { errno: -24, code: 'EMFILE', syscall: 'spawnSync true', path: 'true', spawnargs: ['a'] };
    expect(seen).toEqual([error, null, null, 0, 'later\n']);
  });
});
