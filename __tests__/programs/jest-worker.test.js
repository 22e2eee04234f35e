'use strict';
// jest-worker with child processes: calls by fork() and messages.

const path = require('node:path');
const { FIXTURES, onBothWays } = require('./programs.js');

const TASKS = path.join(FIXTURES, 'worker-tasks.js');

test('calls on several workers, each with its number and its setup', async () => {
  const reports = await onBothWays(async (report, file) => {
    const { Worker } = require('jest-worker');
    // Half a second, which they have otherwise, may not be enough for them to end.
    const farm = new Worker(file, { numWorkers: 3, setupArgs: ['ready'], workerGracefulExitTimeout: 20_000 });
    report(await farm.add(40, 2));
    report(await farm.setUp());
    report((await Promise.all([1, 2, 3].map(() => farm.worker()))).sort());
    const sums = await Promise.all(Array.from({ length: 200 }, (_, at) => farm.add(at, at)));
    report(sums.reduce((a, b) => a + b));
    report(await farm.end());
  }, TASKS);
  expect(reports).toEqual([42, 'ready', ['1', '2', '3'], 39_800, { forceExited: false }]);
});

test('keys stick to a worker', async () => {
  const reports = await onBothWays(async (report, file) => {
    const { Worker } = require('jest-worker');
    const farm = new Worker(file, { numWorkers: 2, computeWorkerKey: (_method, key) => key });
    const counts = [];
    for (let at = 0; at < 4; at += 1) counts.push(await farm.count('key'));
    report(counts);
    await farm.end();
  }, TASKS);
  expect(reports).toEqual([[1, 2, 3, 4]]);
});

test('megabytes, and values that JSON has no form of', async () => {
  const reports = await onBothWays(async (report, file) => {
    const { Worker } = require('jest-worker');
    const farm = new Worker(file, { numWorkers: 1, forkOptions: { serialization: 'advanced' } });
    const bytes = Buffer.alloc(4 << 20, 'forkless');
    report(bytes.equals(await farm.echo(bytes)));
    const map = await farm.echo(new Map([['a', new Set([1n, undefined, /x/g])]]));
    report(map instanceof Map && [...map.get('a')].map(String));
    await farm.end();
    const plain = new Worker(file, { numWorkers: 1, forkOptions: { serialization: 'json' } });
    const text = 'ü\n'.repeat(1 << 20);
    report((await plain.echo(text)) === text);
    await plain.end();
  }, TASKS);
  expect(reports).toEqual([true, ['1', 'undefined', '/x/g'], true]);
});

test('calls that throw, and workers that exit', async () => {
  const reports = await onBothWays(async (report, file) => {
    const { Worker } = require('jest-worker');
    const farm = new Worker(file, { numWorkers: 1, maxRetries: 1 });
    const failed = await farm.fail().catch((error) => error);
    report([failed.constructor.name, failed.message, failed.code, failed.type]);
    report(await farm.count());
    const exited = await farm.exit(5).catch((error) => error);
    report([exited.message, exited.code ?? null, exited.type ?? null]);
    await farm.end();
    // Another farm, another worker: nothing is left of the first.
    const next = new Worker(file, { numWorkers: 1 });
    report(await next.count());
    await next.end();
  }, TASKS);
  expect(reports).toEqual([
    ['TypeError', 'not that', 'E_THAT', 'TypeError'],
    1,
    [expect.stringContaining('Jest worker encountered 2 child process exceptions'), null, 'WorkerError'],
    1,
  ]);
});

test('messages beside the calls, and what workers print', async () => {
  const reports = await onBothWays(async (report, file) => {
    const { Worker } = require('jest-worker');
    const { text } = require('node:stream/consumers');
    const farm = new Worker(file, { numWorkers: 1, forkOptions: { silent: true } });
    const printed = [text(farm.getStdout()), text(farm.getStderr())];
    const call = farm.custom(3);
    const messages = [];
    call.UNSTABLE_onCustomMessage((message) => messages.push(message));
    report([await call, messages]);
    await farm.print('hello');
    await farm.end();
    report(await Promise.all(printed));
  }, TASKS);
  expect(reports).toEqual([
    ['sent', [{ at: 0 }, { at: 1 }, { at: 2 }]],
    ['hello\n', 'HELLO\n'],
  ]);
});

test('a worker that does not end is killed', async () => {
  const reports = await onBothWays(async (report, file) => {
    const { Worker } = require('jest-worker');
    const farm = new Worker(file, { numWorkers: 1 });
    await farm.stay();
    report(await farm.end());
  }, TASKS);
  expect(reports).toEqual([{ forceExited: true }]);
});
