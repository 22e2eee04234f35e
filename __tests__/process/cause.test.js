'use strict';
// error.cause of a start that failed where it was not the program: which system call, and on what.

const { readFileSync, mkdirSync, symlinkSync, writeFileSync } = require('node:fs');
const { inspect, promisify } = require('node:util');
const path = require('node:path');
const { errorOf } = require('../helpers/errors.js');
const { makeFolder, removeFolder, writeScript } = require('../helpers/folder.js');
const { builtin, forkless } = require('../helpers/modules.js');
const { reportsOf } = require('../helpers/program.js');

let folder;
const inFolder = (name) => path.join(folder, name);

/** [syscall, code, path in the folder if there is one, whether that is an interpreter] of the cause, or nothing. */
const CAUSES = {
  'a cwd that is missing': [() => ['true', [], { cwd: inFolder('none') }], ['chdir', 'ENOENT', 'none']],
  'a cwd that is a file': [() => ['true', [], { cwd: inFolder('plain') }], ['chdir', 'ENOTDIR', 'plain']],
  'a cwd in a loop of links': [() => ['true', [], { cwd: inFolder('loop') }], ['chdir', 'ELOOP', 'loop']],
  'a cwd and a program that are missing': [
    () => ['/none/x', [], { cwd: inFolder('none') }],
    ['chdir', 'ENOENT', 'none'],
  ],
  'an fd that is closed': [() => ['true', [], { stdio: ['ignore', 'ignore', 'ignore', 9999] }], ['dup2', 'EBADF']],
  'a missing interpreter': [() => [inFolder('script'), []], ['execve', 'ENOENT', 'none/sh', true]],
  'one of a program in PATH': [
    () => ['script', [], { env: { PATH: `/none:${folder}` } }],
    ['execve', 'ENOENT', 'none/sh', true],
  ],
  'an interpreter that cannot be run': [() => [inFolder('to-plain'), []], ['execve', 'EACCES', 'plain', true]],
  'an interpreter that is a folder': [() => [inFolder('to-folder'), []], ['execve', 'EACCES', 'sub', true]],
  'an interpreter below a file': [() => [inFolder('below'), []], ['execve', 'ENOTDIR', 'plain/sh', true]],
  'an interpreter that is a script without one': [
    () => [inFolder('nested'), []],
    ['execve', 'ENOENT', 'none/sh', true],
  ],
  'the missing linker of a program': [() => [inFolder('unlinked'), []], ['execve', 'ENOENT', undefined, true]],
  'a file that cannot be run': [() => [inFolder('plain'), []], ['execve', 'EACCES', 'plain']],
  'a folder': [() => [inFolder('sub'), []], ['execve', 'EACCES', 'sub']],
  'one that cannot be run, found behind one without interpreter': [
    () => ['twice', [], { env: { PATH: `${inFolder('a')}:${inFolder('b')}` } }],
    ['execve', 'EACCES', 'b/twice'],
  ],
  'arguments that are too long': [() => ['/bin/true', ['x'.repeat(1 << 20)]], ['execve', 'E2BIG', '/bin/true']],
  'a missing program': [() => [inFolder('missing'), []]],
  'a missing program in PATH': [() => ['forkless-none', []]],
  'a link to nowhere': [() => [inFolder('dangling'), []]],
};

beforeAll(() => {
  folder = makeFolder();
  mkdirSync(inFolder('sub'));
  writeFileSync(inFolder('plain'), '', { mode: 0o644 });
  symlinkSync('loop', inFolder('loop'));
  symlinkSync('missing', inFolder('dangling'));
  const script = (name, interpreter, mode) => writeScript(inFolder(name), `#! ${interpreter} -x\n`, mode);
  script('script', inFolder('none/sh'));
  script('to-plain', inFolder('plain'));
  script('to-folder', inFolder('sub'));
  script('below', inFolder('plain/sh'));
  script('nested', inFolder('script'));
  script('relative', 'none/sh');
  script('a/twice', inFolder('none/sh'));
  script('b/twice', '/bin/sh', 0o644);
  const bytes = readFileSync('/bin/true');
  // Node's own C library may be another than that of this program.
  const at = ['/lib64/ld-', '/lib/ld-'].map((linker) => bytes.indexOf(linker)).find((index) => index >= 0);
  expect(at).toBeGreaterThan(0);
  bytes[at + 1] = 'n'.charCodeAt(0);
  writeFileSync(inFolder('unlinked'), bytes, { mode: 0o755 });
});
afterAll(() => removeFolder(folder));

