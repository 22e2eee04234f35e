'use strict';
// Commands that a shell runs.

const path = require('node:path');
const { since } = require('../../lib/release.js');
const { closed, output } = require('../helpers/children.js');
const { describeError } = require('../helpers/errors.js');
const { makeFolder, removeFolder, writeScript } = require('../helpers/folder.js');
const { describeEach, onBoth } = require('../helpers/modules.js');
const { runProgram } = require('../helpers/program.js');

let folder;
let ownShell;
beforeAll(() => {
  folder = makeFolder();
  ownShell = writeScript(path.join(folder, 'own shell'), '#!/bin/sh\nprintf "[%s]" "$@"\n');
});
afterAll(() => removeFolder(folder));

describeEach('shell', ({ spawn }) => {
  test('true: /bin/sh runs the command line', async () => {
    const child = spawn('echo "$GREETING" | tr a-z A-Z; exit 3', {
      shell: true,
      env: { ...process.env, GREETING: 'hi' },
    });
    expect(child.spawnfile).toBe('/bin/sh');
    expect(child.spawnargs).toEqual(['/bin/sh', '-c', 'echo "$GREETING" | tr a-z A-Z; exit 3']);
    expect(await output(child)).toEqual({ code: 3, signal: null, stdout: 'HI\n', stderr: '' });
  });

  test('arguments are joined by spaces, not quoted', async () => {
    const child = spawn('printf', ['"[%s]"', 'a b', '"c d"', '', '$((1 + 1))'], { shell: true });
    expect(child.spawnargs).toEqual(['/bin/sh', '-c', 'printf "[%s]" a b "c d"  $((1 + 1))']);
    expect((await output(child)).stdout).toBe('[a][b][c d][2]');
  });

  test('a path: that shell', async () => {
    const child = spawn('echo hi', { shell: ownShell });
    expect(child.spawnfile).toBe(ownShell);
    expect(child.spawnargs).toEqual([ownShell, '-c', 'echo hi']);
    expect((await output(child)).stdout).toBe('[-c][echo hi]');
  });

  test('a name: looked up in PATH', async () => {
    const child = spawn('echo hi', { shell: 'own shell', env: { PATH: `/nowhere:${folder}:/bin` } });
    expect(child.spawnfile).toBe('own shell');
    expect((await output(child)).stdout).toBe('[-c][echo hi]');
  });

  test.each([
    ['an empty string', ''],
    ['false', false],
    ['null', null],
    ['undefined', undefined],
  ])('%s: no shell', async (_name, shell) => {
    const child = spawn('printf', ['[%s]', '$HOME'], { shell });
    expect(child.spawnfile).toBe('printf');
    expect((await output(child)).stdout).toBe('[$HOME]');
  });

  test('argv0 is the name of the shell', async () => {
    const child = spawn('echo $0', { shell: true, argv0: 'renamed' });
    expect(child.spawnfile).toBe('/bin/sh');
    expect(child.spawnargs).toEqual(['renamed', '-c', 'echo $0']);
    expect((await output(child)).stdout).toBe('renamed\n');
  });

  test('a command that is not there is the matter of the shell', async () => {
    const { code, stderr, error } = await output(spawn('forkless-no-such-command', { shell: true }));
    expect([code, error]).toEqual([127, undefined]);
    expect(stderr).toContain('forkless-no-such-command');
  });
});

test('a shell that is not there', async () => {
  const { code, error } = await onBoth(async ({ spawn }) => {
    const end = await closed(spawn('echo hi', { shell: '/nowhere/sh' }));
    return { ...end, error: describeError(end.error) };
  });
  expect(code).toBe(-2);
  expect(error.message).toBe('spawn /nowhere/sh ENOENT');
  expect(error.properties.spawnargs).toEqual(['-c', 'echo hi']);
});

test('the deprecation of arguments with a shell follows the running Node, once', async () => {
  const warnings = await onBoth(async (module) => {
    const { stderr } = await runProgram(module, ({ spawn }) => {
      spawn('true', ['a'], { shell: true }).on('close', () => spawn('true', ['b'], { shell: true }));
    });
    return stderr.split('\n').filter((line) => line.includes('DEP0190')).length;
  });
  expect(warnings).toBe(since('24.0') ? 1 : 0);
});

test('no deprecation without arguments', async () => {
  const { stderr } = await onBoth((module) =>
    runProgram(module, ({ spawn }) => {
      spawn('true', { shell: true });
      spawn('true', [], { shell: true });
      spawn('true', ['a'], { shell: '' });
    }),
  );
  expect(stderr).toBe('');
});
