'use strict';
// Streams that somebody asks for when their child has ended.

const { describeEach, onBoth } = require('../helpers/modules.js');
const { reportsOf } = require('../helpers/program.js');

describeEach("asked for around 'exit', and not read", (module) => {
  const moments = ['0 ticks', '1 ticks', '2 ticks', '3 ticks', '4 ticks', 'a microtask', 'an immediate'];

  test.each(moments)("%s after it: what is there flows away, and 'close' comes", async (moment) => {
    const reports = await reportsOf(
      module,
      ({ spawn }, report, moment) => {
        const after = (ticks, call) => (ticks > 0 ? process.nextTick(() => after(ticks - 1, call)) : call());
        const when = {
          'a microtask': (call) => Promise.resolve().then(call),
          'an immediate': setImmediate,
        };
        // More than a stream reads ahead.
        const child = spawn('sh', ['-c', 'head -c 90000 /dev/zero; head -c 90000 /dev/zero >&2']);
        child.on('exit', () => {
          const ask = () => [child.stdout, child.stderr];
          (when[moment] ?? ((call) => after(Number.parseInt(moment, 10), call)))(ask);
        });
        child.on('close', () => report('close'));
      },
      { args: [moment] },
    );
    expect(reports).toEqual(['close']);
  });
});

describe("asked for long after 'close'", () => {
  const WAYS = {
    'by name': (child) => [child.stdin, child.stdout, child.stderr],
    'from stdio': (child) => child.stdio,
    'of an object that inherits from the child': (child) => {
      const heir = Object.create(child);
      return [heir.stdin, heir.stdout, heir.stderr];
    },
    'by way of a proxy': (child) => new Proxy(child, {}).stdio,
    'by spreading': (child) => {
      const { stdin, stdout, stderr } = { ...child };
      return [stdin, stdout, stderr];
    },
  };

  test.each(Object.keys(WAYS))('%s: streams that have ended, the same each time', async (way) => {
    const [seen] = await onBoth((module) =>
      reportsOf(
        module,
        ({ spawn }, report, ask) => {
          const { Socket } = require('node:net');
          const { finished } = require('node:stream');
          const childs = [spawn('sh', ['-c', 'echo out; echo err >&2']), spawn('true')];
          const look = async (child) => {
            await new Promise((resolve) => child.on('close', resolve));
            for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
            globalThis.gc();
            const streams = new Function('child', `return (${ask})(child)`)(child);
            const ended = streams.map((stream) => new Promise((resolve) => finished(stream, resolve)));
            for (const stream of streams) stream.on('error', () => {}).resume();
            await Promise.all(ended);
            const isSame = (stream, index) =>
              [child.stdio[index], [child.stdin, child.stdout, child.stderr][index]].every((other) => other === stream);
            return streams.map((stream, index) => [
              stream instanceof Socket,
              stream.destroyed,
              stream.readable,
              stream.writable,
              isSame(stream, index),
            ]);
          };
          Promise.all(childs.map(look)).then(report);
        },
        { args: [String(WAYS[way])], flags: ['--expose-gc'] },
      ),
    );
    expect(seen).toEqual(Array(2).fill(Array(3).fill([true, true, false, false, true])));
  });
});

test('what somebody has put in the place of a stream stays there', async () => {
  const [seen] = await onBoth((module) =>
    reportsOf(module, ({ spawn }, report) => {
      const child = spawn('true');
      child.stdout = 'mine';
      const before = [child.stdio.length, child.stdout, child.stdio[1].constructor.name];
      child.on('close', () => report([...before, child.stdout, child.stdio.indexOf(child.stderr)]));
    }),
  );
  expect(seen).toEqual([3, 'mine', 'Socket', 'mine', 2]);
});