/** Every way to get the error of a start: by a call that throws or gives a promise of it. */
const FAILURES = {
  spawn: ({ spawn }, ...call) => new Promise((resolve) => spawn(...call).on('error', resolve)),
  execFile: ({ execFile }, ...call) => new Promise((resolve) => execFile(...call, resolve)),
  'execFile as a promise': ({ execFile }, ...call) => promisify(execFile)(...call),
  spawnSync: ({ spawnSync }, ...call) => spawnSync(...call).error,
  execFileSync: ({ execFileSync }, ...call) => execFileSync(...call),
};

/** @returns {Promise<any>} the error, thrown or not */
async function failureOf(way, module, call) {
  try {
    return await FAILURES[way](module, ...call);
  } catch (error) {
    return error;
  }
}

/** All of an error but its cause and the place where it was made. */
function plain(error) {
  // That of the blocking three has itself among its properties.
  const { error: itself, ...properties } = error;
  return {
    properties,
    isItself: itself === error,
    keys: Object.keys(error),
    message: error.message,
    head: error.stack.split('\n')[0],
    class: Object.getPrototypeOf(error).constructor.name,
    json: JSON.stringify(properties),
  };
}

const plainCause = ({ syscall, code, path, interpreter }) => ({ syscall, code, path, interpreter });

describe.each(Object.keys(FAILURES))('by %s', (way) => {
  test.each(Object.entries(CAUSES))('%s', async (_name, [callOf, cause]) => {
    const call = callOf();
    // Elsewhere stdio is not among the options.
    if (way.startsWith('execFile') && call[2]?.stdio && way !== 'execFileSync') return;
    const [expected, error] = [await failureOf(way, builtin, call), await failureOf(way, forkless, call)];
    expect(plain(error)).toEqual(plain(expected));
    if (!cause) {
      expect(Object.hasOwn(error, 'cause')).toBe(false);
      return;
    }
    const [syscall, code, name, isInterpreter] = cause;
    expect(Object.getOwnPropertyDescriptor(error, 'cause')).toMatchObject({
      enumerable: false,
      writable: true,
      configurable: true,
    });
    const { cause: told } = error;
    const file = name && path.resolve(folder, name);
    expect(told).toMatchObject({ syscall, code, errno: error.errno });
    if (file) expect(told.path).toBe(file);
    expect(told.interpreter).toBe(isInterpreter ? told.path : undefined);
    expect(told.message.startsWith(`${code}: `)).toBe(true);
    expect(told.message).toContain(told.path ? `, ${syscall} '${told.path}'` : `, ${syscall}`);
    expect(inspect(error)).toContain(`[cause]: Error: ${told.message}`);
  });
});

test('the words are those of node:fs', () => {
  const { cause } = forkless.spawnSync('true', { cwd: inFolder('none') }).error;
  expect(cause.message).toBe(`ENOENT: no such file or directory, chdir '${inFolder('none')}'`);
});

test('an interpreter is relative to the folder of the child', async () => {
  const error = await failureOf('spawn', forkless, ['./relative', [], { cwd: folder }]);
  expect(plainCause(error.cause)).toEqual({
    syscall: 'execve',
    code: 'ENOENT',
    path: 'none/sh',
    interpreter: 'none/sh',
  });
  mkdirSync(inFolder('sub/none'));
  symlinkSync('/bin/sh', inFolder('sub/none/sh'));
  expect(forkless.spawnSync('../relative', { cwd: inFolder('sub') }).error).toBe(undefined);
});

