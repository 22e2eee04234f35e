'use strict';
// Programs that have been run before: their start is not waited for, and nobody notices.

const fs = require('node:fs');
const path = require('node:path');
const { closed, record } = require('../helpers/children.js');
const { describeError } = require('../helpers/errors.js');
const { makeFolder, removeFolder } = require('../helpers/folder.js');
const { describeEach, forkless, onBoth } = require('../helpers/modules.js');
const { statOf } = require('../helpers/proc.js');
const { runProgram } = require('../helpers/program.js');
const { until } = require('../helpers/until.js');

let folder;
let links = 0;
beforeAll(() => {
  folder = makeFolder();
});
afterAll(() => removeFolder(folder));

/** A name of its own for a program that has lain unchanged for long. */
function linkTo(program) {
  const link = path.join(folder, `link-${links++}`);
  fs.symlinkSync(program, link);
  return link;
}

/** A name for `cat` by which it has been run already. */
async function knownCat({ spawn }) {
  const program = linkTo(fs.realpathSync('/bin/cat'));
  await closed(spawn(program, { stdio: 'ignore' }));
  return program;
}

/**
 * Starts `link`, which must be known, by `start`, and takes it away before its exec:
 * tried until the exec was not faster.
 * @param {string} link
 * @param {() => any} start gives the child
 */
async function startWithoutFile(link, start) {
  const ours = fs.readlinkSync('/proc/self/exe');
  for (;;) {
    const child = start();
    process.kill(child.pid, 'SIGSTOP');
    // Asked in this turn: the child cannot be reaped meanwhile.
    while (!'TZ'.includes(statOf(child.pid).state));
    const isEarly = statOf(child.pid).state === 'T' && fs.readlinkSync(`/proc/${child.pid}/exe`) === ours;
    if (isEarly) fs.unlinkSync(link);
    process.kill(child.pid, 'SIGCONT');
    if (isEarly) return child;
    await closed(child);
  }
}

describeEach('a program that was run before', (module) => {
  test.each([
    ['its end', 'true', { code: 0, signal: null }],
    ['another end', 'false', { code: 1, signal: null }],
  ])('%s', async (_title, name, end) => {
    const program = linkTo(fs.realpathSync(`/bin/${name}`));
    for (let run = 0; run < 3; run++) {
      const child = module.spawn(program);
      const log = [];
      record(child, 'child', log);
      expect(child.pid).toBeGreaterThan(0);
      expect(await closed(child)).toEqual(end);
      expect(log.map(([, event]) => event)).toEqual(['spawn', 'exit', 'close']);
    }
  });

  test('taken away before it is started again', async () => {
    const program = linkTo('/bin/true');
    for (let run = 0; run < 2; run++) await closed(module.spawn(program));
    fs.unlinkSync(program);
    const child = module.spawn(program);
    expect(child.pid).toBe(undefined);
    expect((await closed(child)).error.code).toBe('ENOENT');
  });

  test('written a moment ago, and taken away as soon as it is started again', async () => {
    const program = path.join(folder, 'copy');
    fs.copyFileSync(fs.realpathSync('/bin/true'), program);
    for (let run = 0; run < 2; run++) expect(await closed(module.spawn(program))).toEqual({ code: 0, signal: null });
    const last = module.spawn(program);
    fs.unlinkSync(program);
    expect(await closed(last)).toEqual({ code: 0, signal: null });
  });

  test('killed in the turn of its start', async () => {
    const program = await knownCat(module);
    const child = module.spawn(program);
    expect([child.kill(), child.kill('SIGKILL')]).toEqual([true, true]);
    // The first one ends it.
    expect(await closed(child)).toEqual({ code: null, signal: 'SIGTERM' });
  });

  test('leads its group as soon as it is started', async () => {
    const program = await knownCat(module);
    const child = module.spawn(program, { detached: true });
    process.kill(-child.pid);
    expect(await closed(child)).toEqual({ code: null, signal: 'SIGTERM' });
  });

  test('stopped by somebody else in the turn of its start, and sent on its way', async () => {
    const program = linkTo('/bin/true');
    await closed(module.spawn(program));
    const child = module.spawn(program);
    process.kill(child.pid, 'SIGSTOP');
    expect(child.kill('SIGCONT')).toBe(true);
    expect(await closed(child)).toEqual({ code: 0, signal: null });
  });

  test('runs though its parent ends in the turn of its start', async () => {
    const file = path.join(folder, `ran-${links++}`);
    const { code } = await runProgram(
      module,
      ({ spawn }, _report, file) => {
        spawn('true').on('close', () => {
          spawn('touch', [`${file}-before`], { stdio: 'ignore' }).on('close', () => {
            spawn('touch', [file], { stdio: 'ignore' });
            process.exit(3);
          });
        });
      },
      { args: [file] },
    );
    expect(code).toBe(3);
    expect(await until(() => fs.existsSync(file))).toBe(true);
  });
});

describe('a start that fails though it was certain', () => {
  test('spawn() tells it by error, with everything the error of a failed start has', async () => {
    const program = linkTo('/bin/true');
    await closed(forkless.spawn(program));
    let log;
    const child = await startWithoutFile(program, () => {
      const started = forkless.spawn(program, ['a', 'b']);
      log = [];
      record(started, 'child', log);
      return started;
    });
    const { error, ...end } = await closed(child);
    expect(end).toEqual({ code: error.errno, signal: null });
    expect(log.map(([, event]) => event)).toEqual(['spawn', 'error', 'close']);
    expect(child.exitCode).toBe(error.errno);
    expect(child.kill()).toBe(false);
    const expected = await onBoth(async ({ spawn }) => describeError((await closed(spawn(program, ['a', 'b']))).error));
    expect(describeError(error)).toEqual(expected);
  });

  test('execFile() gives it to its callback', async () => {
    const program = linkTo('/bin/true');
    await closed(forkless.spawn(program));
    let called;
    await startWithoutFile(program, () => {
      let child;
      called = new Promise((resolve) => {
        child = forkless.execFile(program, (...args) => resolve(args));
      });
      return child;
    });
    const [error, stdout, stderr] = await called;
    expect([error.code, error.path, stdout, stderr]).toEqual(['ENOENT', program, '', '']);
  });

  test('and the program is waited for from then on', async () => {
    const program = linkTo('/bin/true');
    await closed(forkless.spawn(program));
    await closed(await startWithoutFile(program, () => forkless.spawn(program)));
    expect(forkless.spawn(program).on('error', () => {}).pid).toBe(undefined);
  });
});
