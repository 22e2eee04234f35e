'use strict';
// What a start costs as something about it grows: nothing may be worse than linear.

const assert = require('node:assert');
const { once } = require('node:events');
const { mkdtempSync, openSync, rmSync } = require('node:fs');
const { tmpdir } = require('node:os');
const path = require('node:path');
const { collect, stopwatch } = require('../samples.js');

/** What grows, how it is called in the table, and the sizes. */
const GROWING = {
  alive: { title: 'children alive', sizes: [1, 200, 2000] },
  env: { title: 'kB of env', sizes: [1, 10, 100] },
  args: { title: 'arguments', sizes: [10, 1000, 10_000] },
  fds: { title: 'fds passed', sizes: [3, 16, 64] },
  path: { title: 'entries in PATH', sizes: [1, 10, 40] },
};

exports.cases = Object.entries(GROWING).flatMap(([what, { title, sizes }]) =>
  sizes.map((size) => ({
    given: { what, size },
    rows: { time: { title: `spawn() to 'close', ${size.toLocaleString('en-US')} ${title}`, unit: 'us' } },
  })),
);

/** How to start with so much of it. @type {Record<string, (size: number) => { command?: string, args?: string[], options?: any }>} */
const STARTS = {
  alive: () => ({}),
  env: (size) => ({
    options: { env: Object.fromEntries(Array.from({ length: size * 10 }, (_, n) => [`V${n}`, 'x'.repeat(95)])) },
  }),
  args: (size) => ({ args: Array.from({ length: size }, (_, n) => `--argument=${n}`) }),
  fds: (size) => ({ options: { stdio: Array(size).fill(openSync('/dev/null', 'r+')) } }),
  path: (size) => ({ command: 'true', options: { env: { PATH: pathOf(size) } } }),
};

/** That many folders, all but the last empty. @param {number} size */
function pathOf(size) {
  const empty = Array.from({ length: size - 1 }, () => mkdtempSync(path.join(tmpdir(), 'forkless-bench-')));
  process.once('exit', () => {
    for (const folder of empty) rmSync(folder, { recursive: true });
  });
  return [...empty, '/bin'].join(':');
}

/**
 * @param {() => typeof import('node:child_process')} load
 * @param {{ what: string, size: number }} given
 * @param {number} effort
 */
exports.measure = async (load, { what, size }, effort) => {
  const { spawn } = load();
  const { command = '/bin/true', args = [], options = {} } = STARTS[what](size);
  const others = Array.from({ length: what === 'alive' ? size - 1 : 0 }, () =>
    spawn('sleep', ['1000'], { stdio: 'ignore' }),
  );
  await Promise.all(others.map((other) => once(other, 'spawn')));

  const time = await collect(200 * effort, async () => {
    const passed = stopwatch();
    const [code] = await once(spawn(command, args, options), 'close');
    const microseconds = passed();
    assert.strictEqual(code, 0);
    return microseconds;
  });

  const ends = others.map((other) => once(other, 'close'));
  for (const other of others) other.kill('SIGKILL');
  await Promise.all(ends);
  return { time };
};
