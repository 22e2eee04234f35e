'use strict';
// Streams that are asked for late, in another asynchronous context: what they read, and their end, is in the context of
// the spawn() call. In programs of their own, since Jest has hooks at work on Node 20, with which no stream is late.
// The milliseconds are what is tried here; no assertion depends on them.

const path = require('node:path');
const { makeFolder, removeFolder } = require('../helpers/folder.js');
const { describeEach } = require('../helpers/modules.js');
const { reportsOf } = require('../helpers/program.js');

let folder;
beforeEach(() => {
  folder = makeFolder();
});
afterEach(() => removeFolder(folder));

/** Starts a child in the context 'call', asks for its stdout in the context 'asker', and notes where events are. */
const askLate = ({ spawn }, report, when, mark) => {
  const { existsSync } = require('node:fs');
  const { AsyncLocalStorage } = require('node:async_hooks');
  const storage = new AsyncLocalStorage();
  const script = 'echo one; : >"$0"; read go; echo two';
  const child = storage.run('call', () => spawn('sh', ['-c', script, mark]));
  const seen = {};
  const ask = () => {
    child.stdout.setEncoding('utf8').on('data', (chunk) => {
      for (const line of chunk.match(/\w+/g)) seen[line] = storage.getStore();
      if (chunk.startsWith('one')) child.stdin.end('go\n');
    });
    child.stdout.on('end', () => {
      seen.end = storage.getStore();
    });
  };
  const askWhenWritten = () => (existsSync(mark) ? ask() : setTimeout(askWhenWritten, 2));
  const askAfterWriting = () => {
    while (!existsSync(mark));
    ask();
  };
  const MOMENTS = {
    'in the same tick': ask,
    'in the same tick, when it has written': askAfterWriting,
    'in the next tick': () => process.nextTick(ask),
    'in the next tick, when it has written': () => process.nextTick(askAfterWriting),
    "at 'spawn'": () => child.on('spawn', () => storage.run('asker', ask)),
    "at 'spawn', when it has written": () => child.on('spawn', () => storage.run('asker', askAfterWriting)),
    'in setImmediate': () => setImmediate(ask),
    'when it has written': askWhenWritten,
  };
  storage.run('asker', MOMENTS[when]);
  process.on('exit', () => report(seen));
};

describeEach('a stream of a child that lives, asked for late', (module) => {
  test.each([
    'in the same tick',
    'in the same tick, when it has written',
    'in the next tick',
    'in the next tick, when it has written',
    "at 'spawn'",
    "at 'spawn', when it has written",
  ])('%s: all is in the context of the call', async (when) => {
    const [seen] = await reportsOf(module, askLate, { args: [when, path.join(folder, 'written')] });
    expect(seen).toEqual({ one: 'call', two: 'call', end: 'call' });
  });

  // The loop may have brought the first line, and who asks is given it in his context.
  test.each(['in setImmediate', 'when it has written'])('%s: what comes afterwards is', async (when) => {
    const [seen] = await reportsOf(module, askLate, { args: [when, path.join(folder, 'written')] });
    expect(seen).toEqual({ one: expect.any(String), two: 'call', end: 'call' });
  });
});

describeEach('a stream of a child that ends, asked for late', (module) => {
  // How much of it is still to come depends on the moment and on the module.
  test.each([
    ["at 'exit'"],
    ['after it, in the next tick'],
    ['after it, in setImmediate'],
    ['some time after the start'],
  ])("%s: an 'end' is in no context but that of the call", async (when) => {
    const [seen] = await reportsOf(
      module,
      async ({ spawn }, report, when) => {
        const { once } = require('node:events');
        const { AsyncLocalStorage } = require('node:async_hooks');
        const storage = new AsyncLocalStorage();
        const seen = [];
        const DELAYS = [0, 1, 2, 3, 5, 8, 12, 20];
        for (const delay of DELAYS) {
          const child = storage.run('call', () => spawn('true'));
          const ask = () => child.stdout.resume().on('end', () => seen.push(storage.getStore()));
          const askAfterExit = (defer) => child.on('exit', () => storage.run('asker', defer, ask));
          if (when === "at 'exit'") askAfterExit((call) => call());
          else if (when === 'after it, in the next tick') askAfterExit(process.nextTick);
          else if (when === 'after it, in setImmediate') askAfterExit(setImmediate);
          else storage.run('asker', setTimeout, ask, delay);
          await once(child, 'close');
        }
        process.on('exit', () => report(seen));
      },
      { args: [when] },
    );
    expect(seen.filter((store) => store !== 'call')).toEqual([]);
  });
});
