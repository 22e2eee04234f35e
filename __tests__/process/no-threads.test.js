'use strict';
// A program that only starts children has no thread more than before: between two lines of a listener nothing of
// forkless's runs.

const path = require('node:path');
const { describeEach } = require('../helpers/modules.js');
const { reportsOf } = require('../helpers/program.js');

const PROC = path.join(__dirname, '..', 'helpers', 'proc.js');

/** Starts of every kind, each to its end; the threads before, while children live, and after. */
const startAll = async (childProcess, report, procPath) => {
  const { once } = require('node:events');
  const { threads } = require(procPath);
  const { exec, execFile, execFileSync, fork, spawn, spawnSync } = childProcess;
  const STARTS = {
    spawn: () => once(spawn('echo', ['x']).on('error', report), 'close'),
    'spawn ignore': () => once(spawn('true', { stdio: 'ignore' }), 'close'),
    'spawn that fails': () => once(spawn('/none/such'), 'error'),
    'spawn with a reader': async () => {
      const child = spawn('cat');
      child.stdin.end('text');
      for await (const _chunk of child.stdout);
      await once(child, 'close');
    },
    'spawn detached': () => once(spawn('true', { detached: true }), 'close'),
    'spawn with a timeout': () => once(spawn('sleep', ['1000'], { timeout: 20 }), 'close'),
    exec: () => new Promise((resolve) => exec('echo x', resolve)),
    execFile: () => new Promise((resolve) => execFile('echo', ['x'], resolve)),
    spawnSync: () => spawnSync('echo', ['x']),
    execFileSync: () => execFileSync('cat', { input: 'x' }),
    fork: () => {
      const child = fork('module', {
        execPath: 'sh',
        execArgv: ['-c', 'echo \'"message"\' >&"$NODE_CHANNEL_FD"; exit 0'],
      });
      return once(child, 'close');
    },
    'many at once': () => Promise.all(Array.from({ length: 30 }, () => once(spawn('true'), 'close'))),
  };
  const before = threads().sort();
  for (const kind of Object.keys(STARTS)) {
    for (let time = 0; time < 3; time++) await STARTS[kind]();
    const sleeper = spawn('sleep', ['1000']);
    const during = threads().sort();
    sleeper.kill();
    await once(sleeper, 'close');
    report({ kind, before, during, after: threads().sort() });
  }
};

/** The threads that have come; V8 and libuv name theirs or have the program's name. */
const more = (before, now) => now.filter((name) => name.startsWith('forkless') || !before.includes(name));

describeEach('threads', (module) => {
  test('as many after each kind of start as before', async () => {
    const reports = await reportsOf(module, startAll, { args: [PROC] });
    expect(reports.length).toBe(12);
    for (const { before, during, after } of reports) {
      expect({ more: more(before, during), count: during.length }).toEqual({ more: [], count: before.length });
      expect({ more: more(before, after), count: after.length }).toEqual({ more: [], count: before.length });
    }
  });

  test("none of forkless's in a listener of 'close', which kills two processes in a row", async () => {
    const [{ before, between }, ...ends] = await reportsOf(
      module,
      ({ spawn }, report, procPath) => {
        const { threads } = require(procPath);
        const before = threads().sort();
        const others = [spawn('sleep', ['1000'], { stdio: 'ignore' }), spawn('sleep', ['1000'])];
        others.forEach((child, index) => {
          child.on('close', (code, signal) => report([index, code, signal]));
        });
        spawn('true').on('close', () => {
          process.kill(others[0].pid);
          const between = threads().sort();
          process.kill(others[1].pid, 'SIGKILL');
          report({ before, between });
        });
      },
      { args: [PROC] },
    );
    expect({ more: more(before, between), count: between.length }).toEqual({ more: [], count: before.length });
    expect(ends.sort()).toEqual([
      [0, null, 'SIGTERM'],
      [1, null, 'SIGKILL'],
    ]);
  });
});
