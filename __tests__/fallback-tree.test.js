'use strict';
// Trees without native code: killTree() and descendants() of what is still linked to the child, by ps(1) or taskkill.

const fs = require('node:fs');
const path = require('node:path');
const { fallbackTable } = require('../lib/fallback/table.js');
const { makeFolder, removeFolder } = require('./helpers/folder.js');
const { forkless } = require('./helpers/modules.js');
const { onceReady } = require('./helpers/once-ready.js');
const { isAlive } = require('./helpers/proc.js');
const { reportsOf } = require('./helpers/program.js');

const NO_ADDONS = { flags: ['--no-addons'], env: { FORKLESS_REQUIRE_NATIVE: undefined } };

/** What comes of a body: it gets the functions and report(), as in a program of its own. */
const WAYS = [
  ['the table, in this process', (body, options = {}) => reportsHere(body, options.args)],
  ['a program with --no-addons', (body, options) => reportsOf(forkless, body, { ...NO_ADDONS, ...options })],
];

async function reportsHere(body, args = []) {
  const reports = [];
  await body(fallbackTable('there is no native code'), (value) => reports.push(value), ...args);
  return reports;
}

/** Starts a shell that prints pids and then `ready`; gives it and the pids. It crosses as text, too. */
const START = `(spawn, line, options) => new Promise((resolve) => {
  const child = spawn('sh', ['-c', line], { stdio: ['ignore', 'pipe', 'ignore'], ...options });
  let text = '';
  child.stdout.on('data', (data) => {
    text += data;
    if (text.endsWith('ready\\n')) resolve({ child, pids: text.match(/\\d+/g).map(Number) });
  });
})`;

/** A sleeper, one in its own session, and a shell with one more. */
const LINKED = `sleep 1000 >/dev/null & echo $!; setsid sleep 1000 >/dev/null & echo $!
  sh -c 'echo $$; sleep 1000 >/dev/null & echo $!; echo ready; wait' & wait`;

let folder;
const started = [];
beforeAll(() => {
  folder = makeFolder();
});
afterAll(() => {
  for (const pid of started.filter(isAlive)) process.kill(pid, 'SIGKILL');
  removeFolder(folder);
});

