'use strict';
// The keeper as it is seen from outside: what it holds, what it costs, and what its end means.

const fs = require('node:fs');
const path = require('node:path');
const { closed, next, output } = require('../helpers/children.js');
const { builtin, forkless } = require('../helpers/modules.js');
const { isAlive, openFds, statOf, threads } = require('../helpers/proc.js');
const { reportsOf } = require('../helpers/program.js');
const { ROOT } = require('../helpers/script.js');
const { until } = require('../helpers/until.js');
const { Tree, WAYS, isRoot, keeperOf, ownKeepers, startDecoy } = require('./trees.js');

const KEPT = { killDescendants: true };

afterEach(async () => {
  expect(await until(() => ownKeepers().length === 0)).toBe(true);
});

/** A child and its keeper, which has taken its name: from then on it is itself. */
async function startKept(words = ['cat'], options = {}) {
  const child = forkless.spawn(words[0], words.slice(1), { ...KEPT, ...options });
  const end = closed(child);
  await until(() => statOf(keeperOf(child.pid))?.name === 'forkless-keeper');
  const keeper = /** @type {number} */ (keeperOf(child.pid));
  const letEnd = () => {
    child.stdin?.end();
    return end;
  };
  return { child, keeper, end, letEnd };
}

test('it is between the child and us, in our session and group, of our user', async () => {
  const { child, keeper, letEnd } = await startKept();
  const [own, its] = [statOf(process.pid), statOf(keeper)];
  expect(its).toMatchObject({ parent: process.pid, group: own.group, session: own.session });
  expect(statOf(child.pid)).toMatchObject({ group: own.group, session: own.session });
  const uids = (pid) => /Uid:.*/.exec(fs.readFileSync(`/proc/${pid}/status`, 'utf8'))?.[0];
  expect(uids(keeper)).toBe(uids('self'));
  expect(fs.readlinkSync(`/proc/${keeper}/cwd`)).toBe('/');
  expect(fs.readFileSync(`/proc/${keeper}/environ`, 'utf8')).toBe('');
  await letEnd();
});

test('it holds a socket, a signalfd and a pidfd, whatever we have open', async () => {
  const inherited = fs.openSync('/dev/null');
  // Some open at 3 and more without close-on-exec: those of a shell, of an addon.
  const script = `exec 7</dev/null 8</dev/zero; exec "$@"`;
  const expected = ['anon_inode:[signalfd]', 'socket:[N]'];
  const [seen] = await reportsOf(
    forkless,
    ({ spawn }, report, expected) => {
      const fs = require('node:fs');
      const stdio = ['pipe', 'pipe', 'pipe', 'pipe', 'pipe', 'inherit'];
      const child = spawn('cat', { stdio, killDescendants: true });
      const parent = () => /\nPPid:\t(\d+)/.exec(fs.readFileSync(`/proc/${child.pid}/status`, 'utf8'))[1];
      const targetsOf = (pid) => {
        try {
          const links = fs.readdirSync(`/proc/${pid}/fd`).map((fd) => fs.readlinkSync(`/proc/${pid}/fd/${fd}`));
          return links.map((target) => target.replace(/\d+/, 'N')).filter((target) => target !== 'anon_inode:[pidfd]');
        } catch {
          // It was closing them just then.
          return [];
        }
      };
      let looks = 0;
      const look = () => {
        const targets = targetsOf(parent()).sort();
        // It closes what it got from us after its start. What it keeps it keeps.
        if (`${targets}` !== `${expected}` && ++looks < 1000) return setTimeout(look, 5);
        report(targets);
        child.stdin.end();
      };
      look();
    },
    { args: [expected], through: ['sh', '-c', script, 'sh'] },
  );
  expect(seen).toEqual(expected);
  fs.closeSync(inherited);
});

test('the child has no fd of it, nor of us, but what it was promised', async () => {
  const script =
    'for (const fd of require("fs").readdirSync("/proc/self/fd")) try { console.log(fd, require("fs").readlinkSync(`/proc/self/fd/${fd}`).replace(/\\d+/, "N")); } catch {}';
  const options = { stdio: ['ignore', 'pipe', 'inherit', 'pipe'] };
  const of = async (module, more) =>
    (await output(module.spawn(process.execPath, ['-e', script], { ...options, ...more }))).stdout;
  expect(await of(forkless, KEPT)).toBe(await of(builtin, {}));
});

test("'close' waits for nobody but the child: the keeper holds none of its pipes", async () => {
  const tree = new Tree();
  const stdio = ['pipe', 'pipe', 'pipe', 'pipe', 'pipe'];
  const script = `setsid -f sleep 600 <&- >&- 2>&- 3>&- 4>&-; exit 5`;
  const child = forkless.spawn('sh', ['-c', script], { ...KEPT, stdio, env: tree.env() });
  expect(await closed(child)).toEqual({ code: 5, signal: null });
  await tree.settled(1);
  expect(ownKeepers()).toHaveLength(1);
  tree.kill();
});

