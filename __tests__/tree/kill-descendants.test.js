'use strict';
// killDescendants: what ends the child ends all that it has started, wherever they went.

const { closed, next } = require('../helpers/children.js');
const { forkless } = require('../helpers/modules.js');
const { isAlive } = require('../helpers/proc.js');
const { until } = require('../helpers/until.js');
const { ALL, ALL_WAYS, Tree, WAYS, countOf, offspring, ownKeepers, startDecoy } = require('./trees.js');

afterEach(async () => {
  expect(await until(() => ownKeepers().length === 0)).toBe(true);
});

/**
 * A shell that has started what `script` says and goes on.
 * @param {string} script
 * @param {any} [options]
 * @param {number} [count] of all processes
 */
async function grow(script, options, count = 2) {
  const tree = new Tree();
  const child = forkless.spawn('sh', ['-c', `${script}\nexec sleep 600`], {
    stdio: 'ignore',
    killDescendants: true,
    ...options,
    env: tree.env(),
  });
  const end = closed(child);
  await tree.settled(count);
  return { tree, child, end };
}

describe('SIGKILL ends a descendant that', () => {
  test.each(Object.keys(WAYS))('%s', async (way) => {
    const { tree, child, end } = await grow(WAYS[way], {}, 1 + countOf(way));
    expect(child.kill('SIGKILL')).toBe(true);
    expect(await end).toEqual({ code: null, signal: 'SIGKILL' });
    expect(await tree.gone()).toEqual([]);
  });

  test.each([
    ['changed its process group', ['group'], 2],
    ['ignores every signal', ['deaf'], 2],
    ['a thread has started', ['thread'], 2],
    ['are a thousand', ['many', 1000], 1001],
    ['are a hundred below each other', ['deep', 100], 101],
  ])('%s', async (_name, args, count) => {
    const tree = new Tree();
    const child = forkless.spawn(offspring(), args.map(String), { env: tree.env(), killDescendants: true });
    const end = closed(child);
    await next(child.stdout, 'data');
    expect(tree.alive()).toHaveLength(count);
    child.kill('SIGKILL');
    expect(await end).toEqual({ code: null, signal: 'SIGKILL' });
    expect(await tree.gone()).toEqual([]);
  });

  test.each([0, 100, 5000])('respawns for ever, every %i us', async (pause) => {
    const tree = new Tree();
    const args = ['respawn', `${pause}`];
    const child = forkless.spawn(offspring(), args, { env: tree.env(), killDescendants: true });
    const end = closed(child);
    await next(child.stdout, 'data');
    child.kill('SIGKILL');
    // The pipe of stdout is theirs, too.
    expect(await end).toEqual({ code: null, signal: 'SIGKILL' });
    expect(await tree.gone()).toEqual([]);
    expect(await until(() => ownKeepers().length === 0)).toBe(true);
  });
});

/** Milliseconds after which a tree of all ways is there, on a busy machine, too. */
const GROWN = 4000;

describe('all of them end by', () => {
  test.each([
    ["kill('SIGTERM')", (child) => child.kill(), {}, 'SIGTERM'],
    ["kill('SIGINT')", (child) => child.kill('SIGINT'), {}, 'SIGINT'],
    ["kill('SIGHUP')", (child) => child.kill('SIGHUP'), {}, 'SIGHUP'],
    ["kill('SIGQUIT')", (child) => child.kill('SIGQUIT'), {}, 'SIGQUIT'],
    ['kill(9)', (child) => child.kill(9), {}, 'SIGKILL'],
    ['stop()', (child) => child.stop({ grace: 50 }), {}, 'SIGTERM'],
    ["stop({ signal: 'SIGKILL' })", (child) => child.stop({ signal: 'SIGKILL' }), {}, 'SIGKILL'],
    ['asyncDispose', (child) => child[Symbol.asyncDispose ?? Symbol.for('nodejs.asyncDispose')](), {}, 'SIGTERM'],
    ['a timeout', () => {}, { timeout: GROWN }, 'SIGTERM'],
    ['a timeout with SIGKILL', () => {}, { timeout: GROWN, killSignal: 'SIGKILL' }, 'SIGKILL'],
    ['a timeout that natives keep', () => {}, { timeout: GROWN, forceKillAfterDelay: 50 }, 'SIGTERM'],
  ])('%s', async (_name, act, options, signal) => {
    const { tree, child, end } = await grow(ALL_WAYS, options, 1 + ALL);
    act(child);
    expect(await end).toEqual({ code: null, signal });
    expect(await tree.gone()).toEqual([]);
  });

  test('an AbortSignal', async () => {
    const abort = new AbortController();
    const { tree, end } = await grow(ALL_WAYS, { signal: abort.signal }, 1 + ALL);
    abort.abort();
    expect(await end).toMatchObject({ code: null, signal: 'SIGTERM', error: { name: 'AbortError' } });
    expect(await tree.gone()).toEqual([]);
  });

  test('SIGKILL after a SIGTERM that the child and all of them ignore', async () => {
    const tree = new Tree();
    const script = 'trap "" TERM; (setsid sleep 600 &); setsid -f sleep 600; while :; do sleep 600; done';
    const options = { killDescendants: true, forceKillAfterDelay: 100, stdio: 'ignore', env: tree.env() };
    const child = forkless.spawn('sh', ['-c', script], options);
    await tree.grown(4);
    child.kill();
    expect(await child.exited).toMatchObject({ signal: 'SIGKILL', reason: 'kill', forced: true });
    expect(await tree.gone()).toEqual([]);
  });

  test('SIGKILL where the child ends by SIGTERM and the rest does not, after the delay', async () => {
    const options = { forceKillAfterDelay: 300 };
    const { tree, child, end } = await grow(WAYS['ignores signals'], options);
    child.kill();
    expect(await end).toEqual({ code: null, signal: 'SIGTERM' });
    // It still has its time.
    expect(tree.alive().length).toBeLessThanOrEqual(1);
    expect(await tree.gone()).toEqual([]);
  });
});

