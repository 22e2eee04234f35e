'use strict';
// One huge message from a forked child: its time, which must be linear in its size, and
// how much the parent's memory grows at its peak.

const assert = require('node:assert');
const { stopwatch } = require('../samples.js');
const { ask, endChild, startChild } = require('../ipc-child.js');

const MB = 2 ** 20;

/**
 * What JavaScript itself must hold, in sizes of the message: with json the text that
 * JSON.parse takes and the string that it makes, with advanced the string.
 */
const HELD = { json: 2, advanced: 1 };
/** The memory that may come on top, in sizes of the message. */
const EXTRA = 1.2;

exports.cases = /** @type {const} */ (['json', 'advanced']).flatMap((serialization) =>
  [10, 100].map((size) => ({
    given: { serialization, size },
    rows: {
      time: { title: `IPC message of ${size} MB, ${serialization}`, unit: 'ms' },
      ...(size === 100 && {
        memory: {
          title: "  the parent's memory grows by",
          unit: 'MB',
          target: { atMost: size * (HELD[serialization] + EXTRA) },
        },
      }),
    },
  })),
);

exports.growths = ['json', 'advanced'].map((serialization, i) => ({
  title: `  100 MB against 10 MB, ${serialization}`,
  metric: 'time',
  from: 2 * i,
  to: 2 * i + 1,
  // Linear would be 10, quadratic 100.
  target: { atMost: 15 },
}));

exports.measure = async (
  /** @type {() => typeof import('node:child_process')} */ load,
  /** @type {{ serialization: 'json' | 'advanced', size: number }} */ { serialization, size },
) => {
  const child = await startChild(load().fork, 'huge.js', serialization);
  assert.strictEqual(await ask(child, { bytes: size * MB }), 'made');

  const before = process.memoryUsage.rss();
  const passed = stopwatch();
  const text = await ask(child, 'send');
  const time = passed() / 1000;
  const peak = process.resourceUsage().maxRSS * 1024;
  assert.strictEqual(text.length, size * MB);
  assert(/^x+$/.test(text), 'the message is not what was sent');
  await endChild(child);
  return { time: [time], memory: [(peak - before) / MB] };
};
