'use strict';
// Children of worker threads.

const { describeEach, onBoth } = require('../helpers/modules.js');
const { reportsOf, runProgram } = require('../helpers/program.js');

/** The path that a worker requires: the program's module has one of its own there. */
const path = (module) => (module.native ? require('../helpers/modules.js').FORKLESS : 'node:child_process');

describeEach('workers', (module) => {
  test('spawn as the main thread does', async () => {
    const [seen] = await reportsOf(
      module,
      (_module, report, path) => {
        const { Worker } = require('node:worker_threads');
        const source = `const { parentPort, workerData } = require('node:worker_threads');
          const { spawn } = require(workerData);
          const child = spawn('sh', ['-c', 'echo from a worker; exit 3']);
          let text = '';
          child.stdout.setEncoding('utf8').on('data', (chunk) => { text += chunk; });
          child.on('close', (code, signal) => parentPort.postMessage([text, code, signal]));`;
        const worker = new Worker(source, { eval: true, workerData: path });
        worker.on('message', (message) => worker.on('exit', (code) => report([...message, code])));
      },
      { args: [path(module)] },
    );
    expect(seen).toEqual(['from a worker\n', 3, null, 0]);
  });

  test('many, each with children, with the main thread among them', async () => {
    const [seen] = await reportsOf(
      module,
      ({ spawn }, report, path) => {
        const { Worker } = require('node:worker_threads');
        const source = `const { parentPort, workerData: [path, id] } = require('node:worker_threads');
          const { spawn } = require(path);
          for (let code = 0; code < 10; code++) {
            spawn('sh', ['-c', 'exit ' + (id * 10 + code)]).on('close', (got) => parentPort.postMessage(got === id * 10 + code));
          }`;
        const answers = [];
        let left = 5;
        const done = () => --left === 0 && report([answers.length, answers.every(Boolean)]);
        for (let id = 0; id < 4; id++) {
          const worker = new Worker(source, { eval: true, workerData: [path, id] });
          worker.on('message', (right) => answers.push(right));
          worker.on('exit', done);
        }
        let own = 10;
        for (let code = 0; code < 10; code++) {
          spawn('sh', ['-c', `exit ${code + 100}`]).on('close', (got) => {
            answers.push(got === code + 100);
            if (--own === 0) done();
          });
        }
      },
      { args: [path(module)] },
    );
    expect(seen).toEqual([50, true]);
  });

  test('a child keeps its worker alive, and an unreferenced one does not', async () => {
    const reports = await reportsOf(
      module,
      (_module, report, path) => {
        const { Worker } = require('node:worker_threads');
        const start = (source, done) => {
          const worker = new Worker(`const { spawn } = require(require('node:worker_threads').workerData); ${source}`, {
            eval: true,
            workerData: path,
          });
          worker.on('exit', done);
        };
        start(`spawn('sleep', ['0.1'], { stdio: 'ignore' }).on('exit', () => process.exit(4));`, (code) => {
          report(code);
          const source = `const child = spawn('sleep', ['1000'], { stdio: 'ignore' });
            child.unref(); process.exitCode = 0; process.env.PID = child.pid; require('node:fs').writeSync(1, '\\x1e' + child.pid + '\\n');`;
          start(source, report);
        });
      },
      { args: [path(module)] },
    );
    expect([reports[0], reports[2]]).toEqual([4, 0]);
    process.kill(reports[1], 'SIGKILL');
  });
});

describeEach('workers that are terminated', (module) => {
  /** Ten of them, one after the other, each at its first message; then the children that are left. */
  const terminated = (source) =>
    runProgram(
      module,
      async (_module, report, path, source) => {
        const { Worker } = require('node:worker_threads');
        const { readdirSync, readFileSync } = require('node:fs');
        const stat = (pid) => {
          try {
            return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1).split(' ');
          } catch {
            return [];
          }
        };
        const states = () => {
          const all = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
          return all
            .map(stat)
            .filter(([, parent]) => Number(parent) === process.pid)
            .map(([state]) => state);
        };
        for (let round = 0; round < 10; round++) {
          const worker = new Worker(source, { eval: true, workerData: path });
          const pids = await new Promise((resolve) => worker.once('message', resolve));
          await worker.terminate();
          for (const pid of pids) process.kill(pid, 'SIGKILL');
        }
        const deadline = Date.now() + 10_000;
        while (states().length > 0 && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 10));
        report(states());
      },
      { args: [path(module), source] },
    );

  const prelude = `const { parentPort, workerData } = require('node:worker_threads'); const { spawn } = require(workerData);`;

  test.each([
    [
      'with children that live on',
      `const children = Array.from({ length: 5 }, () => spawn('sleep', ['1000'], { stdio: 'ignore' }));
       parentPort.postMessage(children.map(({ pid }) => pid));`,
    ],
    ['while they spawn', `parentPort.postMessage([]); for (;;) spawn('true');`],
    [
      'while their children end',
      `let started = 0;
       const next = () => {
         if (++started === 30) parentPort.postMessage([]);
         spawn('true').on('exit', next);
       };
       for (let i = 0; i < 10; i++) next();`,
    ],
  ])('%s', async (_name, source) => {
    const { code, signal, stderr, reports } = await terminated(prelude + source);
    expect({ code, signal, stderr }).toEqual({ code: 0, signal: null, stderr: '' });
    // The built-in leaves zombies: nodejs/node#46569.
    if (module.native) expect(reports).toEqual([[]]);
  });
});

