'use strict';
// Fds that are used up while a process starts: EMFILE, and the way back.

const { describeEach, FORKLESS, onBoth } = require('../helpers/modules.js');
const { reportsOf } = require('../helpers/program.js');

/** A program that may have few fds: the limit is for it alone. */
const few = { through: ['prlimit', '--nofile=64:64', '--'], timeout: 15_000 };

test('with none left: the events, the properties and the fds of the built-in', async () => {
  const [seen] = await onBoth((module) =>
    reportsOf(
      module,
      async ({ spawn }, report) => {
        const fs = require('node:fs');
        const { once } = require('node:events');
        // Both keep some open from their first start on.
        await once(spawn('true'), 'close');
        globalThis.gc();
        await new Promise(setImmediate);
        const before = fs.readdirSync('/proc/self/fd').length;
        const taken = [];
        try {
          for (;;) taken.push(fs.openSync('/dev/null'));
        } catch {
          // All are.
        }
        const log = [];
        const child = spawn('true', ['a']);
        child.on('spawn', () => log.push(['spawn']));
        child.on('error', (error) => log.push(['error', { message: error.message, ...error }]));
        child.on('exit', (...args) => log.push(['exit', ...args]));
        child.on('close', (...args) => log.push(['close', ...args]));
        const at = { pid: child.pid ?? null, stdin: child.stdin ?? null, stdio: child.stdio ?? null };
        await new Promise((resolve) => setTimeout(resolve, 50));
        for (const fd of taken) fs.closeSync(fd);
        const after = fs.readdirSync('/proc/self/fd').length;
        const next = spawn('sh', ['-c', 'exit 6']);
        const [code] = await once(next, 'close');
        const { exitCode, signalCode, killed, spawnfile, spawnargs } = child;
        report({ log, at, leaked: after - before, code, exitCode, signalCode, killed, spawnfile, spawnargs });
      },
      { ...few, flags: ['--expose-gc'] },
    ),
  );
  expect(seen.log[0]).toEqual([
    'error',
    { message: 'spawn true EMFILE', errno: -24, code: 'EMFILE', syscall: 'spawn true', path: 'true', spawnargs: ['a'] },
  ]);
  expect(seen.log.slice(1).every(([event]) => event === 'close')).toBe(true);
  expect(seen).toMatchObject({ at: { pid: null }, leaked: 0, code: 6, exitCode: -24, spawnargs: ['true', 'a'] });
});

describeEach('with a few left', (module) => {
  test.each([1, 2, 3, 4, 5, 6, 7, 8])('%i: it works or it is EMFILE, and nothing is left behind', async (left) => {
    const [seen] = await reportsOf(
      module,
      async ({ spawn }, report, left) => {
        const fs = require('node:fs');
        const { once } = require('node:events');
        await once(spawn('true'), 'close');
        globalThis.gc();
        await new Promise(setImmediate);
        const before = fs.readdirSync('/proc/self/fd').length;
        const taken = [];
        try {
          for (;;) taken.push(fs.openSync('/dev/null'));
        } catch {
          // All are.
        }
        for (let index = 0; index < left; index++) fs.closeSync(taken.pop());
        const ends = [];
        for (let time = 0; time < 3; time++) {
          const child = spawn('true');
          ends.push(
            await new Promise((resolve) => {
              child.on('error', ({ code }) => resolve(code));
              child.on('close', resolve);
            }),
          );
          for (const stream of child.stdio ?? []) stream?.destroy();
          await new Promise((resolve) => setTimeout(resolve, 20));
          globalThis.gc();
        }
        for (const fd of taken) fs.closeSync(fd);
        await new Promise((resolve) => setTimeout(resolve, 20));
        report([ends, fs.readdirSync('/proc/self/fd').length - before]);
      },
      { ...few, flags: ['--expose-gc'], args: [left] },
    );
    const [ends, leaked] = seen;
    // The same each time: what failed has given back what it had.
    expect(new Set(ends).size).toBe(1);
    expect(['EMFILE', 0]).toContain(ends[0]);
    // The built-in of some Nodes keeps the pipes of some of its failures.
    if (module.native) expect(leaked).toBe(0);
  });
});

describeEach('many at once with a low limit', (module) => {
  test('some start, the others get EMFILE, and all that started end', async () => {
    const [seen] = await reportsOf(
      module,
      ({ spawn }, report) => {
        const ends = { started: 0, refused: 0, ended: 0 };
        for (let index = 0; index < 40; index++) {
          const child = spawn('sleep', ['0.1']);
          child.on('spawn', () => ends.started++);
          child.on('error', ({ code }) => code === 'EMFILE' && ends.refused++);
          child.on('exit', (code) => code === 0 && ends.ended++);
        }
        process.on('exit', () => report(ends));
      },
      few,
    );
    expect(seen.started + seen.refused).toBe(40);
    expect(seen.started).toBeGreaterThan(0);
    expect(seen.refused).toBeGreaterThan(0);
    expect(seen.ended).toBe(seen.started);
  });

  test('one after the other there is no end to them', async () => {
    // Each must have given back its fds by its close: no collector is in sight.
    const reports = await reportsOf(
      module,
      async ({ spawn }, report) => {
        const { once } = require('node:events');
        for (let index = 0; index < 300; index++) {
          const [code] = await once(spawn('true'), 'close');
          if (code !== 0) report(code);
        }
        report('done');
      },
      few,
    );
    expect(reports).toEqual(['done']);
  });
});

describeEach('a worker whose first start finds none left', (module) => {
  test('gets EMFILE and ends well', async () => {
    const reports = await reportsOf(
      module,
      (_module, report, path) => {
        const { Worker } = require('node:worker_threads');
        const source = `const { parentPort, workerData } = require('node:worker_threads');
          const { spawn } = require(workerData);
          const fs = require('node:fs');
          const taken = [];
          try { for (;;) taken.push(fs.openSync('/dev/null')); } catch {}
          spawn('true').on('error', ({ code }) => {
            for (const fd of taken) fs.closeSync(fd);
            parentPort.postMessage(code);
          });`;
        const worker = new Worker(source, { eval: true, workerData: path });
        worker.on('message', report);
        worker.on('exit', report);
      },
      { ...few, args: [module.native ? FORKLESS : 'node:child_process'] },
    );
    expect(reports).toEqual(['EMFILE', 0]);
  });
});
