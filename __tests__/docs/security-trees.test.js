'use strict';
// What the page on security says of trees of processes.

const { forkless } = require('../helpers/modules.js');
const { isAlive } = require('../helpers/proc.js');
const { reportsOf, runProgram } = require('../helpers/program.js');
const { until } = require('../helpers/until.js');

/** A plain one, one in its own session, two that have lost their parents, too; then it waits for a line. */
const TREE = `sleep 1000 & setsid sleep 1000 & (setsid sleep 1000 &); setsid -f sleep 1000
  trap '' HUP; echo ready; read line; head -c 3000000 /dev/zero`;
const OTHERS = 4;

const started = [];
afterAll(() => {
  for (const pid of started.filter(isAlive)) process.kill(pid, 'SIGKILL');
});

/** Notes pids, which must not stay, and gives those that do. */
async function whoStays(pids) {
  started.push(...pids);
  await until(() => !pids.some(isAlive));
  return pids.filter(isAlive);
}

test.each([
  ['kill()', true, ''],
  ['an AbortSignal', true, ''],
  ['maxBuffer', true, ''],
  ['stop()', true, ''],
  ['killTree()', true, ''],
  ["the child's end", 'exit', ''],
  ['kill(), in a session of its own', true, 'detached'],
])('a tree that wants to stay: %s', async (way, killDescendants, detached) => {
  const [pids, end] = await reportsOf(
    forkless,
    ({ exec }, report, line, others, way, options) => {
      const controller = new AbortController();
      const maxBuffer = way === 'maxBuffer' ? 1000 : undefined;
      const child = exec(line, { ...options, maxBuffer, signal: controller.signal }, () => {
        report([child.descendants(), child.containment]);
      });
      child.stdout.once('data', function wait() {
        // setsid(1) may have to start its own program first.
        if (child.descendants().length < others) return setTimeout(wait, 10);
        report(child.descendants());
        if (way.startsWith('kill()')) child.kill();
        else if (way === 'an AbortSignal') controller.abort();
        else if (way === 'stop()') child.stop({ grace: 100 });
        else if (way === 'killTree()') child.killTree();
        else child.stdin.end('\n');
      });
    },
    { args: [TREE, OTHERS, way, { killDescendants, detached: detached !== '' }] },
  );
  expect(await whoStays(pids)).toEqual([]);
  expect(end[1]).toBe('tree');
});

test('a program that is killed leaves nobody', async () => {
  // Its output ends when nobody is left who has it.
  const { signal, reports } = await runProgram(
    forkless,
    ({ spawn }, report, line) => {
      const options = { stdio: ['pipe', 'pipe', 'inherit'], dieWithParent: true, detached: true };
      const child = spawn('sh', ['-c', line], options);
      child.unref();
      child.stdout.once('data', () => {
        report([child.pid, ...child.descendants()]);
        process.kill(process.pid, 'SIGKILL');
      });
    },
    { args: [TREE] },
  );
  expect(signal).toBe('SIGKILL');
  expect(reports[0].length).toBeGreaterThan(1);
  expect(await whoStays(reports[0])).toEqual([]);
});

test('who is not of the tree goes on', async () => {
  const [pids, others] = await reportsOf(
    forkless,
    async ({ spawn }, report, line) => {
      const ready = (child) => new Promise((resolve) => child.stdout.once('data', () => resolve(child)));
      const children = [];
      for (const options of [{ killDescendants: true }, { killDescendants: true }, { dieWithParent: true }, {}]) {
        // Without a keeper those would stay that have lost their parents.
        const script = Object.keys(options).length > 0 ? line : 'echo ready; read line';
        children.push(await ready(spawn('sh', ['-c', script], { ...options, stdio: ['pipe', 'pipe', 'ignore'] })));
      }
      const [child, ...others] = children;
      report(child.descendants());
      await child.killTree('SIGKILL');
      const signalled = others.map(({ pid }) => process.kill(pid, 0));
      report([others.map(({ exitCode, signalCode }) => [exitCode, signalCode]), signalled]);
      for (const other of others) await other.killTree('SIGKILL');
    },
    { args: [TREE] },
  );
  expect(await whoStays(pids)).toEqual([]);
  expect(others).toEqual([Array(3).fill([null, null]), Array(3).fill(true)]);
});

test('a child of a keeper has what a child has', async () => {
  const [plain, kept] = await reportsOf(forkless, ({ spawnSync }, report) => {
    const script = `grep -E '^(Uid|Gid|Groups|Cap|NoNewPrivs|Seccomp|SigBlk|SigIgn|SigCgt)' /proc/self/status
      ls /proc/self/fd; cut -d' ' -f5,6 /proc/self/stat; pwd; ulimit -a; env | sort`;
    for (const options of [{}, { killDescendants: true, dieWithParent: true }]) {
      report(spawnSync('sh', ['-c', script], { ...options, encoding: 'utf8' }).stdout);
    }
  });
  expect(plain).toContain('NoNewPrivs');
  expect(kept).toBe(plain);
});
