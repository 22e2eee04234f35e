'use strict';
// Kernels and sandboxes without pidfd, waitid, or clone as vfork makes it: really refused, by a seccomp filter on a
// whole program. See ../../sandboxes/refuse.rs.

const { constants } = require('node:os');
const { describeEach, forkless, onBoth } = require('../helpers/modules.js');
const { reportsOf } = require('../helpers/program.js');
const { launcherThatRefuses } = require('../helpers/refuse.js');

const { EACCES, EINVAL, ENOSYS, EPERM } = constants.errno;

const through = launcherThatRefuses();

const REFUSED = {
  nothing: [],
  'pidfd_open, by ENOSYS as an old kernel': [`pidfd_open:${ENOSYS}`],
  'pidfd_open, by EPERM as a sandbox': [`pidfd_open:${EPERM}`],
  clone3: [`clone3:${ENOSYS}`],
  waitid: [`waitid:${EPERM}`],
  'pidfd_open and waitid': [`pidfd_open:${EPERM}`, `waitid:${EPERM}`],
  'clone as vfork makes it, by EINVAL': [`clone-vfork:${EINVAL}`],
  'clone as vfork makes it, by EPERM': [`clone-vfork:${EPERM}`],
  'clone as vfork makes it, by ENOSYS': [`clone-vfork:${ENOSYS}`],
  'clone as vfork makes it, by EACCES': [`clone-vfork:${EACCES}`],
  "sched_setattr, by death as with systemd's ~@resources": ['sched_setattr:kill'],
  'what a start might use and need not, by death': ['close_range:kill', 'sendto:kill', 'recvfrom:kill', 'waitid:kill'],
  'all of them': [`pidfd_open:${ENOSYS}`, `clone3:${ENOSYS}`, `waitid:${ENOSYS}`, `clone-vfork:${EINVAL}`],
};

/** Whether children are waited for by threads: there is no pidfd, and it is not the built-in that starts them. */
const isByThreads = (calls) => calls.some((call) => call.startsWith('pidfd_open')) && !isByBuiltin(calls);
const isByBuiltin = (calls) => calls.some((call) => call.startsWith('clone-vfork'));

const CASES = Object.entries(REFUSED);

/** 50 children that wait for a word; how many threads wait for them meanwhile, and what is left afterwards. */
const manyAtOnce = async ({ spawn }, report, threads) => {
  const fs = require('node:fs');
  const nameOf = (id) => {
    try {
      return fs.readFileSync(`/proc/self/task/${id}/comm`, 'utf8').trim();
    } catch {
      return 'gone';
    }
  };
  const waiting = () => fs.readdirSync('/proc/self/task').filter((id) => nameOf(id) === 'forkless-wait').length;
  const fds = () => fs.readdirSync('/proc/self/fd').length;
  // Threads take their name, and end, a little later than others see.
  const until = async (settled) => {
    for (const deadline = Date.now() + 15_000; !settled() && Date.now() < deadline; ) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  };
  const start = (index) => spawn('sh', ['-c', `read go; exit ${index}`], { stdio: ['pipe', 'ignore', 'ignore'] });
  const end = (child) => new Promise((resolve) => child.on('close', resolve));
  const go = (child) => child.stdin.end('go\n');

  const first = start(0);
  go(first);
  await end(first);
  await until(() => waiting() === 0);
  const before = fds();
  const children = Array.from({ length: 50 }, (_, index) => start(index));
  const ends = Promise.all(children.map(end));
  await until(() => waiting() >= threads);
  const during = waiting();
  children.forEach(go);
  const codes = await ends;
  await until(() => waiting() === 0 && fds() <= before);
  report({ during, ends: codes, after: waiting(), moreFds: Math.max(fds() - before, 0) });
};

