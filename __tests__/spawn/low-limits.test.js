'use strict';
// Small limits of fds and of processes: what the built-in does within them, forkless does.

const path = require('node:path');
const { builtin, describeEach, onBoth } = require('../helpers/modules.js');
const { makeFolder, removeFolder } = require('../helpers/folder.js');
const { reportsOf } = require('../helpers/program.js');

let folder;
beforeAll(() => {
  folder = makeFolder();
});
afterAll(() => removeFolder(folder));

/** 1,200 children without pipes, all alive at the same time, each of which then ends with a code of its own. */
const startMany = async ({ spawn }, report, count, fifo, helpers) => {
  const fs = require('node:fs');
  const { once } = require('node:events');
  const { openFds, childrenOf } = require(`${helpers}/proc.js`);
  const { until } = require(`${helpers}/until.js`);
  // Each child takes one line of it. Open for both, so that no child waits in its open().
  const lines = fs.openSync(fifo, 'r+');
  await once(spawn('true', { stdio: 'ignore' }), 'close');
  await fs.promises.readFile('/proc/version');
  const before = openFds();

  const ends = [];
  const failures = [];
  for (let index = 0; index < count; index++) {
    const child = spawn('sh', ['-c', `read line <"$0"; exit ${index % 256}`, fifo], { stdio: 'ignore' });
    child.on('error', ({ code }) => failures.push(code));
    const isRight = (code, signal) => code === index % 256 && signal === null;
    ends.push(new Promise((resolve) => child.on('close', (...end) => resolve(isRight(...end)))));
  }
  // Their 'spawn' has been told.
  await new Promise(setImmediate);
  const told = ({ length }) => length > 0;
  const read = await fs.promises.readFile('/proc/version', 'utf8').then(told, ({ code }) => code);
  report({ failures: failures.length, codes: [...new Set(failures)], read });
  fs.writeSync(lines, '\n'.repeat(count));
  const right = (await Promise.all(ends)).filter(Boolean).length;
  await until(() => openFds().length <= before.length);
  report({ right, fds: openFds().length - before.length, left: childrenOf() });
};

describeEach('1,024 fds', (module) => {
  const limit = ['prlimit', '--nofile=1024:1024', '--'];

  test('1,200 children without pipes, all alive at once', async () => {
    const fifo = path.join(folder, module.native ? 'forkless' : 'builtin');
    builtin.execFileSync('mkfifo', [fifo]);
    const args = [1200, fifo, path.join(__dirname, '..', 'helpers')];
    const reports = await reportsOf(module, startMany, { through: limit, args, timeout: 50_000 });
    expect(reports).toEqual([
      { failures: 0, codes: [], read: true },
      { right: 1200, fds: 0, left: [] },
    ]);
  });
});

/** Children that live, without pipes; what else can be opened and started meanwhile. */
const startBeside = async ({ spawn, execFile }, report, count) => {
  const fs = require('node:fs');
  const children = Array.from({ length: count }, () => spawn('sleep', ['1000'], { stdio: 'ignore' }));
  const codes = [];
  for (const child of children) child.on('error', ({ code }) => codes.push(code));
  const ends = children.map((child) => new Promise((resolve) => child.on('close', (_code, signal) => resolve(signal))));
  const opened = await new Promise((resolve) => {
    fs.open('/proc/version', (error, fd) => {
      if (!error) fs.closeSync(fd);
      resolve(error?.code ?? 'opened');
    });
  });
  const executed = await new Promise((resolve) => {
    execFile('echo', ['text'], (error, stdout) => resolve(error?.code ?? stdout));
  });
  for (const child of children) child.kill('SIGKILL');
  const ended = await Promise.all(ends);
  report({ codes, opened, executed, killed: ended.filter((signal) => signal === 'SIGKILL').length });
};

describeEach('few fds', (module) => {
  test.each([
    [60, 80],
    [256, 240],
  ])('%i, and %i children without pipes: files can be opened and children be read meanwhile', async (fds, count) => {
    const through = ['prlimit', `--nofile=${fds}:${fds}`, '--'];
    const [seen] = await reportsOf(module, startBeside, { through, args: [count] });
    expect(seen).toEqual({ codes: [], opened: 'opened', executed: 'text\n', killed: count });
  });
});

