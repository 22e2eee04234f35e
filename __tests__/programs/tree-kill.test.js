'use strict';
// tree-kill: finds a tree of processes by `ps`, and kills all of it.

const path = require('node:path');
const { FIXTURES, onBothWays } = require('./programs.js');

test('a tree of shells, by each signal', async () => {
  const reports = await onBothWays(async (report) => {
    const { spawn } = require('node:child_process');
    const treeKill = require('tree-kill');
    // The shells become sleeps, so that none ends by itself when those below it do.
    const sleeper = 'sh -c "echo up; exec sleep 60"';
    const tree = `${sleeper} & (${sleeper} & (${sleeper} & exec sleep 60) & exec sleep 60) & exec sleep 60`;
    for (const signal of [undefined, 'SIGUSR2', 'SIGHUP', 'SIGKILL', 9]) {
      const child = spawn(tree, { shell: true, stdio: ['ignore', 'pipe', 'inherit'] });
      let ups = '';
      const killed = new Promise((resolve) => {
        child.stdout.on('data', (chunk) => {
          ups += chunk;
          if (ups === 'up\nup\nup\n') treeKill(child.pid, signal, resolve);
        });
      });
      // All of the tree hold its output: 'close' comes when all are gone.
      const end = await new Promise((resolve) => child.on('close', (...args) => resolve(args)));
      report([(await killed) ?? null, ...end]);
    }
  });
  expect(reports).toEqual([
    [null, null, 'SIGTERM'],
    [null, null, 'SIGUSR2'],
    [null, null, 'SIGHUP'],
    [null, null, 'SIGKILL'],
    [null, null, 'SIGKILL'],
  ]);
});

test('trees of Node processes, two at once', async () => {
  const reports = await onBothWays(
    async (report, file) => {
      const { spawn } = require('node:child_process');
      const treeKill = require('tree-kill');
      const grow = (depth, width, count) => {
        const args = [...process.execArgv, file, depth, width].map(String);
        const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
        let text = '';
        child.stdout.on('data', (chunk) => {
          text += chunk;
          if (text.split('\n').length === count + 1) treeKill(child.pid, 'SIGKILL');
        });
        return new Promise((resolve) => child.on('close', (...end) => resolve([end, text.trim().split('\n').length])));
      };
      report(await Promise.all([grow(3, 2, 7), grow(4, 1, 4)]));
    },
    path.join(FIXTURES, 'tree.js'),
  );
  expect(reports).toEqual([
    [
      [[null, 'SIGKILL'], 7],
      [[null, 'SIGKILL'], 4],
    ],
  ]);
});

test('signals that are caught, unknown or none', async () => {
  const reports = await onBothWays(async (report) => {
    const { spawn } = require('node:child_process');
    const treeKill = require('tree-kill');
    // Waits in a builtin, which a trap interrupts at once.
    const child = spawn('sh', ['-c', 'trap "echo caught; exit 5" TERM; echo up; read line']);
    let text = '';
    const up = new Promise((resolve) => {
      child.stdout.on('data', (chunk) => {
        text += chunk;
        resolve(null);
      });
    });
    const closed = new Promise((resolve) => child.on('close', (...end) => resolve(end)));
    await up;
    const answers = [];
    for (const signal of ['SIGNONE', 0, 'SIGTERM']) {
      const error = await new Promise((resolve) => treeKill(child.pid, signal, resolve));
      answers.push(error ? [error.code, error.message] : null);
    }
    report([answers, await closed, text]);
  });
  expect(reports).toEqual([
    [[['ERR_UNKNOWN_SIGNAL', 'Unknown signal: SIGNONE'], null, null], [5, null], 'up\ncaught\n'],
  ]);
});

test('processes that are gone, and what is no pid', async () => {
  const reports = await onBothWays(async (report) => {
    const { spawn } = require('node:child_process');
    const treeKill = require('tree-kill');
    const child = spawn('true');
    await new Promise((resolve) => child.on('close', resolve));
    report((await new Promise((resolve) => treeKill(child.pid, resolve))) ?? null);
    treeKill('none', 'SIGTERM', (error) => report(error.message));
    try {
      treeKill('none');
    } catch (error) {
      report(error.message);
    }
  });
  expect(reports).toEqual([null, 'pid must be a number', 'pid must be a number']);
});