describe.each(WAYS)('%s', (_name, run) => {
  /** Reports whose first one is pids of others, which must not stay. */
  async function outcome(body, options) {
    const [pids, ...reports] = await run(body, options);
    started.push(...pids);
    return { pids, reports };
  }

  test('descendants() are those that are linked to it, whatever their session; none after its end', async () => {
    const { pids, reports } = await outcome(
      async ({ spawn }, report, start, line) => {
        const { child, pids } = await new Function(`return ${start}`)()(spawn, line);
        report(pids);
        report(child.descendants().sort((a, b) => a - b));
        report((await child.killTree(0)).length);
        await child.killTree('SIGKILL');
        report(child.descendants());
      },
      { args: [START, LINKED] },
    );
    expect(pids).toHaveLength(4);
    expect(reports).toEqual([pids.sort((a, b) => a - b), pids.length + 1, []]);
  });

  test('killTree() ends them all, and then resolves', async () => {
    const { pids, reports } = await outcome(
      async ({ spawn }, report, start, line) => {
        const { child, pids } = await new Function(`return ${start}`)()(spawn, line);
        report(pids);
        report([await child.killTree(), child.exitCode, child.signalCode, child.killed]);
        report((await child.exited).reason);
        report(await child.killTree());
      },
      { args: [START, LINKED] },
    );
    expect(pids.filter(isAlive)).toEqual([]);
    expect(reports).toEqual([[[], null, 'SIGTERM', true], 'kill', []]);
  });

  test('forceKillAfterDelay: whoever ignores the signal gets SIGKILL', async () => {
    const { pids, reports } = await outcome(
      async ({ spawn }, report, start, line) => {
        const { child, pids } = await new Function(`return ${start}`)()(spawn, line, { forceKillAfterDelay: 200 });
        report(pids);
        report([await child.killTree(), child.signalCode, (await child.exited).forced]);
      },
      { args: [START, `trap '' TERM; ${LINKED}; sleep 1000`] },
    );
    expect(pids.filter(isAlive)).toEqual([]);
    expect(reports).toEqual([[[], 'SIGKILL', true]]);
  });

  test('what they have started since the signal gets SIGKILL, too', async () => {
    const body = async ({ spawn }, report, start, line, forceKillAfterDelay) => {
      const { child, pids } = await new Function(`return ${start}`)()(spawn, line, { forceKillAfterDelay });
      let later = '';
      child.stdout.on('data', (data) => {
        later += data;
      });
      const left = await child.killTree();
      await child.exited;
      report([...pids, Number(later)]);
      report([left, child.signalCode]);
    };
    const sleeper = 'sleep 1000 >/dev/null & echo $!';
    const line = `${sleeper}; trap '' TERM; echo ready; wait; ${sleeper}; wait`;
    // With a delay that is too short for the shell nothing is started since.
    const { pids, reports } = await onceReady(
      (delay) => outcome(body, { args: [START, line, delay] }),
      ({ pids }) => pids[1] > 0,
    );
    expect(pids).toHaveLength(2);
    expect(pids[1]).toBeGreaterThan(0);
    expect(pids.filter(isAlive)).toEqual([]);
    expect(reports).toEqual([[[], 'SIGKILL']]);
  });

  test('whose parent has ended is not found, and containment says so', async () => {
    const { pids, reports } = await outcome(
      async ({ spawn }, report, start, line) => {
        const { child, pids } = await new Function(`return ${start}`)()(spawn, line);
        report(pids);
        report([child.containment, Object.keys(child).includes('containment')]);
        report([child.descendants(), await child.killTree('SIGKILL')]);
      },
      { args: [START, '(sleep 1000 >/dev/null & echo $!); echo ready; exec sleep 1000'] },
    );
    expect(pids.filter(isAlive)).toEqual(pids);
    expect(reports).toEqual([
      ['none', false],
      [[], []],
    ]);
  });

  test('what no process can promise is refused, and nothing starts', async () => {
    const file = path.join(folder, 'started');
    const reports = await run(
      ({ fork, spawn }, report, file) => {
        for (const [start, feature] of [
          [spawn, 'killDescendants'],
          [fork, 'dieWithParent'],
        ]) {
          try {
            start('touch', [file], { [feature]: true });
          } catch ({ code, feature, reason }) {
            report([code, feature, typeof reason]);
          }
        }
      },
      { args: [file] },
    );
    const code = 'ERR_FEATURE_UNAVAILABLE_ON_PLATFORM';
    expect(reports).toEqual([
      [code, 'killDescendants', 'string'],
      [code, 'dieWithParent', 'string'],
    ]);
    expect(fs.existsSync(file)).toBe(false);
  });

  test('a signal that there is not; a child that was never there', async () => {
    const reports = await run(async ({ spawn }, report) => {
      const child = spawn('cat');
      report(await child.killTree('SIGNAL').catch(({ code }) => code));
      report([child.killed, await child.killTree()]);
      const missing = spawn('/no/such/program').on('error', () => {});
      report([missing.descendants(), await missing.killTree()]);
    });
    expect(reports).toEqual(['ERR_UNKNOWN_SIGNAL', [false, []], [[], []]]);
  });
});

test('a signal that ends nobody: the pids of all of them, in the end', async () => {
  const { spawn } = fallbackTable('there is no native code');
  const child = spawn('cat');
  expect(await child.killTree('SIGCONT')).toEqual([child.pid]);
  expect(await child.killTree()).toEqual([]);
});

test('without ps(1) the methods throw, and no signal is sent', async () => {
  const reports = await reportsOf(
    forkless,
    async ({ spawn }, report) => {
      const child = spawn('/bin/cat');
      process.env.PATH = '/nowhere';
      try {
        child.descendants();
      } catch ({ code, feature }) {
        report([code, feature]);
      }
      report(await child.killTree().catch(({ code }) => [code, child.killed]));
      child.kill();
    },
    NO_ADDONS,
  );
  const code = 'ERR_FEATURE_UNAVAILABLE_ON_PLATFORM';
  expect(reports).toEqual([
    [code, 'descendants'],
    [code, false],
  ]);
});

test('on Windows taskkill ends the tree', async () => {
  const taskkill = path.join(folder, 'taskkill');
  fs.writeFileSync(taskkill, '#!/bin/sh\necho "$@" >"$0.txt"\nkill -KILL "$2"\n', { mode: 0o755 });
  const reports = await reportsOf(
    forkless,
    async ({ spawn }, report, folder) => {
      const child = spawn('cat');
      Object.defineProperty(process, 'platform', { value: 'win32' });
      process.env.PATH = `${folder}:${process.env.PATH}`;
      report(child.pid);
      report([await child.killTree(), child.signalCode]);
    },
    { ...NO_ADDONS, args: [folder] },
  );
  expect(fs.readFileSync(`${taskkill}.txt`, 'utf8')).toBe(`/pid ${reports[0]} /t /f\n`);
  expect(reports[1]).toEqual([[], 'SIGKILL']);
});