test('the program is at most 16 kB', () => {
  const target = path.join(ROOT, 'target');
  if (!fs.existsSync(target)) return;
  const programs = fs
    .readdirSync(target, { recursive: true })
    .filter((file) => /out\/keeper\/[^/]+\/release\/keeper$/.test(`${file}`));
  for (const program of programs)
    expect(fs.statSync(path.join(target, `${program}`)).size).toBeLessThanOrEqual(16 * 1024);
});

test('so is what runs', async () => {
  const { keeper, letEnd } = await startKept();
  expect(fs.readlinkSync(`/proc/${keeper}/exe`)).toMatch(/memfd:forkless-keeper/);
  expect(fs.readFileSync(`/proc/${keeper}/exe`).length).toBeLessThanOrEqual(16 * 1024);
  await letEnd();
});

test('it has at most 64 kB of its own, and no thread', async () => {
  const { child, keeper, letEnd } = await startKept(['sh', '-c', `${WAYS.setsid}\ncat`]);
  await until(() => child.descendants().length > 0);
  const rollup = fs.readFileSync(`/proc/${keeper}/smaps_rollup`, 'utf8');
  const kilobytes = [...rollup.matchAll(/^Private_\w+:\s+(\d+) kB/gm)].reduce((sum, [, size]) => sum + Number(size), 0);
  expect(kilobytes).toBeGreaterThan(0);
  expect(kilobytes).toBeLessThanOrEqual(64);
  expect(fs.readdirSync(`/proc/${keeper}/task`)).toHaveLength(1);
  await child.killTree('SIGKILL');
  await letEnd();
});

test('a hundred children take no thread and one fd each, beside their pipes', async () => {
  const before = threads().length;
  const children = [];
  for (let count = 0; count < 100; count++) children.push(await startKept(['sleep', '600'], { stdio: 'ignore' }));
  const fds = openFds().length;
  expect(threads().length - before).toBe(0);
  await Promise.all(children.map(({ child }) => child.killTree('SIGKILL')));
  expect(await until(() => fds - openFds().length === 100)).toBe(true);
});

test('its signals do not reach it, and none that is sent to all of its group', async () => {
  const { child, keeper, letEnd } = await startKept();
  const [, blocked] = /^SigBlk:\t(\w+)$/m.exec(fs.readFileSync(`/proc/${keeper}/status`, 'utf8')) ?? [];
  // All but SIGKILL and SIGSTOP, 9 and 19, which nobody can block.
  expect(BigInt(`0x${blocked}`)).toBe(0xffff_ffff_ffff_ffffn & ~(1n << 8n) & ~(1n << 18n));
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR1', 'SIGTSTP', 'SIGPIPE', 'SIGCHLD']) {
    process.kill(keeper, signal);
  }
  child.stdin.write('x');
  await next(child.stdout, 'data');
  expect(isAlive(keeper)).toBe(true);
  expect(await letEnd()).toEqual({ code: 0, signal: null });
});

