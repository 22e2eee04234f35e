'use strict';
// While an answer is awaited, for which forkless may stay awake (src/binding/answers.rs): whatever else there is
// to do is done as ever.

const { once } = require('node:events');
const { setTimeout: sleep } = require('node:timers/promises');
const { describeEach } = require('../helpers/modules.js');
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

describeEach('while an answer is awaited', (module) => {
  test.each([['json'], ['advanced']])('immediates come first (%s)', async (serialization) => {
    const child = forkNode(module, echo, [], { serialization });
    const log = [];
    const expected = [];
    await new Promise((resolve) => {
      const ask = (number) => {
        child.send(number);
        setImmediate(() => log.push(`immediate ${number}`));
        expected.push(`immediate ${number}`, `answer ${number}`);
      };
      child.on('message', (number) => {
        log.push(`answer ${number}`);
        if (number < 500) ask(number + 1);
        else resolve();
      });
      ask(1);
    });
    child.disconnect();
    expect(await gone(child)).toEqual({ code: 0, signal: null });
    expect(log).toEqual(expected);
  });

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