describe('what has outlived the child ends by', () => {
  test.each([
    ['kill()', (child) => expect(child.kill()).toBe(false)],
    ['kill(9)', (child) => expect(child.kill('SIGKILL')).toBe(false)],
    ['stop()', (child) => child.stop({ grace: 50 })],
    ["killTree('SIGKILL')", (child) => child.killTree('SIGKILL')],
  ])('%s', async (_name, act) => {
    const tree = new Tree();
    const options = { stdio: 'ignore', env: tree.env(), killDescendants: true };
    const child = forkless.spawn('sh', ['-c', `${WAYS.setsid}\n${WAYS['ignores signals']}`], options);
    expect(await closed(child)).toEqual({ code: 0, signal: null });
    await tree.settled(2);
    expect(child.descendants().sort((a, b) => a - b)).toEqual(tree.alive());
    act(child);
    expect(await tree.gone()).toEqual([]);
  });

  test('stop(), where the child ends as its stdin does', async () => {
    const tree = new Tree();
    const script = `${ALL_WAYS}\nexec cat`;
    const child = forkless.spawn('sh', ['-c', script], { env: tree.env(), killDescendants: true });
    await tree.settled(1 + ALL);
    expect(await child.stop({ grace: 5000 })).toMatchObject({ code: 0, signal: null, reason: 'stop' });
    expect(await tree.gone()).toEqual([]);
  });
});

describe('not all end', () => {
  test('by a signal that is not to end anything, and all get it', async () => {
    const tree = new Tree();
    // Each of them tells and goes on.
    const tells = 'trap "echo USR1" USR1; echo ready; while :; do read -t 1 line <>"$0"; done';
    const script = `setsid bash -c '${tells}' "$0" & ${tells}`;
    const fifo = `/tmp/forkless-${process.pid}.fifo`;
    forkless.execFileSync('mkfifo', [fifo]);
    const child = forkless.spawn('bash', ['-c', script, fifo], { env: tree.env(), killDescendants: true });
    const end = closed(child);
    let text = '';
    child.stdout.on('data', (data) => {
      text += data;
    });
    await until(() => text.match(/ready/g)?.length === 2);
    expect(child.kill(0)).toBe(true);
    expect(child.kill('SIGUSR1')).toBe(true);
    await until(() => text.match(/USR1/g)?.length === 2);
    expect(text.match(/USR1/g)).toHaveLength(2);
    expect(tree.alive()).toHaveLength(2);
    // One signal to the child alone.
    process.kill(child.pid, 'SIGUSR1');
    await until(() => text.match(/USR1/g)?.length === 3);
    process.kill(child.pid, 'SIGKILL');
    await next(child, 'exit');
    expect(tree.alive()).toHaveLength(1);
    child.kill('SIGKILL');
    expect(await end).toEqual({ code: null, signal: 'SIGKILL' });
    expect(text.match(/USR1/g)).toHaveLength(3);
    require('node:fs').rmSync(fifo);
  });

  test('by the end of the child, and they are as they were', async () => {
    const tree = new Tree();
    const child = forkless.spawn('sh', ['-c', ALL_WAYS], { stdio: 'ignore', env: tree.env(), killDescendants: true });
    await closed(child);
    await tree.settled(ALL);
    expect(ownKeepers()).toHaveLength(1);
    tree.kill();
    expect(await tree.gone()).toEqual([]);
  });

  test('without the option, and where it is false', async () => {
    for (const killDescendants of [undefined, false]) {
      const { tree, child, end } = await grow(WAYS.setsid, { killDescendants });
      child.kill('SIGKILL');
      await end;
      expect(tree.alive()).toHaveLength(1);
      tree.kill();
    }
  });

  test('with dieWithParent alone', async () => {
    const { tree, child, end } = await grow(WAYS.setsid, { killDescendants: false, dieWithParent: true });
    child.kill('SIGTERM');
    expect(await end).toEqual({ code: null, signal: 'SIGTERM' });
    expect(tree.alive()).toHaveLength(1);
    expect(await child.killTree('SIGKILL')).toEqual([]);
    expect(await tree.gone()).toEqual([]);
  });
});

test('a parent gets a signal before its children: a shell does not go on with its next command', async () => {
  const decoy = startDecoy();
  for (let round = 0; round < 30; round++) {
    const tree = new Tree();
    const script = '(sleep 600; echo went on; sleep 600) & sleep 600; echo went on';
    const child = forkless.spawn('sh', ['-c', script], { env: tree.env(), killDescendants: true });
    let text = '';
    child.stdout.on('data', (data) => {
      text += data;
    });
    await tree.grown(4);
    child.kill();
    await closed(child);
    expect(text).toBe('');
  }
  expect(isAlive(decoy.child.pid)).toBe(true);
  decoy.end();
});
