'use strict';
// killDescendants: 'exit': the child's own end ends all that it has started, and 'close' waits for none of them. All
// functions take it.

const { promisify } = require('node:util');
const { closed, next, output } = require('../helpers/children.js');
const { forkless } = require('../helpers/modules.js');
const { isAlive } = require('../helpers/proc.js');
const { reportsOf } = require('../helpers/program.js');
const { until } = require('../helpers/until.js');
const { ALL_WAYS, Tree, keeperOf, offspring, ownKeepers } = require('./trees.js');

const OPTIONS = { killDescendants: 'exit' };

afterEach(async () => {
  expect(await until(() => ownKeepers().length === 0)).toBe(true);
});

/** All of them hold the pipes. */
const SCRIPT = `${ALL_WAYS}\necho words; exit 3`;

describe("'exit'", () => {
  test('of spawn: with the pipes held open by all of them', async () => {
    const tree = new Tree();
    const child = forkless.spawn('sh', ['-c', SCRIPT], { ...OPTIONS, env: tree.env() });
    expect(await output(child)).toEqual({ code: 3, signal: null, stdout: 'words\n', stderr: '' });
    expect(await tree.gone()).toEqual([]);
  });

  test('of exec and execFile: the callback has the output', async () => {
    for (const way of ['exec', 'execFile']) {
      const tree = new Tree();
      const args = way === 'exec' ? [SCRIPT] : ['sh', ['-c', SCRIPT]];
      const run = promisify(forkless[way])(...args, { ...OPTIONS, env: tree.env() });
      await expect(run).rejects.toMatchObject({ code: 3, killed: false, signal: null, stdout: 'words\n' });
      expect(await tree.gone()).toEqual([]);
    }
  });

  test('of the blocking three: when they return, all are gone', async () => {
    const tree = new Tree();
    const options = { ...OPTIONS, env: tree.env(), encoding: 'utf8' };
    expect(forkless.spawnSync('sh', ['-c', SCRIPT], options)).toMatchObject({
      status: 3,
      signal: null,
      stdout: 'words\n',
    });
    expect(tree.alive()).toEqual([]);
    expect(forkless.execSync(`${SCRIPT.replace('exit 3', 'exit 0')}`, options)).toBe('words\n');
    expect(tree.alive()).toEqual([]);
    expect(forkless.execFileSync('sh', ['-c', `${ALL_WAYS}\necho x`], options)).toBe('x\n');
    expect(tree.alive()).toEqual([]);
    expect(ownKeepers()).toEqual([]);
  });

  test('of fork: the channel is held open, too', async () => {
    const tree = new Tree();
    const script =
      "require('child_process').spawn('sleep', ['600'], { stdio: 'inherit', detached: true }); process.send('x')";
    const args = ['-e', `${script}; process.disconnect(); process.exit(4)`];
    const child = forkless.spawn(process.execPath, args, {
      ...OPTIONS,
      env: tree.env(),
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    const messages = [];
    child.on('message', (message) => messages.push(message));
    expect(await output(child)).toEqual({ code: 4, signal: null, stdout: '', stderr: '' });
    expect(messages).toEqual(['x']);
    expect(await tree.gone()).toEqual([]);
  });

  test('by a signal from anybody', async () => {
    const tree = new Tree();
    const child = forkless.spawn('sh', ['-c', `${ALL_WAYS}\nkill -KILL $$`], { ...OPTIONS, env: tree.env() });
    expect(await closed(child)).toEqual({ code: null, signal: 'SIGKILL' });
    expect(await tree.gone()).toEqual([]);
  });

  test('with those who respawn for ever', async () => {
    const tree = new Tree();
    const script = `${offspring()} respawn 50 & ${offspring()} respawn 1000 & sleep 0.1`;
    const child = forkless.spawn('sh', ['-c', script], { ...OPTIONS, env: tree.env(), stdio: 'ignore' });
    expect(await closed(child)).toEqual({ code: 0, signal: null });
    expect(await tree.gone()).toEqual([]);
  });

  test('while this program is busy: they do not wait for it', async () => {
    const tree = new Tree();
    const child = forkless.spawn('sh', ['-c', SCRIPT], { ...OPTIONS, env: tree.env(), stdio: 'ignore' });
    const end = closed(child);
    // Nothing of the event loop turns meanwhile. What the keeper does is seen from here.
    const sleep = new Int32Array(new SharedArrayBuffer(4));
    // One look can miss who has come while it lasted.
    const isLeft = () => tree.alive().length > 0 || tree.alive().length > 0;
    for (let tries = 0; tries < 1000 && isLeft(); tries++) Atomics.wait(sleep, 0, 0, 10);
    expect(tree.alive()).toEqual([]);
    expect(child.exitCode).toBe(null);
    // It is our child's still: nobody else gets that pid.
    expect(child.kill(0)).toBe(true);
    expect(await end).toEqual({ code: 3, signal: null });
  });

  test('while this program is busy, behind hundreds that have ended already', async () => {
    const tree = new Tree();
    const script = `"$0" many 600 & echo grown; read go; kill -KILL $!; (setsid sh -c 'sleep 600 & wait' &); read go; exit 3`;
    const options = { ...OPTIONS, env: tree.env(), stdio: ['pipe', 'pipe', 'ignore'] };
    const child = forkless.spawn('sh', ['-c', script, offspring()], options);
    const end = closed(child);
    await next(child.stdout, 'data');
    await tree.grown(602);
    const hundreds = child.descendants();
    child.stdin.write('\n');
    // The program in between is gone, and a shell with a sleeper is there.
    await tree.grown(603);
    const keeper = keeperOf(child.pid);
    process.kill(keeper, 'SIGSTOP');
    for (const pid of hundreds) if (isAlive(pid)) process.kill(pid, 'SIGKILL');
    child.stdin.end('\n');
    const sleep = new Int32Array(new SharedArrayBuffer(4));
    while (isAlive(child.pid)) Atomics.wait(sleep, 0, 0, 5);
    process.kill(keeper, 'SIGCONT');
    for (let tries = 0; tries < 1000 && tree.alive().length > 0; tries++) Atomics.wait(sleep, 0, 0, 10);
    expect(tree.alive()).toEqual([]);
    expect(child.exitCode).toBe(null);
    expect(await end).toEqual({ code: 3, signal: null });
  });
});

describe('a blocking call', () => {
  test('with a timeout ends all', () => {
    const tree = new Tree();
    const options = { killDescendants: true, timeout: 500, killSignal: 'SIGKILL', env: tree.env() };
    const result = forkless.spawnSync('sh', ['-c', `${ALL_WAYS}\nexec sleep 600`], options);
    expect(result).toMatchObject({ status: null, signal: 'SIGKILL', error: { code: 'ETIMEDOUT' } });
    expect(tree.alive()).toEqual([]);
  });

  test('with a timeout that all ignore, and a delay', () => {
    const tree = new Tree();
    const options = { killDescendants: true, timeout: 2_000, forceKillAfterDelay: 100, env: tree.env() };
    const script = `trap '' TERM\n${ALL_WAYS}\nwhile :; do sleep 600; done`;
    const result = forkless.spawnSync('sh', ['-c', script], options);
    expect(result).toMatchObject({ status: null, signal: 'SIGKILL', error: { code: 'ETIMEDOUT' } });
    expect(tree.alive()).toEqual([]);
  });

  test('with maxBuffer ends all', () => {
    const tree = new Tree();
    const options = { killDescendants: true, maxBuffer: 10, env: tree.env() };
    const result = forkless.spawnSync('sh', ['-c', `${ALL_WAYS}\nyes`], options);
    expect(result).toMatchObject({ signal: 'SIGTERM', error: { code: 'ENOBUFS' } });
    expect(tree.alive()).toEqual([]);
  });

  test('leaves those alone who outlive a child that nobody has ended, and no thread for each', async () => {
    const tree = new Tree();
    const [seen] = await reportsOf(
      forkless,
      ({ spawnSync }, report) => {
        const threads = () => require('node:fs').readdirSync('/proc/self/task').length;
        const run = () =>
          spawnSync('setsid', ['-f', 'sleep', '600'], { killDescendants: true, stdio: 'ignore' }).status;
        const first = run();
        const before = threads();
        const others = [1, 2, 3, 4, 5].map(run);
        report([first, ...others, threads() - before]);
      },
      { env: tree.env() },
    );
    expect(seen).toEqual([0, 0, 0, 0, 0, 0, 0]);
    await tree.grown(6);
    tree.kill();
    expect(await tree.gone()).toEqual([]);
  });
});

test('exec with maxBuffer ends all', async () => {
  const tree = new Tree();
  const options = { killDescendants: true, maxBuffer: 10, env: tree.env() };
  const run = promisify(forkless.exec)(`${ALL_WAYS}\nyes`, options);
  await expect(run).rejects.toMatchObject({ code: 'ERR_CHILD_PROCESS_STDIO_MAXBUFFER' });
  expect(await tree.gone()).toEqual([]);
});

test('exec with a timeout ends those, too, who hold the pipes of a child that has ended', async () => {
  const tree = new Tree();
  const options = { killDescendants: true, timeout: 500, env: tree.env() };
  await promisify(forkless.exec)(ALL_WAYS, options).catch(() => {});
  expect(await tree.gone()).toEqual([]);
});
