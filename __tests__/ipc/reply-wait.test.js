'use strict';
// While a reply is awaited, for which forkless may stay awake (src/binding/reply_wait.rs): whatever else there is
// to do is done as ever.

const { once } = require('node:events');
const { setTimeout: sleep } = require('node:timers/promises');
const { FORKLESS, builtin, describeEach, forkless } = require('../helpers/modules.js');
const { reportsOf } = require('../helpers/program.js');
const { RUN, forkNode, gone } = require('./nodes.js');

const echo = () => process.on('message', (message) => process.send(message));
const silent = () => {
  process.on('message', () => {});
  process.send('ready');
};

/** Asks and asks again, `times` in all. `each` is told of every answer. */
async function converse(child, times, each = () => {}) {
  await new Promise((resolve) => {
    child.on('message', (number) => {
      each(number);
      if (number < times) child.send(number + 1);
      else resolve();
    });
    child.send(1);
  });
}

describeEach('while a reply is awaited', (module) => {
  test('timers and the ends of other children come', async () => {
    const child = forkNode(module, echo);
    let ended = 0;
    let fired = 0;
    const timer = setInterval(() => fired++, 1);
    await converse(child, 2000, (number) => {
      if (number % 500 === 0) module.spawn('true').on('close', () => ended++);
    });
    // So many answers take longer than a millisecond.
    expect(fired).toBeGreaterThan(0);
    clearInterval(timer);
    while (ended < 4) await sleep(1);
    child.disconnect();
    expect(await gone(child)).toEqual({ code: 0, signal: null });
  });

  test('other children that answer are heard, beside those that never do', async () => {
    const quiet = Array.from({ length: 3 }, () => forkNode(module, silent));
    await Promise.all(quiet.map((child) => once(child, 'message')));
    const children = Array.from({ length: 3 }, () => forkNode(module, echo));
    let answers = 0;
    const ask = () => {
      answers++;
      for (const child of quiet) child.send('anybody?');
    };
    await Promise.all(children.map((child) => converse(child, 100, ask)));
    expect(answers).toBe(300);
    for (const child of [...quiet, ...children]) child.disconnect();
    for (const child of [...quiet, ...children]) expect(await gone(child)).toEqual({ code: 0, signal: null });
  });

  test('a channel is closed in the turn in which something was asked', async () => {
    for (let round = 0; round < 20; round++) {
      const child = forkNode(module, silent);
      await once(child, 'message');
      child.send('anybody?');
      if (round % 2 === 0) child.disconnect();
      else child.kill('SIGKILL');
      const { code, signal } = await gone(child);
      expect(code ?? signal).toBe(round % 2 === 0 ? 0 : 'SIGKILL');
    }
  });

  test('a program ends that waits for nothing else, and not even for that', async () => {
    const body = ({ fork }, report, run) => {
      const child = fork(run, ['() => process.on("message", () => {}) && process.send("ready")', '[]'], {
        execArgv: [],
      });
      child.once('message', () => {
        child.send('anybody?');
        child.unref();
        child.channel.unref();
      });
      process.on('exit', () => {
        report(child.exitCode);
        child.kill('SIGKILL');
      });
    };
    expect(await reportsOf(module, body, { args: [RUN] })).toEqual([null]);
  });
});

test('forkless gives it up where no reply comes: the CPU time is that of the built-in', async () => {
  const SENDS = 1000;
  const body = ({ fork }, report, run, sends) => {
    const { setTimeout: sleep } = require('node:timers/promises');
    const child = fork(run, ['() => process.on("message", () => {}) && process.send("ready")', '[]'], { execArgv: [] });
    child.once('message', async () => {
      const before = process.cpuUsage();
      for (let index = 0; index < sends; index++) {
        child.send(index);
        await sleep(1);
      }
      const { user, system } = process.cpuUsage(before);
      report(user + system);
      child.disconnect();
    });
  };
  // To wait each time took 100 us of it.
  const limit = SENDS * 50;
  let least = Number.POSITIVE_INFINITY;
  // What else the machine does is in it, too, but not every time.
  for (let round = 0; round < 3 && least >= limit; round++) {
    const [[theirs], [ours]] = await Promise.all(
      [builtin, forkless].map((module) => reportsOf(module, body, { args: [RUN, SENDS] })),
    );
    least = Math.min(least, ours - theirs);
  }
  expect(least).toBeLessThan(limit);
});

test('forkless: workers come and go that wait for replies', async () => {
  const body = (_module, report, path, run) => {
    const { Worker } = require('node:worker_threads');
    const source = `
      const { workerData, parentPort } = require('node:worker_threads');
      const { fork } = require(workerData.path);
      const child = fork(workerData.run, ['() => process.on("message", (m) => process.send(m))', '[]'], { execArgv: [] });
      child.on('message', (number) => {
        if (number < 300) child.send(number + 1);
        else {
          child.disconnect();
          parentPort.postMessage(number);
        }
      });
      child.send(1);`;
    let left = 3;
    const start = () =>
      new Worker(source, { eval: true, workerData: { path, run } })
        .on('message', report)
        .on('exit', () => --left > 0 && start());
    start();
  };
  expect(await reportsOf(forkless, body, { args: [FORKLESS, RUN] })).toEqual([300, 300, 300]);
});
