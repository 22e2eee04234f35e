'use strict';
// How a command is found: the child's PATH, as execvp(3) walks it.

const fs = require('node:fs');
const path = require('node:path');
const { closed, output } = require('../helpers/children.js');
const { describeError, thrownBy } = require('../helpers/errors.js');
const { makeFolder, removeFolder, writeScript } = require('../helpers/folder.js');
const { builtin, describeEach, onBoth } = require('../helpers/modules.js');

let folder;
const at = (...names) => path.join(folder, ...names);

beforeAll(() => {
  folder = makeFolder();
  writeScript(at('one', 'tool'), '#!/bin/sh\necho "one $*"\n');
  writeScript(at('two', 'tool'), '#!/bin/sh\necho "two $*"\n');
  writeScript(at('refused', 'tool'), '#!/bin/sh\n', 0o644);
  fs.mkdirSync(at('folder', 'tool'), { recursive: true });
  writeScript(at('bare', 'tool'), 'echo "bare $0 $*"\n');
  writeScript(at('bare', 'empty'), '');
  fs.mkdirSync(at('dangling'));
  fs.symlinkSync('/nowhere/x', at('dangling', 'tool'));
  fs.writeFileSync(at('file'), '');
  fs.symlinkSync(at('two', 'tool'), at('link'));
});
afterAll(() => removeFolder(folder));

/** PATH of these names in the test's folder; what begins with a slash or is empty stays. */
const pathOf = (...names) => names.map((name) => (name === '' || name[0] === '/' ? name : at(name))).join(':');

async function run({ spawn }, file, options, args = ['x']) {
  const { code, stdout, error } = await output(spawn(file, args, options));
  return error ? error.code : `${stdout.trim()}${code ? ` ${code}` : ''}`;
}

describe('the PATH of the child', () => {
  test.each([
    ['the first that has it', ['one', 'two'], 'one x'],
    ['in the order of PATH', ['two', 'one'], 'two x'],
    ['past folders that are not there', ['/nowhere', 'two'], 'two x'],
    ['past files in the place of folders', ['file', 'two'], 'two x'],
    ['past what may not be run', ['refused', 'two'], 'two x'],
    ['past a folder of that name', ['folder', 'two'], 'two x'],
    ['past a link to nothing', ['dangling', 'two'], 'two x'],
    ['EACCES is remembered', ['refused', '/nowhere'], 'EACCES'],
    ['EACCES of a folder of that name, too', ['folder', '/nowhere'], 'EACCES'],
    ['in none of them', ['/nowhere', '/nowhere else'], 'ENOENT'],
    ['only a link to nothing', ['dangling'], 'ENOENT'],
    ['only a file in the place of a folder', ['file'], 'ENOTDIR, thrown'],
  ])('%s', async (_name, names, expected) => {
    const env = { PATH: pathOf(...names) };
    const seen = await onBoth(async (module) => {
      let result;
      const thrown = thrownBy(() => {
        result = run(module, 'tool', { env });
      });
      return thrown ? `${thrown.properties.code}, thrown` : result.catch((error) => `${error.code}, thrown`);
    });
    expect(seen).toBe(expected);
  });

  test.each([
    ['at the end', () => pathOf('/nowhere', '')],
    ['at the start', () => pathOf('', '/nowhere')],
    ['in between', () => pathOf('/nowhere', '', '/nowhere')],
    ['alone', () => ''],
    ['twice', () => ':'],
  ])('an empty entry is the current folder, that of the child: %s', async (_name, list) => {
    const seen = await onBoth((module) => run(module, 'tool', { env: { PATH: list() }, cwd: at('one') }));
    expect(seen).toBe('one x');
  });

  test('relative entries are looked up in cwd', async () => {
    expect(await onBoth((module) => run(module, 'tool', { env: { PATH: 'nowhere:two' }, cwd: folder }))).toBe('two x');
  });

  test('past an entry longer than any path, but not past one just shorter', async () => {
    const behind = (entry) => ({ env: { PATH: `${entry}:${at('two')}` } });
    const [passed, thrown] = await onBoth(async (module) => [
      await run(module, 'tool', behind(`/${'x/'.repeat(2048)}`)),
      thrownBy(() => module.spawn('tool', behind(`/${'x/'.repeat(2047)}`))),
    ]);
    expect(passed).toBe('two x');
    expect(thrown.properties).toEqual({ errno: -36, code: 'ENAMETOOLONG', syscall: 'spawn' });
  });

  test('ours is not looked at when env has one', async () => {
    expect(await onBoth((module) => run(module, 'ls', { env: { PATH: '/nowhere' } }))).toBe('ENOENT');
  });

  test('none at all: where the C library looks', async () => {
    expect(await onBoth((module) => run(module, 'echo', { env: {} }))).toBe('x');
    expect(await onBoth((module) => run(module, 'tool', { env: {}, cwd: at('one') }))).toBe('ENOENT');
  });

  test('the name in another case is another name', async () => {
    expect(await onBoth((module) => run(module, 'echo', { env: { Path: '/nowhere' } }))).toBe('x');
  });
});

