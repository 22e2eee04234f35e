'use strict';
// workerpool with processes as workers: tasks by fork() and messages.

const path = require('node:path');
const { FIXTURES, onBothWays } = require('./programs.js');

const TASKS = path.join(FIXTURES, 'pool-tasks.js');

test('tasks of a script and functions sent as text', async () => {
  const reports = await onBothWays(async (report, file) => {
    const workerpool = require('workerpool');
    const pool = workerpool.pool(file, { workerType: 'process', maxWorkers: 2 });
    report(await pool.exec('add', [20, 22]));
    report(await pool.exec('isForked'));
    report((await pool.exec('methods')).sort());
    const proxy = await pool.proxy();
    report(await Promise.all([proxy.add(1, 2), proxy.echo({ deep: [null, { x: 'ü' }] })]));
    await pool.terminate();
    const offload = workerpool.pool({ workerType: 'process' });
    report(await offload.exec((a, b) => a ** b, [2, 10]));
    await offload.terminate();
  }, TASKS);
  expect(reports).toEqual([
    42,
    true,
    expect.arrayContaining(['add', 'echo', 'exit', 'fail']),
    [3, { deep: [null, { x: 'ü' }] }],
    1024,
  ]);
});

test('hundreds of tasks on three workers, and megabytes', async () => {
  const reports = await onBothWays(async (report, file) => {
    const workerpool = require('workerpool');
    const pool = workerpool.pool(file, { workerType: 'process', minWorkers: 3, maxWorkers: 3 });
    const sums = await Promise.all(Array.from({ length: 300 }, (_, at) => pool.exec('add', [at, 1])));
    report(sums.reduce((a, b) => a + b));
    const text = 'forkless ü '.repeat(300_000);
    const echoes = await Promise.all([1, 2, 3].map(() => pool.exec('echo', [text])));
    report(echoes.map((echo) => echo === text));
    const { totalWorkers, busyWorkers, pendingTasks } = pool.stats();
    report({ totalWorkers, busyWorkers, pendingTasks });
    await pool.terminate();
  }, TASKS);
  expect(reports).toEqual([45_150, [true, true, true], { totalWorkers: 3, busyWorkers: 0, pendingTasks: 0 }]);
});

test('tasks that throw, and workers that die, and the pool after that', async () => {
  const reports = await onBothWays(async (report, file) => {
    const workerpool = require('workerpool');
    const pool = workerpool.pool(file, { workerType: 'process', maxWorkers: 1 });
    const failed = await pool.exec('fail').catch((error) => error);
    report([failed.name, failed.message, failed.code]);
    for (const [task, arg] of [
      ['exit', 7],
      ['kill', 'SIGTERM'],
      ['kill', 'SIGKILL'],
    ]) {
      const { message } = await pool.exec(task, [arg]).catch((error) => error);
      report(
        message
          .split('\n')
          .slice(0, 3)
          .map((line) => line.trim()),
      );
      report(await pool.exec('add', [1, 1]));
    }
    await pool.terminate();
  }, TASKS);
  const died = (code, signal) => [
    'Workerpool Worker terminated Unexpectedly',
    `exitCode: \`${code}\``,
    `signalCode: \`${signal}\``,
  ];
  expect(reports).toEqual([
    ['Error', 'too far', 'E_FAR'],
    ...[died(7, null), 2, died(null, 'SIGTERM'), 2, died(null, 'SIGKILL'), 2],
  ]);
});

test('timeouts, cancellation and a forced end', async () => {
  const reports = await onBothWays(async (report, file) => {
    const workerpool = require('workerpool');
    const options = { workerType: 'process', maxWorkers: 2, workerTerminateTimeout: 100 };
    const pool = workerpool.pool(file, options);
    // Started, so that the time is the task's alone.
    await pool.exec('add', [1, 1]);
    const late = await pool
      .exec('never')
      .timeout(100)
      .catch((error) => error);
    report([late.name, late instanceof workerpool.Promise.TimeoutError]);
    const task = pool.exec('never');
    task.cancel();
    const cancelled = await task.catch((error) => error);
    report([cancelled.name, cancelled instanceof workerpool.Promise.CancellationError]);
    report(await pool.exec('add', [2, 2]));
    const forced = pool.exec('never').catch((error) => error.message);
    await pool.terminate(true);
    report(await forced);
  }, TASKS);
  expect(reports).toEqual([[expect.any(String), true], [expect.any(String), true], 4, 'Worker terminated']);
});

test('events of a task, and what a worker prints', async () => {
  const reports = await onBothWays(async (report, file) => {
    const workerpool = require('workerpool');
    const pool = workerpool.pool(file, {
      workerType: 'process',
      maxWorkers: 1,
      emitStdStreams: true,
    });
    const seen = [];
    report(await pool.exec('steps', [5], { on: (event) => seen.push(event) }));
    report(seen);
    let text = '';
    let said;
    await new Promise((resolve) => {
      const on = ({ stdout }) => {
        text += stdout;
        if (text === 'hello from below') resolve(null);
      };
      said = pool.exec('say', ['hello from below'], { on }).catch((error) => error.message);
    });
    await pool.terminate(true);
    report(await said);
  }, TASKS);
  expect(reports).toEqual(['stepped', [0, 1, 2, 3, 4].map((at) => ({ at })), 'Worker terminated']);
});
