'use strict';
// exec() and execFile(): options that reach the child, and those that do not.

const path = require('node:path');
const { pathToFileURL } = require('node:url');
const { makeFolder, removeFolder, writeScript } = require('../helpers/folder.js');
const { describeEach } = require('../helpers/modules.js');
const { statOf } = require('../helpers/proc.js');
const { reportsOf, runProgram } = require('../helpers/program.js');
const { collect } = require('./collect.js');

const NOBODY = 65534;
const asRoot = process.getuid() === 0 ? test : test.skip;

let folder;
let ownShell;
beforeAll(() => {
  folder = makeFolder();
  ownShell = writeScript(path.join(folder, 'own shell'), '#!/bin/sh\nprintf "[%s]" "$0" "$@"\n');
});
afterAll(() => removeFolder(folder));

describeEach('options', (module) => {
  const { exec, execFile } = module;

  /** The stdout of a start that must end well. */
  async function stdoutOf(start) {
    const { error, stdout, stderr } = await collect(start);
    expect({ error, stderr }).toEqual({ error: null, stderr: '' });
    return stdout;
  }

  test('cwd', async () => {
    expect(await stdoutOf((done) => exec('pwd -P', { cwd: folder }, done))).toBe(`${folder}\n`);
    expect(await stdoutOf((done) => execFile('pwd', ['-P'], { cwd: pathToFileURL(folder) }, done))).toBe(`${folder}\n`);
  });

  test('env', async () => {
    const env = { PATH: process.env.PATH, A: 'größe', B: undefined };
    expect(await stdoutOf((done) => exec('printf "$A ${B-unset} ${HOME-unset}"', { env }, done))).toBe(
      'größe unset unset',
    );
    expect(await stdoutOf((done) => execFile('env', { env: { A: '1' } }, done))).toBe('A=1\n');
  });

  test('our environment, when there is none', async () => {
    const seen = await reportsOf(
      module,
      ({ exec, execFile }, report) => {
        process.env.SECOND = 'set later';
        execFile('printenv', ['FIRST'], (_error, stdout) => report(stdout));
        exec('printenv SECOND', { env: null }, (_error, stdout) => report(stdout));
      },
      { env: { FIRST: 'given' } },
    );
    expect(seen.sort()).toEqual(['given\n', 'set later\n']);
  });

  asRoot('uid and gid', async () => {
    const options = { uid: NOBODY, gid: NOBODY };
    expect(await stdoutOf((done) => exec('id -u; id -g', options, done))).toBe(`${NOBODY}\n${NOBODY}\n`);
    expect(await stdoutOf((done) => execFile('id', ['-u'], options, done))).toBe(`${NOBODY}\n`);
    expect(await stdoutOf((done) => execFile('id', ['-g'], { gid: 7 }, done))).toBe('7\n');
  });

  test('windowsHide and windowsVerbatimArguments change nothing here', async () => {
    const options = { windowsHide: true, windowsVerbatimArguments: true };
    expect(await stdoutOf((done) => execFile('echo', ['"a"'], options, done))).toBe('"a"\n');
  });

  test.each([true, false, null, undefined, 1])('exec in a shell that is %p: /bin/sh', async (shell) => {
    expect(await stdoutOf((done) => exec('echo $0', { shell }, done))).toBe('/bin/sh\n');
  });

  test("exec in a shell that is '': in none", async () => {
    const { error } = await collect((done) => exec('echo $0', { shell: '' }, done));
    expect(error.message).toBe('spawn echo $0 ENOENT');
  });

  test('a shell by its path', async () => {
    expect(await stdoutOf((done) => exec('a  "b"', { shell: ownShell }, done))).toBe(`[${ownShell}][-c][a  "b"]`);
    expect(await stdoutOf((done) => execFile('a', [], { shell: ownShell }, done))).toBe(`[${ownShell}][-c][a]`);
  });

  test('execFile runs no shell', async () => {
    expect(await stdoutOf((done) => execFile('echo', ['$HOME', '*', ';', 'ls'], done))).toBe('$HOME * ; ls\n');
  });

  test('execFile in a shell: joined by spaces, not quoted', async () => {
    const [stdout] = await reportsOf(
      module,
      ({ execFile }, report) => {
        execFile('printf', ['[%s]', '"a b"', '$((1 + 1))'], { shell: true }, (_error, stdout) => report(stdout));
      },
      { flags: ['--no-deprecation'] },
    );
    expect(stdout).toBe('[a b][2]');
  });

  test('stdio, argv0 and detached do not reach the child', async () => {
    const options = { stdio: 'ignore', argv0: 'renamed', detached: true };
    let child;
    const stdout = await stdoutOf((done) => {
      child = execFile('sh', ['-c', 'cat /proc/$$/stat; echo $0'], options, done);
    });
    const [stat, name] = stdout.split('\n');
    expect(name).toBe('sh');
    expect(Number(stat.split(' ')[5])).toBe(statOf('self').session);
    expect(child.spawnargs).toEqual(['sh', '-c', 'cat /proc/$$/stat; echo $0']);
    expect(child.stdio.map(Boolean)).toEqual([true, true, true]);
  });

  test('the child that is returned', async () => {
    let child;
    const end = collect((done) => {
      child = exec('read line; echo "got $line"', done);
    });
    expect(child).toBeInstanceOf(module.ChildProcess);
    expect(child.spawnfile).toBe('/bin/sh');
    expect(child.spawnargs).toEqual(['/bin/sh', '-c', 'read line; echo "got $line"']);
    expect(child.pid).toBeGreaterThan(0);
    child.stdin.end('this\n');
    expect(await end).toEqual({ error: null, stdout: 'got this\n', stderr: '' });
    expect([child.exitCode, child.signalCode, child.killed]).toEqual([0, null, false]);
  });

  test('a timeout longer than timers can be is the 1 ms that setTimeout makes of it', async () => {
    const { stderr, reports } = await runProgram(module, ({ exec }, report) => {
      exec('exec sleep 30', { timeout: 2 ** 31 }, (error) => report([error.killed, error.signal]));
    });
    expect(reports).toEqual([[true, 'SIGTERM']]);
    expect(stderr).toContain('TimeoutOverflowWarning');
  });
});
