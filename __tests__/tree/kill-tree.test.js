'use strict';
// child.killTree(): signals the child and all its descendants, and resolves to who is left when that is nobody.

const { closed, next } = require('../helpers/children.js');
const { thrownBy } = require('../helpers/errors.js');
const { forkless } = require('../helpers/modules.js');
const { isAlive, statOf } = require('../helpers/proc.js');
const { reportsOf } = require('../helpers/program.js');
const { until } = require('../helpers/until.js');
const { ALL, ALL_WAYS, Tree, WAYS, isRoot, offspring, ownKeepers } = require('./trees.js');

afterEach(async () => {
  expect(await until(() => ownKeepers().length === 0)).toBe(true);
});

const KEPT = { killDescendants: true };

/** @param {string} script @param {any} options @param {number} count */
async function grow(script, options, count) {
  const tree = new Tree();
  const settings = { stdio: 'ignore', ...options, env: tree.env() };
  const child = forkless.spawn('sh', ['-c', `${script}\nexec sleep 600`], settings);
  const end = closed(child);
  await tree.settled(count);
  return { tree, child, end };
}

describe('with a keeper', () => {
  test.each([
    ['SIGKILL', 'SIGKILL', 'SIGKILL'],
    ['9', 9, 'SIGKILL'],
    ['SIGTERM', undefined, 'SIGTERM'],
    ['SIGINT', 'SIGINT', 'SIGINT'],
  ])('%s: nobody is left when it resolves', async (_name, signal, ending) => {
    const { tree, child, end } = await grow(ALL_WAYS, KEPT, 1 + ALL);
    expect(await child.killTree(signal)).toEqual([]);
    expect(tree.alive()).toEqual([]);
    expect(await until(() => ownKeepers().length === 0)).toBe(true);
    expect(await end).toEqual({ code: null, signal: ending });
    expect(await child.killTree(signal)).toEqual([]);
    expect(child.descendants()).toEqual([]);
  });

  test('with dieWithParent alone it is all of them, too', async () => {
    const { tree, child, end } = await grow(ALL_WAYS, { dieWithParent: true }, 1 + ALL);
    expect(await child.killTree()).toEqual([]);
    expect(tree.alive()).toEqual([]);
    await end;
  });

  test('the delay is kept, and SIGKILL is for all', async () => {
    const script = `trap '' TERM\n${WAYS.setsid}\n${WAYS['double fork']}`;
    const { tree, child, end } = await grow(script, { ...KEPT, forceKillAfterDelay: 100 }, 3);
    expect(await child.killTree()).toEqual([]);
    expect(tree.alive()).toEqual([]);
    expect(await child.exited).toMatchObject({ signal: 'SIGKILL', reason: 'kill' });
    await end;
  });

  test('a child that has ended: SIGKILL after the delay', async () => {
    const tree = new Tree();
    const options = { ...KEPT, forceKillAfterDelay: 100, stdio: 'ignore', env: tree.env() };
    const child = forkless.spawn('sh', ['-c', `${WAYS['ignores signals']}\n${WAYS.setsid}`], options);
    await closed(child);
    await tree.settled(2);
    expect(await child.killTree()).toEqual([]);
    expect(tree.alive()).toEqual([]);
  });

  test('0 tells who is there, and does nothing', async () => {
    const { tree, child, end } = await grow(ALL_WAYS, KEPT, 1 + ALL);
    expect((await child.killTree(0)).sort((a, b) => a - b)).toEqual(tree.alive());
    expect(tree.alive()).toHaveLength(1 + ALL);
    child.kill('SIGKILL');
    await end;
    expect(await tree.gone()).toEqual([]);
    expect(await until(async () => (await child.killTree(0)).length === 0)).toBe(true);
  });

  test('many at once all resolve', async () => {
    const { child, end } = await grow(ALL_WAYS, KEPT, 1 + ALL);
    const calls = ['SIGTERM', 'SIGKILL', 'SIGINT', 'SIGKILL', 0].map((signal) => child.killTree(signal));
    expect((await Promise.all(calls)).slice(0, 4)).toEqual([[], [], [], []]);
    await end;
  });

  test('a SIGKILL in a row of a thousand is not lost, nor the end', async () => {
    const { tree, child, end } = await grow(WAYS.setsid, KEPT, 2);
    for (let count = 0; count < 1000; count++) child.kill('SIGKILL');
    expect(await end).toEqual({ code: null, signal: 'SIGKILL' });
    expect(await tree.gone()).toEqual([]);
  });
});