describe('a path is not searched', () => {
  test.each([
    ['absolute', () => at('two', 'tool'), 'two x'],
    ['relative to cwd', () => './two/tool', 'two x'],
    ['without a dot', () => 'two/tool', 'two x'],
    ['upwards', () => `../${path.basename(folder)}/two/tool`, 'two x'],
    ['a link', () => './link', 'two x'],
    ['a folder', () => './two', 'EACCES'],
    ['nothing there', () => './nowhere', 'ENOENT'],
  ])('%s', async (_name, file, expected) => {
    const options = () => ({ cwd: folder, env: { PATH: pathOf('one') } });
    expect(await onBoth((module) => run(module, file(), options()))).toBe(expected);
  });
});

describe('scripts', () => {
  /** glibc hands a file without a first line to a shell. To musl it is an error, which ends the search. */
  const bare = async (expected, ...start) => {
    const isError = builtin.spawnSync(at('bare', 'empty')).error?.code === 'ENOEXEC';
    const seen = await onBoth((module) => run(module, ...start).catch((error) => `${error.code}, thrown`));
    expect(seen).toBe(isError ? 'ENOEXEC, thrown' : expected);
  };

  test('without a first line that names an interpreter: /bin/sh runs it', () => {
    const file = at('bare', 'tool');
    return bare(`bare ${file} a b c`, file, {}, ['a', 'b c']);
  });

  test('found in PATH, too', () => {
    const env = { PATH: pathOf('/nowhere', 'bare', 'two') };
    return bare(`bare ${at('bare', 'tool')} x`, 'tool', { env });
  });

  test('argv0 is lost on the way', () => {
    const file = at('bare', 'tool');
    return bare(`bare ${file} x`, file, { argv0: 'zero' });
  });

  test('an empty file is an empty script', () => bare('', at('bare', 'empty'), {}));

  test('that run themselves by a chain of interpreters', async () => {
    writeScript(at('chain 1'), `#!${at('chain2')}\n`);
    writeScript(at('chain2'), '#!/bin/cat\nend of the chain\n');
    const { stdout } = await onBoth(({ spawn }) => output(spawn(at('chain 1'))));
    expect(stdout).toContain('end of the chain');
  });
});

describeEach('a program that is being written: ETXTBSY', ({ spawn }) => {
  test('is thrown', async () => {
    const file = at(`busy ${Math.random()}`);
    fs.copyFileSync('/bin/true', file);
    fs.chmodSync(file, 0o755);
    const fd = fs.openSync(file, 'r+');
    const thrown = thrownBy(() => spawn(file));
    fs.closeSync(fd);
    expect(thrown.properties).toEqual({ errno: -26, code: 'ETXTBSY', syscall: 'spawn' });
    expect(await closed(spawn(file, { stdio: 'ignore' }))).toEqual({ code: 0, signal: null });
  });

  test('written, closed and started at once, again and again', async () => {
    const ends = [];
    for (let index = 0; index < 50; index++) {
      const file = writeScript(at(`fresh ${index}`), '#!/bin/sh\nexit 4\n');
      ends.push(closed(spawn(file, { stdio: 'ignore' })));
      fs.copyFileSync('/bin/true', `${file} binary`);
      fs.chmodSync(`${file} binary`, 0o755);
      ends.push(closed(spawn(`${file} binary`, { stdio: 'ignore' })));
    }
    const codes = (await Promise.all(ends)).map(({ code, error }) => describeError(error)?.message ?? code);
    expect(codes).toEqual(Array.from({ length: 100 }, (_, index) => (index % 2 ? 0 : 4)));
  });
});
