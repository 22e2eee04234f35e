'use strict';
// A child that sends far more than anybody answers. See lib/ipc/flood.js.

const { once } = require('node:events');
const { closed } = require('../helpers/children.js');
const { describeEach } = require('../helpers/modules.js');
const { reportsOf } = require('../helpers/program.js');
const { RUN, forkNode, gone } = require('./nodes.js');

const COUNT = 20_000;

/** How many came in order. @param {any[]} got */
const inOrder = (got) => got.findIndex((message, index) => message !== index);

/** Everything that comes, in order. @param {any} child */
function collect(child) {
  const got = [];
  child.on('message', (message) => got.push(message));
  for (const event of ['disconnect', 'exit', 'close']) child.on(event, () => got.push(event));
  return got;
}

describeEach('a flood of messages', (module) => {
  test.each([['json'], ['advanced']])('and the end of the channel (%s)', async (serialization) => {
    const child = forkNode(
      module,
      (count) => {
        for (let index = 0; index < count - 1; index++) process.send(index);
        process.send(count - 1, () => process.disconnect());
        setInterval(() => {}, 1000);
      },
      [COUNT],
      { serialization },
    );
    const got = collect(child);
    await once(child, 'disconnect');
    expect(inOrder(got)).toBe(COUNT);
    expect(got.slice(COUNT)).toEqual(['disconnect']);
    child.kill('SIGKILL');
    await gone(child);
  });

  test('and the exit, of a program that writes all at once', async () => {
    const child = module.spawn('sh', ['-c', `seq 0 ${COUNT - 1} >&3; exit 3`], {
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    const got = collect(child);
    expect(await closed(child)).toEqual({ code: 3, signal: null });
    expect(inOrder(got)).toBe(COUNT);
    expect(got.slice(COUNT).sort()).toEqual(['close', 'disconnect', 'exit']);
  });

  test('and an answer that the child waits for', async () => {
    const child = forkNode(
      module,
      (count) => {
        let round = 0;
        const send = () => {
          for (let index = 0; index < count; index++) process.send(index);
        };
        process.on('message', () => (++round < 5 ? send() : process.exit(round)));
        send();
      },
      [200],
    );
    let got = 0;
    child.on('message', () => ++got % 200 === 0 && child.send('go on'));
    expect(await gone(child)).toEqual({ code: 5, signal: null });
    expect(got).toBe(1000);
  });

  test('and a channel that is closed in the middle of it', async () => {
    const child = forkNode(
      module,
      (count) => {
        process.on('disconnect', () => process.exit(4));
        for (let index = 0; index < count; index++) process.send(index, () => {});
      },
      [COUNT],
    );
    let got = 0;
    child.on('message', () => ++got === 1000 && child.disconnect());
    expect(await gone(child)).toEqual({ code: 4, signal: null });
    expect(got).toBeGreaterThanOrEqual(1000);
  });

  test('with no fd left for anything', async () => {
    const body = ({ fork }, report, run, count) => {
      const { openSync } = require('node:fs');
      const flood = (count) => {
        process.once('message', () => {
          for (let index = 0; index < count - 1; index++) process.send(index);
          process.send(count - 1, () => process.disconnect());
        });
        process.send('ready');
      };
      const child = fork(run, [String(flood), JSON.stringify([count])], { execArgv: [] });
      let next = 0;
      child.once('message', () => {
        try {
          for (;;) openSync('/dev/null');
        } catch {}
        child.on('message', (number) => {
          if (number === next) next++;
        });
        child.send('go');
      });
      child.on('exit', (code) => report([next, code]));
    };
    const args = [RUN, COUNT];
    const through = ['prlimit', '--nofile=64:64', '--'];
    expect(await reportsOf(module, body, { args, through })).toEqual([[COUNT, 0]]);
  });
});