describe('somebody kills it:', () => {
  test("the child ends, and 'exit' and 'close' come", async () => {
    const { child, keeper, end } = await startKept(['sleep', '600']);
    process.kill(keeper, 'SIGKILL');
    const [code, signal] = await next(child, 'exit');
    expect([code, signal]).toEqual([null, 'SIGKILL']);
    // What is told has happened.
    expect(isAlive(child.pid)).toBe(false);
    expect(await end).toEqual({ code: null, signal: 'SIGKILL' });
    // Nobody has told.
    expect(child.resourceUsage()).toBe(null);
  });

  test('and its child stays away from strangers', async () => {
    const { child, keeper, end } = await startKept(['sleep', '600']);
    const decoy = startDecoy();
    process.kill(keeper, 'SIGKILL');
    const sleep = new Int32Array(new SharedArrayBuffer(4));
    // The event loop does not turn: it has not heard of the end.
    while (isAlive(keeper) || isAlive(child.pid)) Atomics.wait(sleep, 0, 0, 5);
    expect(child.kill('SIGKILL')).toBe(true);
    expect(child.descendants()).toEqual([]);
    expect(await child.killTree()).toEqual([]);
    await end;
    expect(decoy.isAlive()).toBe(true);
    decoy.end();
  });

  const endKeeperOf = async (child) => {
    await until(() => statOf(keeperOf(child.pid))?.name === 'forkless-keeper');
    process.kill(/** @type {number} */ (keeperOf(child.pid)), 'SIGKILL');
  };

  test('of exec and execFile: the callback comes', async () => {
    for (const start of [
      (callback) => forkless.exec('exec sleep 600', KEPT, callback),
      (callback) => forkless.execFile('sleep', ['600'], KEPT, callback),
    ]) {
      const error = await new Promise((resolve) => endKeeperOf(start(resolve)));
      expect(error).toMatchObject({ killed: false, code: null, signal: 'SIGKILL' });
    }
  });

  test("of fork: 'disconnect' and 'exit' come", async () => {
    const execArgv = ['--eval', "process.send('ready'); process.on('message', () => {})"];
    const child = forkless.fork('it has none', { ...KEPT, execArgv, silent: true });
    const ends = [next(child, 'disconnect'), closed(child)];
    expect((await next(child, 'message'))[0]).toBe('ready');
    await endKeeperOf(child);
    expect((await Promise.all(ends))[1]).toEqual({ code: null, signal: 'SIGKILL' });
  });

  (isRoot ? test : test.skip)(
    'of a child of another user: it dies, though a change of ids takes its wish back',
    async () => {
      const child = forkless.spawn('sleep', ['600'], { ...KEPT, uid: 12345, gid: 12345, stdio: 'ignore' });
      const end = closed(child);
      await endKeeperOf(child);
      expect(await end).toEqual({ code: null, signal: 'SIGKILL' });
      expect(await until(() => !isAlive(child.pid))).toBe(true);
    },
  );

  const inNamespace = { through: ['unshare', '-pf', '--kill-child', '--mount-proc'] };

  (isRoot ? test : test.skip)('and whoever gets its pid is a stranger', async () => {
    const body = ({ spawn }, report) => {
      const fs = require('node:fs');
      const { spawn: start } = require('node:child_process');
      const child = spawn('sleep', ['600'], { killDescendants: true });
      const keeper = Number(fs.readFileSync(`/proc/${child.pid}/stat`, 'latin1').split(') ')[1].split(' ')[1]);
      process.kill(keeper, 'SIGKILL');
      child.on('exit', async () => {
        // The next process has the number after this one.
        fs.writeFileSync('/proc/sys/kernel/ns_last_pid', `${keeper - 1}`);
        const stranger = start('sh', ['-c', 'sleep 600 & echo ready; wait $!; exit 7']);
        await new Promise((resolve) => stranger.stdout.once('data', resolve));
        report([stranger.pid === keeper, child.descendants(), child.kill('SIGTERM'), await child.killTree()]);
        const waits = new Promise((resolve) => stranger.once('exit', resolve)).then(report);
        // Had its sleeper been signalled, it would end with 7.
        process.kill(stranger.pid, 'SIGKILL');
        await waits;
        process.exit();
      });
    };
    expect(await reportsOf(forkless, body, inNamespace)).toEqual([[true, [], false, []], null]);
  });

  (isRoot ? test : test.skip)(
    'by the first process of a pid namespace, which gets the child and lets it go',
    async () => {
      const body = ({ spawn }, report) => {
        const fs = require('node:fs');
        const child = spawn('sleep', ['600'], { killDescendants: true });
        const keeper = Number(fs.readFileSync(`/proc/${child.pid}/stat`, 'latin1').split(') ')[1].split(' ')[1]);
        process.kill(keeper, 'SIGKILL');
        child.on('close', (code, signal) => report([process.pid, code, signal, fs.existsSync(`/proc/${child.pid}`)]));
      };
      expect(await reportsOf(forkless, body, inNamespace)).toEqual([[1, null, 'SIGKILL', false]]);
    },
  );

  test('while a blocking call runs', async () => {
    const script = 'kill -KILL $PPID; exec sleep 600';
    // The shell's parent is the keeper once that has its name.
    const wait = 'while [ "$(cat /proc/$PPID/comm)" != forkless-keeper ]; do :; done;';
    const result = forkless.spawnSync('sh', ['-c', `${wait} ${script}`], KEPT);
    expect(result).toMatchObject({ status: null, signal: 'SIGKILL' });
  });

  test('while killTree() waits', async () => {
    const { child, keeper, end } = await startKept(['sh', '-c', 'trap "" TERM; while :; do sleep 600; done'], {
      stdio: 'ignore',
    });
    await until(() => child.descendants().length === 1);
    const left = child.killTree();
    process.kill(keeper, 'SIGKILL');
    expect(await left).toEqual([]);
    expect(await end).toEqual({ code: null, signal: 'SIGKILL' });
  });

  test('as one of many, at once, all are told of, and no zombie is left', async () => {
    const children = [];
    for (let count = 0; count < 50; count++) children.push(await startKept(['sleep', '600']));
    for (const { keeper } of children) process.kill(keeper, 'SIGKILL');
    const ends = await Promise.all(children.map(({ end }) => end));
    expect(new Set(ends.map(({ signal }) => signal))).toEqual(new Set(['SIGKILL']));
  });
});

test('it is stopped for a while: nothing is lost', async () => {
  const { child, keeper, end } = await startKept(['sh', '-c', 'setsid -f sleep 600; exec cat']);
  process.kill(keeper, 'SIGSTOP');
  await until(() => statOf(keeper)?.state === 'T');
  for (let count = 0; count < 1000; count++) child.kill('SIGKILL');
  process.kill(keeper, 'SIGCONT');
  expect(await end).toEqual({ code: null, signal: 'SIGKILL' });
});

test("a child's end is told while the keeper has thousands to reap", async () => {
  const script = 'for i in $(seq 300); do (sleep 0.2 &) done; exit 9';
  const child = forkless.spawn('sh', ['-c', script], { ...KEPT, stdio: 'ignore' });
  expect(await closed(child)).toEqual({ code: 9, signal: null });
});
