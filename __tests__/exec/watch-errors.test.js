'use strict';
// A pipe of a child that cannot be watched, or not be made a stream: the error is the stream's, and the child is dealt
// with like any other. On forkless alone: in the first case libuv ends the program of the built-in, and in the others
// it makes no such call. See fixtures/watch_errors.rs.

const { constants } = require('node:os');
const { compileAddon } = require('../helpers/compile.js');
const { makeFolder, removeFolder } = require('../helpers/folder.js');
const { forkless } = require('../helpers/modules.js');
const { reportsOf } = require('../helpers/program.js');

let folder;
let library;
beforeAll(() => {
  folder = makeFolder();
  library = compileAddon(folder, 'watch_errors.rs');
});
afterAll(() => removeFolder(folder));

/** Runs two children one after the other, and reports all that anybody is told of them. */
const runTwo = async ({ execFile }, report, { hooks }) => {
  // The children's own calls do not fail.
  delete process.env.LD_PRELOAD;
  if (hooks)
    require('node:async_hooks')
      .createHook({ init() {} })
      .enable();
  let uncaught = [];
  process.on('uncaughtException', ({ message }) => uncaught.push(message));
  const runOne = () =>
    new Promise((resolve) => {
      uncaught = [];
      const told = [];
      const child = execFile('sh', ['-c', 'exit 3'], ({ code }, ...output) => told.push([code, ...output]));
      child.on('exit', (...end) => told.push(end));
      child.on('close', () => setImmediate(() => resolve({ told, uncaught })));
    });
  const openFds = () => require('node:fs').readdirSync('/proc/self/fd').length;
  const first = await runOne();
  const fds = openFds();
  const second = await runOne();
  report({ first, second, leaked: openFds() - fds });
};

const told = [
  [3, null],
  [3, '', ''],
];

test.each([
  ['the first cannot be watched', 'epoll_ctl ENOSPC 1', false, ['read ENOSPC']],
  ['none can be watched', 'epoll_ctl ENOSPC 2', false, ['read ENOSPC', 'read ENOSPC']],
  ['the first can be no stream either', 'ioctl EPERM 2', false, ['open EPERM']],
  ['the first can be no stream, and all are to be, as hooks look', 'ioctl EPERM 1', true, ['open EPERM']],
])('%s', async (_name, wish, hooks, uncaught) => {
  const [call, code, count] = wish.split(' ');
  const env = { LD_PRELOAD: library, WATCH_ERROR: `${call} ${constants.errno[code]} ${count}` };
  const [seen] = await reportsOf(forkless, runTwo, { args: [{ hooks }], env });
  expect(seen).toEqual({ first: { told, uncaught }, second: { told, uncaught: [] }, leaked: 0 });
});