/** A user of whom nothing else runs: the kernel counts the processes and threads of a user, but not of root. */
let users = 0;
const asSomebody = () => {
  const id = 40_000 + ((process.pid * 10 + users++) % 20_000);
  return ['setpriv', `--reuid=${id}`, `--regid=${id}`, '--clear-groups'];
};
const most = (count) => ['prlimit', `--nproc=${count}:${count}`, '--'];

/** Runs a program in which Node's threads and `children` more have room. */
async function reportsWithin(module, children, body) {
  const countThreads = (_module, report) => report(require('node:fs').readdirSync('/proc/self/task').length);
  const [threads] = await reportsOf(module, countThreads, { through: asSomebody() });
  return reportsOf(module, body, { through: [...asSomebody(), ...most(threads + children)] });
}

const isRoot = process.getuid() === 0;
if (!isRoot) console.warn('Limits of processes are not tried: only root can become a user of whom nothing runs.');

(isRoot ? describe : describe.skip)('few processes', () => {
  test('room for one child: one after the other, by all kinds of starts', async () => {
    const reports = await onBoth((module) =>
      reportsWithin(module, 1, async ({ exec, execFile, execSync, fork, spawn, spawnSync }, report) => {
        const end = (child) =>
          new Promise((resolve) => {
            child.on('error', ({ code }) => resolve(code));
            child.on('close', resolve);
          });
        for (let round = 1; round < 4; round++) {
          report([
            await end(spawn('sh', ['-c', `exit ${round}`])),
            await end(spawn('sh', ['-c', `exit ${round}`], { stdio: 'ignore' })),
            await end(exec(`exit ${round}`)),
            await end(execFile('sh', ['-c', `exit ${round}`])),
            spawnSync('sh', ['-c', `exit ${round}`]).status,
            execSync(`echo ${round}`, { encoding: 'utf8' }),
            await end(fork(`exit ${round}`, { execPath: 'sh', execArgv: ['-c'] })),
          ]);
        }
      }),
    );
    expect(reports).toEqual([1, 2, 3].map((round) => [round, round, round, round, round, `${round}\n`, round]));
  });

  test('room for five: as many at once', async () => {
    const [ends] = await onBoth((module) =>
      reportsWithin(module, 5, async ({ spawn }, report) => {
        const children = Array.from({ length: 5 }, (_, code) => spawn('sh', ['-c', `read line; exit ${code}`]));
        const end = (child) =>
          new Promise((resolve) => {
            child.on('error', ({ code }) => resolve(code));
            child.on('close', resolve);
          });
        const ends = Promise.all(children.map(end));
        for (const child of children) child.stdin?.end('\n');
        report(await ends);
      }),
    );
    expect(ends).toEqual([0, 1, 2, 3, 4]);
  });

  test('no room: EAGAIN, and the next start works when a child has ended', async () => {
    const reports = await onBoth((module) =>
      reportsWithin(module, 1, async ({ exec, spawn, spawnSync }, report) => {
        const { once } = require('node:events');
        const plain = (error) => ({ message: error.message, ...error });
        const failure = (child) => new Promise((resolve) => child.on('error', (error) => resolve(plain(error))));
        for (let round = 0; round < 3; round++) {
          const first = spawn('sleep', ['1000'], { stdio: 'ignore' });
          const close = once(first, 'close');
          report(await failure(spawn('true', ['a'])));
          report(await failure(spawn('true', { stdio: 'ignore' })));
          report(await failure(exec('true')));
          report(plain(spawnSync('true').error));
          first.kill();
          report(await close);
          report(await once(spawn('sh', ['-c', 'exit 5']), 'close'));
        }
      }),
    );
    const codes = ['EAGAIN', 'EAGAIN', 'EAGAIN', 'EAGAIN'];
    const ends = [
      [null, 'SIGTERM'],
      [5, null],
    ];
    const round = [...codes, ...ends];
    expect(reports.map((report) => report.code ?? report)).toEqual([...round, ...round, ...round]);
  });
});
