'use strict';
// The blocking functions: the forms of their arguments, the options that reach
// the child, and what wrong ones throw.

const fs = require('node:fs');
const path = require('node:path');
const { pathToFileURL } = require('node:url');
const { thrownBy } = require('../helpers/errors.js');
const { makeFolder, removeFolder, writeScript } = require('../helpers/folder.js');
const { describeEach, onBoth } = require('../helpers/modules.js');
const { statOf } = require('../helpers/proc.js');
const { reportsOf } = require('../helpers/program.js');

const NOBODY = 65534;
const asRoot = process.getuid() === 0 ? test : test.skip;

let folder;
let ownShell;
beforeAll(() => {
  folder = makeFolder();
  ownShell = writeScript(path.join(folder, 'own shell'), '#!/bin/sh\nprintf "[%s]" "$0" "$@"\n');
});
afterAll(() => removeFolder(folder));

describeEach('forms', ({ execFileSync, execSync, spawnSync }) => {
  test.each([
    ['file', ['echo'], '\n'],
    ['file, args', ['echo', ['a b', 'c']], 'a b c\n'],
    ['file, options', ['pwd', { cwd: '/' }], '/\n'],
    ['file, args, options', ['sh', ['-c', 'pwd'], { cwd: '/' }], '/\n'],
    ['file, undefined, options', ['pwd', undefined, { cwd: '/' }], '/\n'],
    ['file, null, options', ['pwd', null, { cwd: '/' }], '/\n'],
    ['file, args, undefined', ['echo', ['x'], undefined], 'x\n'],
    ['arguments that are no strings', ['echo', [1, true, null, ['x', 'y']]], '1 true null x,y\n'],
  ])('%s', (_name, args, stdout) => {
    expect(spawnSync(...args).stdout.toString()).toBe(stdout);
    expect(execFileSync(...args).toString()).toBe(stdout);
  });

  test.each([
    ['command', ['echo "$0"'], '/bin/sh\n'],
    ['command, options', ['pwd', { cwd: '/' }], '/\n'],
    ['command, undefined', ['echo x', undefined], 'x\n'],
    ['command, null', ['echo x', null], 'x\n'],
    ['command, a number', ['echo x', 5], 'x\n'],
    ['command, a string', ['echo x', 'utf8'], 'x\n'],
  ])('execSync: %s', (_name, args, stdout) => {
    expect(execSync(...args).toString()).toBe(stdout);
  });

  test('neither the arguments nor the options are changed', () => {
    const args = Object.freeze(['-']);
    const stdio = Object.freeze(['pipe', null, undefined]);
    const options = Object.freeze({
      encoding: 'utf8',
      input: 'y',
      stdio,
      env: Object.freeze({ PATH: '/bin:/usr/bin' }),
    });
    expect(spawnSync('cat', args, options).stdout).toBe('y');
    expect(execFileSync('cat', args, options)).toBe('y');
    expect(execSync('cat', options)).toBe('y');
    expect(stdio).toEqual(['pipe', null, undefined]);
  });
});

