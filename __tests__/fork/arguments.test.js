'use strict';
// fork()'s arguments: the module as path and URL, args and options left out, and what is refused.

const path = require('node:path');
const { pathToFileURL } = require('node:url');
const { closed, next } = require('../helpers/children.js');
const { foreignUrl } = require('../helpers/foreign-url.js');
const { describeEach, onBoth } = require('../helpers/modules.js');
const { takesUrl } = require('../helpers/running-node.js');

const FILE = path.join(__dirname, 'fixtures', 'report.js');
const QUIET = { stdio: ['ignore', 'ignore', 'inherit', 'ipc'], execArgv: [] };

/** What the module tells of itself. @param {any} child */
async function report(child) {
  const [[message], end] = await Promise.all([next(child, 'message'), closed(child)]);
  return { ...message, end };
}

describeEach('fork', ({ fork }) => {
  test.each([
    ['an absolute path', FILE],
    ['a path without its extension', FILE.slice(0, -3)],
    ['a file: URL', pathToFileURL(FILE)],
    ...(takesUrl(foreignUrl('/')) ? [['a file: URL of another realm', foreignUrl(FILE)]] : []),
    ['the bytes of a path', Buffer.from(FILE)],
  ])('%s', async (_name, module) => {
    const child = fork(module, ['a'], QUIET);
    expect(child.spawnfile).toBe(process.execPath);
    expect(child.spawnargs.slice(2)).toEqual(['a']);
    expect(child.spawnargs[1]).toBe(module.href ? FILE : module);
    expect(await report(child)).toMatchObject({ file: FILE, argv: ['a'], end: { code: 0, signal: null } });
  });

  test("a path that is relative to the child's directory", async () => {
    const child = fork('./report.js', [], { ...QUIET, cwd: path.dirname(FILE) });
    expect(await report(child)).toMatchObject({ file: FILE, end: { code: 0 } });
  });

  test.each([
    ['args and options', [['x', 'y'], QUIET], ['x', 'y']],
    ['no args', [QUIET], []],
    ['args null', [null, QUIET], []],
    ['args undefined', [undefined, QUIET], []],
    [
      'args that are no strings',
      [[1, true, null, undefined, {}], QUIET],
      ['1', 'true', 'null', 'undefined', '[object Object]'],
    ],
    ['an arg that is empty, one with a blank', [['', 'a b'], QUIET], ['', 'a b']],
    ['an arg that looks like a flag', [['--flag', '-e'], QUIET], ['--flag', '-e']],
  ])('%s', async (_name, rest, argv) => {
    expect(await report(fork(FILE, ...rest))).toMatchObject({ argv, end: { code: 0, signal: null } });
  });

  test.each([
    ['nothing else', []],
    ['options undefined', [[], undefined]],
    ['options null', [[], null]],
    ['both undefined', [undefined, undefined]],
    ['both null', [null, null]],
  ])('%s: the defaults', async (_name, rest) => {
    const child = fork(FILE, ...rest);
    expect([child.stdin, child.stdout, child.stderr]).toEqual([null, null, null]);
    expect(child.connected).toBe(true);
    expect(await report(child)).toMatchObject({ argv: [], end: { code: 0, signal: null } });
  });

  test('frozen arguments are read, not written', async () => {
    const args = Object.freeze(['x']);
    const env = Object.freeze({ PATH: process.env.PATH });
    const options = Object.freeze({
      ...QUIET,
      stdio: Object.freeze([...QUIET.stdio]),
      execArgv: Object.freeze([]),
      env,
    });
    expect(await report(fork(FILE, args, options))).toMatchObject({ argv: ['x'], end: { code: 0 } });
  });

  test('a module that is not there: the child fails, not the call', async () => {
    const child = fork('/none/such.js', [], { ...QUIET, stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
    expect(await closed(child)).toEqual({ code: 1, signal: null });
  });

  test('it gives a ChildProcess with a channel', async () => {
    const child = fork(FILE, [], QUIET);
    expect(child.constructor.name).toBe('ChildProcess');
    expect([typeof child.pid, child.connected, typeof child.send, typeof child.disconnect]).toEqual([
      'number',
      true,
      'function',
      'function',
    ]);
    expect(child.stdio).toEqual([null, null, null, null]);
    await closed(child);
    expect([child.connected, child.channel]).toEqual([false, null]);
  });
});

describe('what is refused, as by the built-in', () => {
  test.each([
    ['no module', [], 'ERR_INVALID_ARG_TYPE'],
    ['a number as module', [5], 'ERR_INVALID_ARG_TYPE'],
    ['null as module', [null], 'ERR_INVALID_ARG_TYPE'],
    ['an object as module', [{}], 'ERR_INVALID_ARG_TYPE'],
    ['a module with a null byte', ['a\0b'], 'ERR_INVALID_ARG_VALUE'],
    ['a URL that is no file', [new URL('data:text/javascript,')], 'ERR_INVALID_URL_SCHEME'],
    ['a URL with a host', [new URL('file://elsewhere/x.js')], 'ERR_INVALID_FILE_URL_HOST'],
    ['args as a string', [FILE, 'x'], 'ERR_INVALID_ARG_TYPE'],
    ['args as a number', [FILE, 5], 'ERR_INVALID_ARG_TYPE'],
    ['args as a function', [FILE, () => {}], 'ERR_INVALID_ARG_TYPE'],
    ['args with a null byte', [FILE, ['a\0b']], 'ERR_INVALID_ARG_VALUE'],
    ['options as a number', [FILE, [], 5], 'ERR_INVALID_ARG_TYPE'],
    ['options as a string', [FILE, [], 'x'], 'ERR_INVALID_ARG_TYPE'],
    ['options as a function', [FILE, [], () => {}], 'ERR_INVALID_ARG_TYPE'],
    ['options as an array', [FILE, [], []], 'ERR_INVALID_ARG_TYPE'],
    ['execPath as a number', [FILE, [], { execPath: 5 }], 'ERR_INVALID_ARG_TYPE'],
    ['execPath with a null byte', [FILE, [], { execPath: 'a\0b' }], 'ERR_INVALID_ARG_VALUE'],
    ['execArgv as a number', [FILE, [], { execArgv: 5 }], undefined],
    ['execArgv with a null byte', [FILE, [], { execArgv: ['a\0b'] }], 'ERR_INVALID_ARG_VALUE'],
    ['stdio without an ipc', [FILE, [], { stdio: ['pipe', 'pipe', 'pipe'] }], 'ERR_CHILD_PROCESS_IPC_REQUIRED'],
    ['an empty stdio', [FILE, [], { stdio: [] }], 'ERR_CHILD_PROCESS_IPC_REQUIRED'],
    ['stdio with two ipcs', [FILE, [], { stdio: ['ipc', 'ipc'] }], 'ERR_IPC_ONE_PIPE'],
    ['stdio as a word that is none', [FILE, [], { stdio: 'foo' }], 'ERR_INVALID_ARG_VALUE'],
    ['stdio as ipc alone', [FILE, [], { stdio: 'ipc' }], 'ERR_INVALID_ARG_VALUE'],
    ['an entry that is none', [FILE, [], { stdio: ['ignore', 'foo', 'ignore', 'ipc'] }], 'ERR_INVALID_SYNC_FORK_INPUT'],
    ['a serialization that is none', [FILE, [], { serialization: 'zip' }], 'ERR_INVALID_ARG_VALUE'],
    ['a timeout below zero', [FILE, [], { timeout: -1 }], 'ERR_OUT_OF_RANGE'],
    ['a killSignal that is none', [FILE, [], { killSignal: 'SIGNONE' }], 'ERR_UNKNOWN_SIGNAL'],
    ['a signal that is none', [FILE, [], { signal: 'abort' }], 'ERR_INVALID_ARG_TYPE'],
    ['a cwd as a number', [FILE, [], { cwd: 5 }], 'ERR_INVALID_ARG_TYPE'],
    ['a uid as a string', [FILE, [], { uid: 'root' }], 'ERR_INVALID_ARG_TYPE'],
    ['detached as a string', [FILE, [], { detached: 'yes' }], 'ERR_INVALID_ARG_TYPE'],
    ['env with a null byte', [FILE, [], { env: { A: 'a\0b' } }], 'ERR_INVALID_ARG_VALUE'],
  ])('%s', async (_name, args, code) => {
    const seen = await onBoth(async ({ fork }) => {
      try {
        fork(...args);
      } catch (error) {
        return { class: error.constructor.name, name: error.name, text: `${error}`, properties: { ...error } };
      }
      return undefined;
    });
    expect(seen.properties.code).toBe(code);
  });
});
