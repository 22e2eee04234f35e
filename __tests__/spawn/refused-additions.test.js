'use strict';
// What forkless adds, where a sandbox refuses clone as vfork makes it and the built-in starts each child: a seccomp
// filter on a whole program (../../sandboxes/refuse.rs). It is emulated there, or refused; nothing is passed over.

const { constants } = require('node:os');
const { forkless } = require('../helpers/modules.js');
const { reportsOf } = require('../helpers/program.js');
const { launcherThatRefuses } = require('../helpers/refuse.js');

const { EINVAL, EPERM } = constants.errno;

const through = launcherThatRefuses();

/** Twice each: the first start of a program finds out that clone is refused, and the later ones know. */
const twice = (run) => async (module, report) => {
  for (const turn of ['first', 'later']) report(await run(module, turn));
};

/** The source of a body that runs `run` twice. */
const bodyOf = (run) => new Function('module', 'report', `return (${twice})(${run})(module, report);`);

/** The source of a start that fails, be it by an error that is thrown. @param {string} args */
const failure = (args) => `({ spawn }) =>
  new Promise((resolve, reject) => spawn(${args}).on('error', reject))
    .catch(({ code, cause }) => ({ code, syscall: cause?.syscall, path: cause?.path }))`;

const refusing = (errno) => ({ through: through([`clone-vfork:${errno}`]) });

const UNASKED = { reason: undefined, forced: false, drained: false };

/** As it crosses from a program. */
const plain = (value) => JSON.parse(JSON.stringify(value));

describe.each([
  ['EINVAL', EINVAL],
  ['EPERM', EPERM],
])('%s', (_name, errno) => {
  test('input, and exited', async () => {
    const run = async ({ spawn }) => {
      const child = spawn('cat', [], { input: 'text' });
      let text = '';
      child.stdout.on('data', (data) => {
        text += data;
      });
      return { text, stdin: child.stdin, ...(await child.exited), text_: text };
    };
    const reports = await reportsOf(forkless, bodyOf(run), refusing(errno));
    const expected = plain({
      text: '',
      stdin: null,
      code: 0,
      signal: null,
      ...UNASKED,
      resourceUsage: null,
      text_: 'text',
    });
    expect(reports).toEqual([expected, expected]);
  });

  test('drainTimeout', async () => {
    const run = async ({ spawn }) => {
      // The stranger ends with the pipe that it reads.
      const script = 'cat <&3 >/dev/null & echo hi';
      const child = spawn('sh', ['-c', script], { drainTimeout: 20, stdio: ['ignore', 'pipe', 'ignore', 'pipe'] });
      let text = '';
      child.stdout.on('data', (data) => {
        text += data;
      });
      const { code, drained } = await child.exited;
      child.stdio[3].destroy();
      return { code, drained, text };
    };
    const reports = await reportsOf(forkless, bodyOf(run), refusing(errno));
    expect(reports).toEqual(new Array(2).fill({ code: 0, drained: true, text: 'hi\n' }));
  });

  test('forceKillAfterDelay, and stop()', async () => {
    const run = async ({ spawn }) => {
      const deaf = (options) => {
        const child = spawn('sh', ['-c', 'trap "" TERM; echo ready; exec sleep 600'], options);
        return new Promise((resolve) => child.stdout.once('data', () => resolve(child)));
      };
      const killed = await deaf({ forceKillAfterDelay: 20 });
      killed.kill();
      const stopped = await deaf({});
      const ends = await Promise.all([killed.exited, stopped.stop({ grace: 20 })]);
      return ends.map(({ signal, reason, forced }) => ({ signal, reason, forced }));
    };
    const reports = await reportsOf(forkless, bodyOf(run), refusing(errno));
    const end = (reason) => ({ signal: 'SIGKILL', reason, forced: true });
    expect(reports).toEqual(new Array(2).fill([end('kill'), end('stop')]));
  });

  test('supports() says so, before anything is started, too', async () => {
    const run = (module, report) => {
      const ask = () =>
        ['drainTimeout', 'forceKillAfterDelay', 'resourceUsage', 'killDescendants'].map(module.supports);
      const first = ask();
      report([first, module.spawnSync('true').status, ask()]);
    };
    const none = [false, false, false, false];
    expect(await reportsOf(forkless, run, refusing(errno))).toEqual([[none, 0, none]]);
  });

  test.each([
    ['a folder that is missing', '"/no/such/folder"', 'ENOENT', '/no/such/folder'],
    ['one in a URL', 'new URL("file:///no/such/folder")', 'ENOENT', '/no/such/folder'],
    ['a file', '"/etc/passwd"', 'ENOTDIR', '/etc/passwd'],
  ])('error.cause of a cwd that is %s', async (_what, cwd, code, path) => {
    const reports = await reportsOf(forkless, bodyOf(failure(`'true', { cwd: ${cwd} }`)), refusing(errno));
    expect(reports).toEqual(new Array(2).fill({ code, syscall: 'chdir', path }));
  });

  test('the cwd is no cause where the program is below a file', async () => {
    const reports = await reportsOf(forkless, bodyOf(failure("'/etc/passwd/true', { cwd: '/' }")), refusing(errno));
    expect(reports).toEqual(new Array(2).fill({ code: 'ENOTDIR' }));
  });

  test.each(['dieWithParent', 'killDescendants'])('%s is refused, by what makes a keeper', async (option) => {
    const run = new Function(
      'module',
      `try {
         return module.spawn('true', { ${option}: true }).pid;
       } catch ({ code, feature }) {
         return { code, feature };
       }`,
    );
    const reports = await reportsOf(forkless, bodyOf(`(${run})`), refusing(errno));
    const refusal = { code: 'ERR_FEATURE_UNAVAILABLE_ON_PLATFORM', feature: option };
    expect(reports).toEqual([refusal, refusal]);
  });

  test.each(['drainTimeout', 'forceKillAfterDelay'])('%s of the blocking three is refused', async (option) => {
    const run = new Function(
      'module',
      `return ['spawnSync', 'execFileSync', 'execSync'].map((name) => {
         try {
           return module[name]('true', ...(name === 'execSync' ? [] : [[]]), { ${option}: 5 }).status;
         } catch ({ code, feature }) {
           return { code, feature };
         }
       });`,
    );
    const reports = await reportsOf(forkless, bodyOf(`(${run})`), refusing(errno));
    const refusal = { code: 'ERR_FEATURE_UNAVAILABLE_ON_PLATFORM', feature: option };
    expect(reports).toEqual(new Array(2).fill(new Array(3).fill(refusal)));
  });
});