describe('with a keeper and without one', () => {
  const without = { killDescendants: false };

  test.each([
    ['with', KEPT],
    ['without', without],
  ])(
    '%s: those who survive the signal are told',
    async (_name, options) => {
      const tree = new Tree();
      const script = "trap '' USR1; sleep 600 & sleep 600 & while :; do wait; done";
      const child = forkless.spawn('sh', ['-c', script], { ...options, stdio: 'ignore', env: tree.env() });
      const end = closed(child);
      await tree.grown(3);
      const left = await child.killTree('SIGUSR1');
      expect(left.sort((a, b) => a - b)).toEqual(tree.alive());
      expect(left).toHaveLength(3);
      expect(await child.killTree('SIGKILL')).toEqual([]);
      await end;
    },
    30_000,
  );

  test.each([
    ['with', KEPT],
    ['without', without],
  ])('%s: one whose first thread has ended is signalled, too', async (_name, options) => {
    const child = forkless.spawn(offspring(), ['headless'], options);
    const end = closed(child);
    await next(child.stdout, 'data');
    const headless = await until(() => child.descendants()[0]);
    expect(await child.killTree('SIGTERM')).toEqual([]);
    // Whoever inherits it reaps it.
    expect(await until(() => statOf(headless) === undefined)).toBe(true);
    await end;
  });

  test.each([
    ['with', KEPT],
    ['without', without],
  ])('%s: what a thread has started', async (_name, options) => {
    const tree = new Tree();
    const child = forkless.spawn(offspring(), ['thread'], { ...options, env: tree.env() });
    const end = closed(child);
    await next(child.stdout, 'data');
    expect(child.descendants()).toHaveLength(1);
    expect(await child.killTree('SIGKILL')).toEqual([]);
    expect(tree.alive()).toEqual([]);
    await end;
  });

  test.each([0, 100, 5000])('nobody is left of those who respawn for ever, every %i us', async (pause) => {
    const tree = new Tree();
    const child = forkless.spawn(offspring(), ['respawn', `${pause}`], { ...KEPT, env: tree.env() });
    const end = closed(child);
    await next(child.stdout, 'data');
    expect(await child.killTree('SIGKILL')).toEqual([]);
    expect(tree.alive()).toEqual([]);
    await end;
    const killed = { ...KEPT, env: tree.env(), timeout: 200, killSignal: 'SIGKILL', stdio: 'ignore' };
    expect(forkless.spawnSync(offspring(), ['respawn', `${pause}`], killed).signal).toBe('SIGKILL');
    expect(tree.alive()).toEqual([]);
  });

  test('nobody is left before the exit is told', async () => {
    // Its end and what is unread of its output may come in one turn of the loop; then the exit is told a turn later.
    for (let count = 0; count < 300; count++) {
      const child = forkless.spawn(offspring(), ['headless'], KEPT);
      await next(child.stdout, 'data');
      expect(await child.killTree('SIGKILL')).toEqual([]);
      expect(child.signalCode).toBe('SIGKILL');
    }
  }, 60_000);

  test.each([
    ['with', KEPT],
    ['without', without],
  ])('%s: what is no signal is refused as by kill()', async (_name, options) => {
    const child = forkless.spawn('cat', options);
    const end = closed(child);
    for (const signal of ['SIGNONE', 999, {}]) {
      const { code, message } = /** @type {any} */ (thrownBy(() => child.kill(signal)) ?? {});
      const refused = child.killTree(signal).catch((error) => error);
      expect(await refused).toMatchObject({ message, ...(code && { code }) });
    }
    child.stdin.end();
    await end;
    expect(await child.killTree()).toEqual([]);
  });
});

test('without a keeper it is all that is still linked', async () => {
  const { tree, child, end } = await grow(`${WAYS.setsid}\n${WAYS.plain}\n${WAYS['double fork']}`, {}, 4);
  expect(await child.killTree('SIGKILL')).toEqual([]);
  await end;
  expect(tree.alive()).toHaveLength(1);
  tree.kill();
});

