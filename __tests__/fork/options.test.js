'use strict';
// fork()'s options: which Node runs it and how, its environment, directory, user and session.

const fs = require('node:fs');
const path = require('node:path');
const { pathToFileURL } = require('node:url');
const { closed, next } = require('../helpers/children.js');
const { makeFolder, removeFolder, writeScript } = require('../helpers/folder.js');
const { builtin, describeEach, forkless } = require('../helpers/modules.js');
const { statOf } = require('../helpers/proc.js');
const { reportsOf } = require('../helpers/program.js');
const { Inbox, forkNode, gone } = require('../ipc/nodes.js');

const FILE = path.join(__dirname, 'fixtures', 'report.js');
const STDIO = ['ignore', 'ignore', 'inherit', 'ipc'];

let folder;
beforeAll(() => {
  folder = makeFolder();
});
afterAll(() => removeFolder(folder));

/** What the module tells of itself, when it has ended. @param {any} child */
async function report(child) {
  const [[message], end] = await Promise.all([next(child, 'message'), closed(child)]);
  expect(end).toEqual({ code: 0, signal: null });
  return message;
}

describeEach('execPath', ({ fork }) => {
  const run = (options) => fork(FILE, ['a'], { execArgv: [], stdio: STDIO, ...options });

  test.each([[undefined], [null], ['']])('%j: the running Node', async (execPath) => {
    expect((await report(run({ execPath }))).execPath).toBe(process.execPath);
  });

  test('another program gets flags, module and args', async () => {
    const file = writeScript(path.join(folder, 'other'), '#!/bin/sh\nprintf \'["%s","%s","%s"]\\n\' "$@" >&3\n');
    const child = run({ execPath: file, execArgv: ['--flag'] });
    const [[message], end] = await Promise.all([next(child, 'message'), closed(child)]);
    expect(message).toEqual(['--flag', FILE, 'a']);
    expect(end).toEqual({ code: 0, signal: null });
    expect([child.spawnfile, child.spawnargs]).toEqual([file, [file, '--flag', FILE, 'a']]);
  });

  test('a name is looked up in the PATH', async () => {
    const env = { PATH: path.dirname(process.execPath) };
    const { execPath } = await report(run({ execPath: path.basename(process.execPath), env }));
    expect(fs.realpathSync(execPath)).toBe(fs.realpathSync(process.execPath));
  });

  test('one that is not there is an error event', async () => {
    const child = run({ execPath: '/none/such' });
    const [error] = await next(child, 'error');
    expect({ ...error }).toEqual({
      errno: -2,
      code: 'ENOENT',
      syscall: 'spawn /none/such',
      path: '/none/such',
      spawnargs: [FILE, 'a'],
    });
    expect(child.pid).toBe(undefined);
    // The channel is there, and of no use.
    expect(typeof child.send).toBe('function');
  });
});

describeEach('execArgv', (module) => {
  const { fork } = module;

  test('flags of the child', async () => {
    const flags = ['--no-warnings', '--stack-trace-limit=7'];
    const child = fork(FILE, ['a'], { execArgv: flags, stdio: STDIO });
    expect(await report(child)).toMatchObject({ execArgv: flags, argv: ['a'] });
    expect(child.spawnargs).toEqual([process.execPath, ...flags, FILE, 'a']);
  });

  test('left out: those of the parent', async () => {
    const body = ({ fork }, report, file) => {
      const child = fork(file, { stdio: ['ignore', 'ignore', 2, 'ipc'] });
      child.on('message', ({ execArgv }) => report(execArgv));
    };
    const flags = ['--no-warnings', '--stack-trace-limit=7'];
    // The script of -e is not for the child.
    expect(await reportsOf(module, body, { args: [FILE], flags })).toEqual([flags]);
  });

  test('an empty list: none', async () => {
    const body = ({ fork }, report, file) => {
      const child = fork(file, { execArgv: [], stdio: ['ignore', 'ignore', 2, 'ipc'] });
      child.on('message', ({ execArgv }) => report(execArgv));
    };
    expect(await reportsOf(module, body, { args: [FILE], flags: ['--no-warnings'] })).toEqual([[]]);
  });

  test('what the parent changes of process.execArgv counts', async () => {
    const body = ({ fork }, report, file) => {
      process.execArgv.push('--stack-trace-limit=9');
      const child = fork(file, { stdio: ['ignore', 'ignore', 2, 'ipc'] });
      child.on('message', ({ execArgv }) => report(execArgv));
    };
    const [flags] = await reportsOf(module, body, { args: [FILE], flags: ['--no-warnings'] });
    expect(flags).toEqual(['--no-warnings', '--stack-trace-limit=9']);
  });
});

