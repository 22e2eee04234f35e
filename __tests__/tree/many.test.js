'use strict';
// Many trees and large ones: nobody is left, and no stranger is hit.

const { closed, next } = require('../helpers/children.js');
const { builtin, forkless } = require('../helpers/modules.js');
const { openFds, threads } = require('../helpers/proc.js');
const { until } = require('../helpers/until.js');
const { Tree, offspring, ownKeepers, startDecoy } = require('./trees.js');

afterEach(async () => {
  expect(await until(() => ownKeepers().length === 0)).toBe(true);
});

/** Starts and ends processes as fast as it goes, so that pids are soon used again. */
function startChurn() {
  const child = builtin.spawn('sh', ['-c', 'while :; do for i in 1 2 3 4 5 6 7 8; do /bin/true & done; wait; done'], {
    stdio: 'ignore',
  });
  return async () => {
    child.kill('SIGKILL');
    await closed(child);
  };
}

const SCRIPT = 'setsid -f sleep 600; (setsid sleep 600 &); sleep 600 & exec sleep 600';

test('a thousand trees, killed in all ways while they grow, with a decoy for each twenty', async () => {
  const endChurn = startChurn();
  const decoys = [];
  const tree = new Tree();
  const before = threads().length;
  const ends = [];
  for (let round = 0; round < 50; round++) {
    decoys.push(startDecoy());
    for (let count = 0; count < 20; count++) {
      const options = { killDescendants: true, stdio: 'ignore', env: tree.env() };
      const child = forkless.spawn('sh', ['-c', SCRIPT], options);
      const end = closed(child);
      // Some have no descendant yet, some are in the midst of it, some have all.
      if (count % 4 === 0) child.kill('SIGKILL');
      else if (count % 4 === 1) ends.push(child.killTree('SIGKILL'));
      else if (count % 4 === 2) setTimeout(() => child.kill(), count);
      else setTimeout(() => ends.push(child.killTree()), 3 * count);
      ends.push(end);
    }
    await new Promise((resolve) => setTimeout(resolve, 60));
  }
  await Promise.all(ends);
  expect(await tree.gone()).toEqual([]);
  expect(threads().length).toBeLessThanOrEqual(before + 1);
  expect(decoys.filter((decoy) => !decoy.isAlive())).toEqual([]);
  await endChurn();
  await Promise.all(decoys.map(({ end, child }) => end() && closed(child)));
}, 240_000);

test('a thousand trees killed at once, with a decoy for each', async () => {
  const endChurn = startChurn();
  const tree = new Tree();
  const decoys = [];
  const children = [];
  for (let count = 0; count < 1000; count++) {
    const options = { killDescendants: true, stdio: 'ignore', env: tree.env() };
    children.push(forkless.spawn('sh', ['-c', 'setsid -f sleep 600; exec sleep 600'], options));
    decoys.push(startDecoy());
  }
  expect(await until(() => tree.alive().length === 2000, 120_000)).toBe(true);
  const ends = children.flatMap((child, index) => {
    const end = closed(child);
    if (index % 2 === 0) return [end, child.killTree('SIGKILL')];
    child.kill();
    return [end];
  });
  await Promise.all(ends);
  expect(await tree.gone()).toEqual([]);
  expect(decoys.filter((decoy) => !decoy.isAlive())).toEqual([]);
  await endChurn();
  await Promise.all(decoys.map(({ end, child }) => end() && closed(child)));
}, 240_000);

/** @param {number} count @param {any} options */
async function startMany(count, options) {
  const tree = new Tree();
  const child = forkless.spawn(offspring(), ['many', `${count}`], { ...options, env: tree.env() });
  const end = closed(child);
  await next(child.stdout, 'data');
  return { tree, child, end };
}

test.each([
  ['with a keeper', { killDescendants: true }],
  ['without', {}],
])('a thousand descendants of one child, %s', async (name, options) => {
  const { tree, child, end } = await startMany(1000, options);
  const start = process.hrtime.bigint();
  expect(await child.killTree('SIGKILL')).toEqual([]);
  const time = Number(process.hrtime.bigint() - start) / 1e6;
  console.info(`killTree() of a thousand ${name}: ${time.toFixed(0)} ms`);
  expect(tree.alive()).toEqual([]);
  await end;
});

test("a thousand that are the keeper's own by then, while it waits to be told", async () => {
  const fds = openFds().length;
  const tree = new Tree();
  const script = `${offspring()} many 1000 & read line; kill -KILL $!`;
  const options = { killDescendants: 'exit', env: tree.env() };
  const child = forkless.spawn('sh', ['-c', script], options);
  const end = closed(child);
  await next(child.stdout, 'data');
  child.stdin.end('\n');
  expect(await end).toEqual({ code: 0, signal: null });
  expect(await tree.gone()).toEqual([]);
  expect(await until(() => openFds().length <= fds)).toBe(true);
});

// Takes ten thousand processes at once, as .ci/run has it: FORKLESS_TEST_MANY=10000
const MANY = Number(process.env.FORKLESS_TEST_MANY ?? 0);
(MANY > 0 ? test : test.skip)(
  `${MANY} descendants`,
  async () => {
    const { tree, child, end } = await startMany(MANY, { killDescendants: true });
    expect(child.descendants()).toHaveLength(MANY);
    const start = process.hrtime.bigint();
    expect(await child.killTree('SIGKILL')).toEqual([]);
    console.info(`killTree() of ${MANY}: ${Number(process.hrtime.bigint() - start) / 1e6} ms`);
    expect(tree.alive()).toEqual([]);
    await end;
  },
  300_000,
);