test('a hundred workers, ten at a time, that spawn and exit, or are terminated while they do', async () => {
  const { forkless, FORKLESS } = require('../helpers/modules.js');
  const { code, signal, stderr, reports } = await runProgram(
    forkless,
    async ({ spawn }, report, path) => {
      const { once } = require('node:events');
      const { Worker } = require('node:worker_threads');
      const { readdirSync, readFileSync } = require('node:fs');
      const source = `const { parentPort, workerData: [path, goesOn] } = require('node:worker_threads');
        const { spawn } = require(path);
        let ended = 0;
        const next = () => spawn('sh', ['-c', 'echo words'], { stdio: ['ignore', 'pipe', 'ignore'] }).on('close', () => {
          if (++ended === 3) parentPort.postMessage('spawning');
          if (goesOn || ended <= 5) next();
        });
        for (let count = 0; count < 3; count++) next();`;
      const ends = [];
      const run = async (index) => {
        const goesOn = index % 2 === 1;
        const worker = new Worker(source, { eval: true, workerData: [path, goesOn] });
        const exited = once(worker, 'exit');
        if (goesOn) {
          await once(worker, 'message');
          await worker.terminate();
        }
        ends.push((await exited)[0]);
      };
      for (let index = 0; index < 100; index += 10) {
        await Promise.all(Array.from({ length: 10 }, (_, more) => run(index + more)));
      }
      const children = () =>
        readdirSync('/proc/self/task').flatMap((task) => {
          try {
            return readFileSync(`/proc/self/task/${task}/children`, 'utf8').split(' ').filter(Boolean);
          } catch {
            return [];
          }
        });
      // Those of the terminated workers end by themselves, and are reaped.
      const deadline = Date.now() + 10_000;
      while (children().length > 0 && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 10));
      const [own] = await once(spawn('sh', ['-c', 'exit 7']), 'close');
      report([ends.length, ends.filter((end) => end === 0).length, children(), own]);
    },
    { args: [FORKLESS], timeout: 120_000 },
  );
  expect({ code, signal, stderr }).toEqual({ code: 0, signal: null, stderr: '' });
  expect(reports).toEqual([[100, 50, [], 7]]);
}, 150_000);

test('fifty workers, one after the other, leave the fds and threads of before', async () => {
  const { forkless, FORKLESS } = require('../helpers/modules.js');
  const [before, after] = await reportsOf(
    forkless,
    async (_module, report, path) => {
      const { Worker } = require('node:worker_threads');
      const { readdirSync } = require('node:fs');
      const count = () => [readdirSync('/proc/self/fd').length, readdirSync('/proc/self/task').length];
      const source = `const { spawn } = require(require('node:worker_threads').workerData); spawn('true');`;
      let early;
      for (let index = 0; index < 52; index++) {
        await new Promise((resolve) => new Worker(source, { eval: true, workerData: path }).on('exit', resolve));
        if (index !== 1) continue;
        early = count();
        report(early);
      }
      // The thread that watches lets go of the last one a moment after it has told.
      const deadline = Date.now() + 10_000;
      const [fds, threads] = early;
      while ((count()[0] > fds || count()[1] > threads) && Date.now() < deadline) {
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
      report(count());
    },
    { args: [FORKLESS] },
  );
  expect(after[0] - before[0]).toBeLessThanOrEqual(0);
  expect(after[1] - before[1]).toBeLessThanOrEqual(0);
});

test('twenty workers that are terminated at some moment of their starts leave no fd of these', async () => {
  await onBoth((module) =>
    reportsOf(
      module,
      async (_module, report, path, procPath, untilPath) => {
        const { Worker } = require('node:worker_threads');
        const { once } = require('node:events');
        const { openSockets } = require(procPath);
        const { until } = require(untilPath);
        const source = `const { parentPort, workerData } = require('node:worker_threads');
          const { spawn } = require(workerData);
          let left = 10;
          const start = () => {
            spawn('true').on('close', start);
            if (left-- === 0) parentPort.postMessage('starting');
          };
          start();
          start();`;
        const before = openSockets();
        for (let index = 0; index < 20; index++) {
          const worker = new Worker(source, { eval: true, workerData: path });
          await once(worker, 'message');
          await worker.terminate();
        }
        report(await until(() => openSockets() <= before));
      },
      { args: [path(module), require.resolve('../helpers/proc.js'), require.resolve('../helpers/until.js')] },
    ),
  );
});