test.each(['exec', 'execSync'])('%s, whose shell is missing', async (name) => {
  const shell = inFolder('script');
  const error = await new Promise((resolve) => {
    if (name === 'exec') forkless.exec('x', { shell }, resolve);
    else resolve(thrown(() => forkless.execSync('x', { shell, stdio: 'ignore' })));
  });
  expect(plainCause(error.cause)).toMatchObject({ syscall: 'execve', interpreter: inFolder('none/sh') });
});

function thrown(call) {
  try {
    return call();
  } catch (error) {
    return error;
  }
}

test('a start that goes well after one that did not has none of it', async () => {
  await failureOf('spawn', forkless, [inFolder('script'), []]);
  const error = await failureOf('spawn', forkless, [inFolder('missing'), []]);
  expect(error.cause).toBe(undefined);
});

const root = process.getuid() === 0 ? test : test.skip;

root('another user: folders and ids that are refused', async () => {
  mkdirSync(inFolder('closed'), { mode: 0o700 });
  const uid = 61_234;
  const [seen] = await reportsOf(
    forkless,
    async ({ spawn, spawnSync }, report, cwd) => {
      const describe = ({ code, message, cause }) => ({ code, message, cause: { ...cause } });
      const failed = (options) => {
        try {
          return new Promise((resolve) => spawn('true', options).on('error', (error) => resolve(describe(error))));
        } catch (error) {
          return ['thrown', describe(error)];
        }
      };
      const caught = async (options) => {
        try {
          return await failed(options);
        } catch (error) {
          return ['thrown', describe(error)];
        }
      };
      report({
        cwd: await caught({ cwd }),
        uid: await caught({ uid: 0 }),
        gid: await caught({ gid: 0 }),
        sync: describe(spawnSync('true', { uid: 0 }).error),
        syncGid: describe(spawnSync('true', { gid: 0 }).error),
      });
    },
    { args: [inFolder('closed')], uid, gid: uid, cwd: '/' },
  );
  const refused = (syscall) => ({ errno: -1, code: 'EPERM', syscall });
  expect(seen).toMatchObject({
    cwd: { code: 'EACCES', cause: { syscall: 'chdir', code: 'EACCES', path: inFolder('closed') } },
    uid: ['thrown', { code: 'EPERM', message: 'spawn EPERM', cause: refused('setuid') }],
    gid: ['thrown', { code: 'EPERM', message: 'spawn EPERM', cause: refused('setgid') }],
    sync: { code: 'EPERM', cause: refused('setuid') },
    syncGid: { code: 'EPERM', cause: refused('setgid') },
  });
});

test('of fork(), and of a shell', async () => {
  const options = { cwd: inFolder('none') };
  const cause = { syscall: 'chdir', code: 'ENOENT', path: inFolder('none') };
  const error = await new Promise((resolve) => forkless.fork('/x', options).on('error', resolve));
  expect(error).toMatchObject({ code: 'ENOENT', cause });
  expect(await promisify(forkless.exec)('true', options).catch((error) => error)).toMatchObject({ cause });
  expect(errorOf(() => forkless.execSync('true', { ...options, stdio: 'ignore' }))).toMatchObject({ cause });
});

(process.getuid?.() === 0 ? test : test.skip)('of /dev/null that is missing', async () => {
  const seen = await reportsOf(
    forkless,
    ({ spawn, spawnSync }, report) => {
      const told = ({ code, cause }) => [code, cause?.syscall, cause?.path];
      report(told(spawnSync('/bin/true', { stdio: 'ignore' }).error));
      spawn('/bin/true', { stdio: 'ignore' }).on('error', (error) => report(told(error)));
    },
    // As soon as Node is up.
    { through: ['unshare', '-m'], flags: ['--require', hidingOfDev()] },
  );
  expect(seen).toEqual(new Array(2).fill(['ENOENT', 'open', '/dev/null']));
});

/** A module that puts an empty folder in the place of /dev. */
function hidingOfDev() {
  const file = inFolder('hide.js');
  writeFileSync(file, "require('node:child_process').execFileSync('mount', ['-t', 'tmpfs', 'none', '/dev']);");
  return file;
}
