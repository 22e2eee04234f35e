'use strict';
// Where the child starts.

const fs = require('node:fs');
const path = require('node:path');
const { pathToFileURL } = require('node:url');
const { closed, output } = require('../helpers/children.js');
const { describeError, thrownBy } = require('../helpers/errors.js');
const { foreignUrl } = require('../helpers/foreign-url.js');
const { makeFolder, removeFolder, writeScript } = require('../helpers/folder.js');
const { describeEach, onBoth } = require('../helpers/modules.js');
const { reportsOf } = require('../helpers/program.js');
const { takesUrl } = require('../helpers/running-node.js');

let folder;
beforeAll(() => {
  folder = makeFolder();
  fs.mkdirSync(path.join(folder, 'größe 🚀'));
  fs.writeFileSync(path.join(folder, 'file'), '');
  fs.mkdirSync(path.join(folder, 'closed'), { mode: 0o000 });
  writeScript(path.join(folder, 'script'), '#!/bin/sh\npwd -P\n');
});
afterAll(() => removeFolder(folder));

describeEach('cwd', ({ spawn }) => {
  const whereIs = async (cwd) => (await output(spawn('pwd', ['-P'], { cwd }))).stdout.slice(0, -1);

  test('a path', async () => {
    expect(await whereIs(folder)).toBe(folder);
    expect(await whereIs(path.join(folder, 'größe 🚀'))).toBe(path.join(folder, 'größe 🚀'));
  });

  test('a path relative to ours', async () => {
    expect(await whereIs('..')).toBe(path.dirname(process.cwd()));
  });

  test('a file URL', async () => {
    expect(await whereIs(pathToFileURL(folder))).toBe(folder);
    expect(await whereIs(pathToFileURL(path.join(folder, 'größe 🚀')))).toBe(path.join(folder, 'größe 🚀'));
  });

  test.each([
    ['undefined', undefined],
    ['null', null],
    ['an empty string', ''],
  ])('%s: ours', async (_name, cwd) => {
    expect(await whereIs(cwd)).toBe(process.cwd());
  });

  test('a relative command is looked for there', async () => {
    expect((await output(spawn('./script', { cwd: folder }))).stdout).toBe(`${folder}\n`);
  });

  test('is not changed for us', async () => {
    const before = process.cwd();
    await whereIs(folder);
    expect(process.cwd()).toBe(before);
  });

  test('PWD is not made up', async () => {
    const { stdout } = await output(spawn('/usr/bin/env', [], { cwd: folder, env: { PWD: '/elsewhere' } }));
    expect(stdout).toBe('PWD=/elsewhere\n');
  });
});

test.each([
  ...(takesUrl(foreignUrl('/'))
    ? [['a file URL of another realm', () => foreignUrl(folder), () => [folder, folder]]]
    : []),
  // What these two do differs in the built-in.
  ['bytes', () => Buffer.from(folder), () => [process.cwd(), folder]],
])('%s', async (_name, cwd, expected) => {
  const seen = await onBoth(async ({ spawn, spawnSync }) => [
    (await output(spawn('pwd', ['-P'], { cwd: cwd() }))).stdout.slice(0, -1),
    `${spawnSync('pwd', ['-P'], { cwd: cwd() }).stdout}`.slice(0, -1),
  ]);
  expect(seen).toEqual(expected());
});

test.each([
  ['a URL that is no file URL', () => new URL('http://localhost/x'), 'ERR_INVALID_URL_SCHEME'],
  ['a file URL of another machine', () => new URL('file://example/x'), 'ERR_INVALID_FILE_URL_HOST'],
  ['an encoded slash', () => new URL('file:///a%2fb'), 'ERR_INVALID_FILE_URL_PATH'],
  ['an encoded null byte', () => new URL('file:///a%00b'), 'ERR_INVALID_ARG_VALUE'],
  ['a null byte', () => '/a\0b', 'ERR_INVALID_ARG_VALUE'],
])('%s is thrown', async (_name, cwd, code) => {
  const thrown = await onBoth(({ spawn }) => thrownBy(() => spawn('true', { cwd: cwd() })));
  expect(thrown.properties.code).toBe(code);
});

test('one that is not there is a command that is not there', async () => {
  const cwd = path.join(folder, 'nowhere');
  const error = await onBoth(async ({ spawn }) => describeError((await closed(spawn('true', ['x'], { cwd }))).error));
  expect(error.properties).toEqual({
    errno: -2,
    code: 'ENOENT',
    syscall: 'spawn true',
    path: 'true',
    spawnargs: ['x'],
  });
});

test('one that is a file is thrown', async () => {
  const thrown = await onBoth(({ spawn }) => thrownBy(() => spawn('true', { cwd: path.join(folder, 'file') })));
  expect(thrown.properties).toEqual({ errno: -20, code: 'ENOTDIR', syscall: 'spawn' });
});

test('one with a name too long is thrown', async () => {
  const thrown = await onBoth(({ spawn }) => thrownBy(() => spawn('true', { cwd: `/${'x'.repeat(5000)}` })));
  expect(thrown.properties).toEqual({ errno: -36, code: 'ENAMETOOLONG', syscall: 'spawn' });
});

test('links in a circle are thrown', async () => {
  fs.symlinkSync('circle', path.join(folder, 'circle'));
  const thrown = await onBoth(({ spawn }) => thrownBy(() => spawn('true', { cwd: path.join(folder, 'circle') })));
  expect(thrown.properties).toEqual({ errno: -40, code: 'ELOOP', syscall: 'spawn' });
});

test('one that may not be entered is emitted', async () => {
  const [error] = await onBoth((module) =>
    reportsOf(
      module,
      ({ spawn }, report, cwd) => {
        if (process.getuid() === 0) process.setuid(65534);
        spawn('true', { cwd }).on('error', report);
      },
      { args: [path.join(folder, 'closed')] },
    ),
  );
  expect(error).toEqual({ errno: -13, code: 'EACCES', syscall: 'spawn true', path: 'true', spawnargs: [] });
});

test('a parent whose own folder is gone', async () => {
  const reports = await onBoth((module) =>
    reportsOf(module, ({ spawn }, report) => {
      const fs = require('node:fs');
      const gone = fs.mkdtempSync('/tmp/forkless-gone-');
      process.chdir(gone);
      fs.rmdirSync(gone);
      // Reads the link, since pwd and getcwd fail there as they should.
      const child = spawn('readlink', ['/proc/self/cwd']);
      child.stdout.setEncoding('utf8').on('data', (link) => report(link.endsWith(' (deleted)\n')));
      child.on('close', (code) => {
        report(code);
        spawn('pwd', { cwd: '/' }).stdout.setEncoding('utf8').on('data', report);
      });
    }),
  );
  expect(reports).toEqual([true, 0, '/\n']);
});