describeEach('options', (module) => {
  const { execFileSync, execSync, spawnSync } = module;
  const stdoutOf = (file, args, options) => spawnSync(file, args, { encoding: 'utf8', ...options }).stdout;

  test('cwd', () => {
    expect(stdoutOf('pwd', ['-P'], { cwd: folder })).toBe(`${folder}\n`);
    expect(stdoutOf('pwd', ['-P'], { cwd: pathToFileURL(folder) })).toBe(`${folder}\n`);
    expect(execSync('pwd -P', { cwd: folder, encoding: 'utf8' })).toBe(`${folder}\n`);
    expect(stdoutOf('pwd', ['-P'], { cwd: null })).toBe(`${process.cwd()}\n`);
  });

  // To asynchronous children it is no cwd at all.
  test('an empty cwd is one that is not there', () => {
    expect(spawnSync('pwd', { cwd: '' }).error?.code).toBe('ENOENT');
  });

  test('env', () => {
    const env = { PATH: '/bin:/usr/bin', A: 'größe', B: undefined };
    const script = 'printf "$A ${B-unset} ${HOME-unset}"';
    expect(stdoutOf('sh', ['-c', script], { env })).toBe('größe unset unset');
    expect(execSync(script, { env, encoding: 'utf8' })).toBe('größe unset unset');
  });

  test('the command is looked for in the PATH of env', () => {
    const env = { PATH: `/nowhere:${folder}` };
    expect(stdoutOf('own shell', ['x'], { env })).toBe(`[${ownShell}][x]`);
  });

  asRoot('uid and gid', () => {
    expect(stdoutOf('id', ['-u'], { uid: NOBODY, gid: NOBODY })).toBe(`${NOBODY}\n`);
    expect(execSync('id -g', { uid: NOBODY, gid: NOBODY, encoding: 'utf8' })).toBe(`${NOBODY}\n`);
    expect(process.getuid()).toBe(0);
  });

  test('argv0', () => {
    expect(stdoutOf('sh', ['-c', 'cat /proc/$$/cmdline'], { argv0: 'renamed' }).split('\0')[0]).toBe('renamed');
    expect(execFileSync('sh', ['-c', 'cat /proc/$$/cmdline'], { argv0: 'other' }).toString()).toMatch(/^other\0/);
  });

  test('detached: a new session', () => {
    const session = (options) => Number(stdoutOf('cat', ['/proc/self/stat'], options).split(' ')[5]);
    expect(session({})).toBe(statOf('self').session);
    expect(session({ detached: true })).not.toBe(statOf('self').session);
  });

  test.each([true, '/bin/sh'])('shell %p', (shell) => {
    expect(spawnSync('echo $((1 + 1)) | cat', { shell, encoding: 'utf8' }).stdout).toBe('2\n');
    expect(execFileSync('echo $((1 + 1)) | cat', { shell, encoding: 'utf8' })).toBe('2\n');
    expect(execSync('echo $((1 + 1)) | cat', { shell, encoding: 'utf8' })).toBe('2\n');
  });

  test('a shell by its path', () => {
    const options = { shell: ownShell, encoding: 'utf8' };
    expect(spawnSync('a  "b"', options).stdout).toBe(`[${ownShell}][-c][a  "b"]`);
    expect(execSync('a  "b"', options)).toBe(`[${ownShell}][-c][a  "b"]`);
    expect(execFileSync('a  "b"', options)).toBe(`[${ownShell}][-c][a  "b"]`);
  });

  test.each([false, '', null, undefined])('shell %p: none, but for execSync', (shell) => {
    expect(stdoutOf('echo', ['$0'], { shell })).toBe('$0\n');
    expect(execFileSync('echo', ['$0'], { shell, encoding: 'utf8' })).toBe('$0\n');
    if (shell !== '') expect(execSync('echo $0', { shell, encoding: 'utf8' })).toBe('/bin/sh\n');
  });

  test("execSync in a shell that is '': in none", () => {
    expect(() => execSync('echo $0', { shell: '' })).toThrow('spawnSync echo $0 ENOENT');
  });

  test('arguments with a shell are joined, not quoted', async () => {
    const reports = await reportsOf(
      module,
      ({ execFileSync, spawnSync }, report) => {
        const options = { shell: true, encoding: 'utf8' };
        report(spawnSync('printf', ['"[%s]"', 'a b', '$((1 + 1))'], options).stdout);
        report(execFileSync('printf', ['"[%s]"', 'a b', '$((1 + 1))'], options));
      },
      { flags: ['--no-deprecation'] },
    );
    expect(reports).toEqual(['[a][b][2]', '[a][b][2]']);
  });

  test('what only asynchronous children have changes nothing', () => {
    const options = { signal: AbortSignal.abort(), serialization: 'advanced', windowsHide: true, killSignal: 'SIGINT' };
    expect(stdoutOf('echo', ['x'], options)).toBe('x\n');
  });

  test('all signals at their defaults, none blocked', () => {
    const status = stdoutOf('cat', ['/proc/self/status'], {});
    const mask = (name) => status.match(new RegExp(`^${name}:\\s*(\\w+)$`, 'm'))[1];
    expect([mask('SigBlk'), mask('SigIgn'), mask('SigCgt')]).toEqual(Array(3).fill('0'.repeat(16)));
  });

  test('no fds of this process but those that were promised', () => {
    const ours = [0, 0, 0].map(() => fs.openSync('/dev/null'));
    try {
      const fds = stdoutOf('sh', ['-c', 'ls /proc/$$/fd; exit'], {}).trim().split(/\s+/);
      expect(fds.slice(0, 3)).toEqual(['0', '1', '2']);
      expect(fds.filter((fd) => ours.includes(Number(fd)))).toEqual([]);
    } finally {
      for (const fd of ours) fs.closeSync(fd);
    }
  });
});

test.each([
  ['no file', ({ spawnSync }) => spawnSync(), 'ERR_INVALID_ARG_TYPE'],
  ['a file that is a number', ({ spawnSync }) => spawnSync(5), 'ERR_INVALID_ARG_TYPE'],
  ['an empty file', ({ spawnSync }) => spawnSync(''), 'ERR_INVALID_ARG_VALUE'],
  ['a file with a NUL', ({ spawnSync }) => spawnSync('a\0b'), 'ERR_INVALID_ARG_VALUE'],
  ['arguments that are a number', ({ spawnSync }) => spawnSync('a', 5), 'ERR_INVALID_ARG_TYPE'],
  ['arguments that are a string', ({ spawnSync }) => spawnSync('a', 'b'), 'ERR_INVALID_ARG_TYPE'],
  ['an argument with a NUL', ({ spawnSync }) => spawnSync('a', ['b\0']), 'ERR_INVALID_ARG_VALUE'],
  ['options that are a number', ({ spawnSync }) => spawnSync('a', [], 5), 'ERR_INVALID_ARG_TYPE'],
  ['options that are null', ({ spawnSync }) => spawnSync('true', [], null), 'ERR_INVALID_ARG_TYPE'],
  ['options that are an array', ({ spawnSync }) => spawnSync('a', [], []), 'ERR_INVALID_ARG_TYPE'],
  ['no file to execFileSync', ({ execFileSync }) => execFileSync(), 'ERR_INVALID_ARG_TYPE'],
  ['an empty file to execFileSync', ({ execFileSync }) => execFileSync(''), 'ERR_INVALID_ARG_VALUE'],
  ['arguments to execFileSync that are a number', ({ execFileSync }) => execFileSync('a', 5), 'ERR_INVALID_ARG_TYPE'],
  ['options to execFileSync that are a number', ({ execFileSync }) => execFileSync('a', [], 5), 'ERR_INVALID_ARG_TYPE'],
  ['no command', ({ execSync }) => execSync(), 'ERR_INVALID_ARG_TYPE'],
  ['a command that is a number', ({ execSync }) => execSync(5), 'ERR_INVALID_ARG_TYPE'],
  ['an empty command', ({ execSync }) => execSync(''), 'ERR_INVALID_ARG_VALUE'],
  ['a command with a NUL', ({ execSync }) => execSync('a\0b'), 'ERR_INVALID_ARG_VALUE'],
])('%s is thrown', async (_name, call, code) => {
  const thrown = await onBoth((module) => thrownBy(() => call(module)));
  expect(thrown.properties.code).toBe(code);
});