describeEach('env and cwd', ({ fork }) => {
  const run = (options) => fork(FILE, [], { execArgv: [], stdio: STDIO, ...options });

  test('the environment that is given', async () => {
    const { env } = await report(run({ env: { ONE: '1', NONE: undefined, EMPTY: '', N: 5 } }));
    expect(env).toMatchObject({ ONE: '1', EMPTY: '', N: '5' });
    expect(env).not.toHaveProperty('NONE');
    expect(env).not.toHaveProperty('HOME');
  });

  test('and else ours', async () => {
    const { env } = await report(run({}));
    expect([env.PATH, env.HOME]).toEqual([process.env.PATH, process.env.HOME]);
  });

  test('the child does not see its channel in its environment', async () => {
    const { env } = await report(run({}));
    expect(Object.keys(env).filter((name) => name.startsWith('NODE_CHANNEL'))).toEqual([]);
  });

  test.each([
    ['a path', (folder) => folder],
    ['a URL', (folder) => pathToFileURL(folder)],
  ])('cwd as %s', async (_name, of) => {
    expect((await report(run({ cwd: of(folder) }))).cwd).toBe(folder);
  });

  test('a cwd that is not there is an error event', async () => {
    const [error] = await next(run({ cwd: '/none/such' }), 'error');
    expect(error.code).toBe('ENOENT');
  });
});

describeEach('detached, uid and gid', ({ fork }) => {
  const run = (options) =>
    fork(FILE, [], { execArgv: [], stdio: STDIO, env: { ...process.env, STAY: '1' }, ...options });

  const end = async (child) => {
    child.disconnect();
    return next(child, 'exit');
  };

  test.each([[true], [false]])('detached: %s', async (detached) => {
    const child = run({ detached });
    await next(child, 'message');
    const own = statOf(child.pid).session === child.pid;
    expect(own).toBe(detached);
    expect(await end(child)).toEqual([0, null]);
  });

  const asRoot = process.getuid() === 0 ? test : test.skip;

  asRoot('uid and gid', async () => {
    const file = path.join(folder, 'report.js');
    fs.copyFileSync(FILE, file);
    const child = fork(file, [], { execArgv: [], stdio: STDIO, uid: 65534, gid: 65533, cwd: folder });
    const [[message]] = await Promise.all([next(child, 'message'), closed(child)]);
    expect(message.ids).toEqual([65534, 65533]);
  });

  test('a uid that cannot be set is thrown', () => {
    if (process.getuid() === 0) return;
    expect(() => run({ uid: 0 })).toThrow(expect.objectContaining({ code: 'EPERM' }));
  });
});

describeEach('serialization', (module) => {
  test.each([
    [undefined, {}],
    ['json', {}],
    ['advanced', new Map([[1, 2]])],
  ])('%s', async (serialization, expected) => {
    const echo = () => process.on('message', (message) => process.send(message));
    const child = forkNode(module, echo, [], { serialization });
    child.send(new Map([[1, 2]]));
    expect(await new Inbox(child).message()).toEqual(expected);
    child.disconnect();
    await gone(child);
  });
});

test('shell is not for fork', async () => {
  for (const { fork } of [builtin, forkless]) {
    const child = fork(FILE, ['$HOME'], { execArgv: [], stdio: STDIO, shell: true });
    expect((await report(child)).argv).toEqual(['$HOME']);
    expect(child.spawnfile).toBe(process.execPath);
  }
});