describe.each(CASES)('refused: %s', (_name, calls) => {
  test('exit codes, signals, output and failures are those of the built-in', async () => {
    const [seen] = await onBoth((module) =>
      reportsOf(
        module,
        async ({ spawn }, report) => {
          const { once } = require('node:events');
          const run = async (script) => {
            const child = spawn('sh', ['-c', script]);
            let text = '';
            child.stdout.setEncoding('utf8').on('data', (chunk) => {
              text += chunk;
            });
            return [...(await once(child, 'close')), text];
          };
          const failure = (file) => new Promise((resolve) => spawn(file).on('error', ({ code }) => resolve(code)));
          const thrown = () => {
            try {
              spawn('true', { stdio: [9999] });
            } catch (error) {
              return error.code;
            }
          };
          const kill = async (signal) => {
            const child = spawn('sleep', ['1000'], { stdio: 'ignore' });
            const end = once(child, 'exit');
            return [child.kill(signal), ...(await end), child.kill(signal)];
          };
          report([
            await run('echo out; exit 0'),
            await run('exit 42'),
            await run('kill -KILL $$'),
            await failure('/nowhere/x'),
            await failure('/'),
            thrown(),
            await kill('SIGTERM'),
            await kill('SIGKILL'),
          ]);
        },
        { through: through(calls) },
      ),
    );
    expect(seen).toEqual([
      [0, null, 'out\n'],
      [42, null, ''],
      [null, 'SIGKILL', ''],
      'ENOENT',
      'EACCES',
      'EBADF',
      [true, null, 'SIGTERM', false],
      [true, null, 'SIGKILL', false],
    ]);
  });

  test('50 at once: every exit is right, and nothing is left of them', async () => {
    // That it waits by threads proves that it was refused, and that otherwise it does not.
    const threads = isByThreads(calls) ? 50 : 0;
    const [seen] = await reportsOf(forkless, manyAtOnce, { through: through(calls), args: [threads] });
    expect(seen).toEqual({
      during: threads,
      ends: Array.from({ length: 50 }, (_, index) => index),
      after: 0,
      moreFds: 0,
    });
  });
});

describe.each([EINVAL, EPERM, ENOSYS, EACCES])('clone as vfork makes it, by errno %i', (errno) => {
  test('the built-in makes the whole call: collected, blocking, with messages, and by register too', async () => {
    const [seen] = await onBoth((module) =>
      reportsOf(
        module,
        async ({ spawn, exec, execFile, execFileSync, execSync, spawnSync, fork, ChildProcess }, report) => {
          const { once } = require('node:events');
          const answers = [];
          const collected = (start) => new Promise((resolve) => start((...told) => resolve(told.slice(1))));
          answers.push(await collected((done) => exec('echo a; echo b >&2', done)));
          answers.push(await collected((done) => execFile('cat', done).stdin.end('fed')));
          answers.push(spawnSync('cat', { input: 'blocking', encoding: 'utf8' }).stdout);
          answers.push(execSync('echo line', { encoding: 'utf8' }), execFileSync('echo', ['x'], { encoding: 'utf8' }));
          const child = fork('-e', ['process.on("message", (text) => process.send(text + "!"))'], { execArgv: [] });
          child.send('sent');
          answers.push((await once(child, 'message'))[0], child.kill(), ...(await once(child, 'close')));
          const other = spawn('sleep', ['1000']);
          answers.push(other instanceof ChildProcess, other.kill('SIGKILL'), ...(await once(other, 'close')));
          report(answers);
        },
        { through: through([`clone-vfork:${errno}`]) },
      ),
    );
    expect(seen.slice(0, 3)).toEqual([['a\n', 'b\n'], ['fed', ''], 'blocking']);
  });
});

describeEach('everything refused', (module) => {
  const options = () => ({ through: through(REFUSED['all of them']) });

  test('an unreferenced child does not keep the program alive', async () => {
    const [pid] = await reportsOf(
      module,
      ({ spawn }, report) => {
        const child = spawn('sleep', ['1000'], { stdio: 'ignore' });
        child.unref();
        report(child.pid);
      },
      options(),
    );
    process.kill(pid, 'SIGKILL');
  });

  test('process.exit while children live', async () => {
    const [pid] = await reportsOf(
      module,
      ({ spawn }, report) => {
        report(spawn('sleep', ['1000'], { stdio: 'ignore' }).pid);
        setImmediate(() => process.exit(0));
      },
      options(),
    );
    process.kill(pid, 'SIGKILL');
  });

  test('detached, ids and a folder', async () => {
    const reports = await reportsOf(
      module,
      ({ spawn }, report) => {
        const child = spawn('sh', ['-c', 'echo $(id -u) $(pwd) $(cut -d" " -f6 /proc/$$/stat)'], {
          cwd: '/usr',
          detached: true,
          ...(process.getuid() === 0 && { uid: 12345, gid: 12345 }),
        });
        child.stdout.setEncoding('utf8').on('data', (text) => report([text.trim(), child.pid]));
      },
      options(),
    );
    const [[text, pid]] = reports;
    expect(text).toBe(`${process.getuid() === 0 ? 12345 : process.getuid()} /usr ${pid}`);
  });

  test('workers', async () => {
    const reports = await reportsOf(
      module,
      (_module, report, path) => {
        const { Worker } = require('node:worker_threads');
        const source = `const { workerData, parentPort } = require('node:worker_threads');
          require(workerData).spawn('sh', ['-c', 'exit 3']).on('close', (code) => parentPort.postMessage(code));`;
        new Worker(source, { eval: true, workerData: path }).on('message', report);
      },
      { ...options(), args: [module.native ? require('../helpers/modules.js').FORKLESS : 'node:child_process'] },
    );
    expect(reports).toEqual([3]);
  });
});