const TYPE = 'ERR_INVALID_ARG_TYPE';
const RANGE = 'ERR_OUT_OF_RANGE';
const SIGNAL = 'ERR_UNKNOWN_SIGNAL';

describe.each([
  ['spawnSync', ({ spawnSync }, options) => spawnSync('true', [], options)],
  ['execFileSync', ({ execFileSync }, options) => execFileSync('true', [], options)],
  ['execSync', ({ execSync }, options) => execSync('true', options)],
])('%s: wrong options are thrown', (_name, call) => {
  test.each([
    [{ timeout: -1 }, RANGE],
    [{ timeout: 1.5 }, RANGE],
    [{ timeout: Number.POSITIVE_INFINITY }, RANGE],
    [{ timeout: '100' }, undefined],
    [{ maxBuffer: -1 }, RANGE],
    [{ maxBuffer: Number.NaN }, RANGE],
    [{ maxBuffer: '100' }, undefined],
    [{ killSignal: 'SIGNOPE' }, SIGNAL],
    [{ killSignal: 0 }, SIGNAL],
    [{ killSignal: 500 }, SIGNAL],
    [{ killSignal: true }, TYPE],
    [{ cwd: 5 }, TYPE],
    [{ cwd: 'a\0b' }, 'ERR_INVALID_ARG_VALUE'],
    [{ uid: 'root' }, TYPE],
    [{ gid: {} }, TYPE],
    [{ argv0: 5 }, TYPE],
    [{ detached: 'yes' }, TYPE],
    [{ env: { A: 'b\0c' } }, 'ERR_INVALID_ARG_VALUE'],
    [{ input: 5 }, TYPE],
  ])('%p', async (options, code) => {
    const thrown = await onBoth((module) => thrownBy(() => call(module, options)));
    // Where the code changed between Nodes it is enough that both throw the same.
    expect(thrown.properties.code).toBe(code ?? thrown.properties.code);
    expect(thrown.properties.code).toMatch(/^ERR_/);
  });
});

describe('execFileSync reads its arguments as execFile does', () => {
  const nothing = () => {};
  test.each([
    ['args, null', ['true', [], null]],
    ['null, null', ['true', null, null]],
    ['options, null', ['true', {}, null]],
    ['a callback in the place of args', ['true', nothing, 5]],
    ['a callback in every place', ['true', nothing, nothing]],
    ['a callback behind the options', ['true', {}, nothing]],
    ['a callback in the place of the options', ['true', [], nothing]],
    ['an array in the place of a callback', ['true', {}, [1]]],
    ['a string in the place of a callback', ['true', { timeout: 'x' }, 'x']],
    ['wrong args and wrong options', ['true', 5, true]],
    ['no file and wrong options', [undefined, undefined, 'true']],
    ['no file and a wrong argv0', ['', { argv0: 4 }]],
    ['a wrong argv0 and a wrong timeout', ['true', [], { timeout: 'x', argv0: 'a\0' }]],
  ])('%s', async (_title, args) => {
    await onBoth(({ execFileSync }) => thrownBy(() => execFileSync(...args)));
  });

  test.each([
    ['argv0', 'sh', ['-c', 'exit 3'], { argv0: 'other' }],
    ['argv0 with a shell', 'exit', ['3'], { argv0: 'other', shell: true }],
    ['an empty argv0', 'exit', ['3'], { argv0: '', shell: true }],
    ['what is no string', 'false', ['a', 1, null, undefined, {}], {}],
    ['a symbol, with a shell', 'false', [Symbol('x')], { shell: true }],
  ])('the error of a command that failed: %s', async (_title, ...args) => {
    const message = await onBoth(({ execFileSync }) => thrownBy(() => execFileSync(...args)).message);
    expect(message).toMatch(/^Command failed: |Symbol/);
  });
});