test('a start that has failed has no tree', async () => {
  const child = forkless.spawn('/none/such', KEPT);
  const end = closed(child);
  expect(await child.killTree()).toEqual([]);
  expect(child.descendants()).toEqual([]);
  expect(await end).toMatchObject({ code: -2 });
  expect(await child.killTree()).toEqual([]);
  expect(child.containment).toBe('none');
});

test('one call is enough to keep the program going until it resolves', async () => {
  const [left] = await reportsOf(forkless, ({ spawn }, report) => {
    const script = '(trap "" TERM; exec setsid -f sleep 600 >/dev/null 2>&1)';
    const child = spawn('sh', ['-c', script], { killDescendants: true, stdio: 'ignore', forceKillAfterDelay: 100 });
    child.on('close', () => child.killTree().then(report));
  });
  expect(left).toEqual([]);
});

(isRoot ? describe : describe.skip)('of a program that is not root', () => {
  /** Runs as another user, whose child runs a program of root's that may become root. */
  const asAnother = async ({ spawn }, report, options, setuid) => {
    const child = spawn(
      'sh',
      ['-c', `sleep 600 & ${setuid} --reuid 0 --clear-groups sleep 600 & echo ready; exec sleep 600`],
      options,
    );
    await new Promise((resolve) => child.stdout.once('data', resolve));
    const uid = (pid) => /Uid:\t(\d+)/.exec(require('node:fs').readFileSync(`/proc/${pid}/status`, 'utf8'))[1];
    // It becomes root, all of it, after its start.
    const isThere = (pids) => pids.length === 2 && pids.some((pid) => uid(pid) === '0');
    while (!isThere(child.descendants())) await new Promise((resolve) => setTimeout(resolve, 10));
    const left = await child.killTree('SIGKILL');
    report([left.map(uid), child.signalCode]);
    process.exit();
  };

  test.each([[KEPT], [{}]])('a descendant with root rights is told as left (%j)', async (options) => {
    const fs = require('node:fs');
    const folder = require('../helpers/folder.js').makeFolder();
    const file = `${folder}/setpriv`;
    fs.copyFileSync('/usr/bin/setpriv', file);
    fs.chmodSync(file, 0o4755);
    const tree = new Tree();
    const through = ['setpriv', '--reuid', '12345', '--regid', '12345', '--clear-groups'];
    const reports = reportsOf(forkless, asAnother, { args: [options, file], through, env: tree.env() });
    await until(() => tree.alive().length > 0);
    const [seen] = await reports;
    expect(seen).toEqual([['0'], 'SIGKILL']);
    tree.kill();
    require('../helpers/folder.js').removeFolder(folder);
  });
});

test('strangers with the pids of before are not hit', async () => {
  const { child, end } = await grow(WAYS.plain, {}, 2);
  // The list is made, then they end, then others may have their pids: told from them by the time of their start.
  const { binding } = require('../../lib/native.js');
  const [found] = binding.descendantsOf(child.pid);
  expect(binding.isRunning(found)).toBe(true);
  const earlier = { ...found, start: found.start - 1 };
  expect(binding.isRunning(earlier)).toBe(false);
  expect(binding.signalProcess(earlier, 9)).toBeLessThan(0);
  expect(isAlive(found.pid)).toBe(true);
  expect(await child.killTree('SIGKILL')).toEqual([]);
  await end;
});

test('the output of all is read to its end', async () => {
  const script = 'setsid -f sh -c "echo one; exec sleep 600"; echo two; exec sleep 600';
  const child = forkless.spawn('sh', ['-c', script], KEPT);
  const end = closed(child);
  let said = '';
  child.stdout.on('data', (data) => {
    said += data;
  });
  expect(await until(() => said.length === 'one\ntwo\n'.length)).toBe(true);
  expect(await child.killTree('SIGKILL')).toEqual([]);
  expect(await end).toEqual({ code: null, signal: 'SIGKILL' });
  expect(said.split('\n').sort()).toEqual(['', 'one', 'two']);
});
