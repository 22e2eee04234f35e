'use strict';
// child.descendants() and child.containment.

const { closed, next } = require('../helpers/children.js');
const { forkless } = require('../helpers/modules.js');
const { until } = require('../helpers/until.js');
const { ALL, ALL_WAYS, Tree, WAYS, offspring } = require('./trees.js');

const sorted = (pids) => [...pids].sort((a, b) => a - b);

test('with a keeper: all of them, wherever they went, and not the child', async () => {
  const tree = new Tree();
  const options = { killDescendants: true, env: tree.env() };
  const child = forkless.spawn('sh', ['-c', `${ALL_WAYS}\nexec sleep 600`], options);
  const end = closed(child);
  await tree.settled(1 + ALL);
  // The shells in between have ended, or are about to.
  const expected = tree.alive().filter((pid) => pid !== child.pid);
  await until(() => child.descendants().length === expected.length);
  expect(sorted(child.descendants())).toEqual(expected);
  await child.killTree('SIGKILL');
  expect(child.descendants()).toEqual([]);
  await end;
});

test('without one: those that are linked, as long as the child runs', async () => {
  const tree = new Tree();
  const script = `${WAYS.setsid}\n${WAYS['double fork']}\nexec cat`;
  const child = forkless.spawn('sh', ['-c', script], { env: tree.env(), stdio: ['pipe', 'ignore', 'ignore'] });
  const end = closed(child);
  await tree.settled(3);
  expect(child.descendants()).toHaveLength(1);
  child.stdin.end();
  await end;
  expect(child.descendants()).toEqual([]);
  tree.kill();
});

test('zombies are none', async () => {
  const child = forkless.spawn('sh', ['-c', 'true & exec sleep 600'], { killDescendants: true, stdio: 'ignore' });
  const end = closed(child);
  const { childrenOf } = require('../helpers/proc.js');
  await until(() => childrenOf(child.pid).some((line) => line.endsWith(' Z')));
  expect(child.descendants()).toEqual([]);
  expect(await child.killTree('SIGKILL')).toEqual([]);
  await end;
});

test('a thousand, and a hundred below each other', async () => {
  for (const [kind, count] of [
    ['many', 1000],
    ['deep', 100],
  ]) {
    for (const killDescendants of [true, false]) {
      const child = forkless.spawn(offspring(), [kind, `${count}`], { killDescendants });
      const end = closed(child);
      await next(child.stdout, 'data');
      const pids = child.descendants();
      expect(new Set(pids).size).toBe(count);
      expect(pids).not.toContain(child.pid);
      expect(await child.killTree('SIGKILL')).toEqual([]);
      await end;
    }
  }
});

test.each([
  [{ killDescendants: true }, 'tree'],
  [{ killDescendants: 'exit' }, 'tree'],
  [{ dieWithParent: true }, 'tree'],
  [{ killDescendants: false }, 'none'],
  [{}, 'none'],
])('containment of %j is %j, and stays', async (options, containment) => {
  const child = forkless.spawn('true', options);
  expect(child.containment).toBe(containment);
  await closed(child);
  expect(child.containment).toBe(containment);
});

test('nothing of it can be seen by who lists properties', async () => {
  const child = forkless.spawn('true', { killDescendants: true });
  const plain = forkless.spawn('true');
  expect(Object.keys(child)).toEqual(Object.keys(plain));
  const listed = [];
  for (const key in child) listed.push(key);
  expect(listed).toEqual(expect.not.arrayContaining(['killTree', 'descendants', 'containment']));
  await Promise.all([closed(child), closed(plain)]);
});

test.each([
  ['killDescendants', 'yes'],
  ['killDescendants', 1],
  ['killDescendants', null],
  ['dieWithParent', 'exit'],
  ['dieWithParent', {}],
])('%s: %j is refused before anything is started', (name, value) => {
  for (const call of ['spawn', 'exec', 'execFile', 'spawnSync', 'execSync', 'execFileSync']) {
    expect(() => forkless[call]('true', { [name]: value })).toThrow(
      expect.objectContaining({ code: 'ERR_INVALID_ARG_TYPE', message: expect.stringContaining(`options.${name}`) }),
    );
  }
  expect(() => forkless.fork('/none.js', { [name]: value })).toThrow(`options.${name}`);
});
