'use strict';
// Readers that come late: what a child has written waits for them, as long as with the built-in.
// The milliseconds are what is tried here; no assertion depends on them.

const fs = require('node:fs');
const path = require('node:path');
const { makeFolder, removeFolder } = require('../helpers/folder.js');
const { describeEach } = require('../helpers/modules.js');
const { reportsOf } = require('../helpers/program.js');
const { READERS, sumOf } = require('./readers.js');

const DELAYS = [0, 1, 3, 10, 50, 300];
/** More than any pipe holds: such a child cannot end before it has a reader. */
const MUCH = 700_000;

/** A hang is a failure of its own. Some of what these readers use is experimental in older Nodes. */
const PROGRAM = { timeout: 20_000, env: { NODE_NO_WARNINGS: '1' } };

let folder;
beforeAll(() => {
  folder = makeFolder();
});
afterAll(() => removeFolder(folder));

/** A file of lines, each another one, `size` bytes in all. */
function fileOf(size) {
  const file = path.join(folder, String(size));
  const lines = Array.from({ length: size / 10 }, (_, at) => `${String(at).padStart(9, '.')}\n`);
  fs.writeFileSync(file, lines.join(''));
  return file;
}

/** A program of a child of `fork` that writes a file to stdout by Node's own stream. */
function forkedModule() {
  const file = path.join(folder, 'forked.js');
  fs.writeFileSync(
    file,
    "process.stdout.write(require('node:fs').readFileSync(process.argv[2])); process.disconnect();",
  );
  return file;
}

/** How children are started, and which of their fds is read. */
const STARTS = {
  'spawn, stdout': { call: 'spawn', args: (file) => ['cat', [file]], fd: 1 },
  'spawn, stderr': { call: 'spawn', args: (file) => ['sh', ['-c', 'exec cat "$0" >&2', file]], fd: 2 },
  'spawn, fd 3': {
    call: 'spawn',
    args: (file) => ['sh', ['-c', 'exec cat "$0" >&3', file], { stdio: ['ignore', 'inherit', 'inherit', 'pipe'] }],
    fd: 3,
  },
  'fork, stdout': { call: 'fork', args: (file) => [file, { silent: true, execPath: 'cat', execArgv: [] }], fd: 1 },
  // Few, since a Node takes long to start.
  'fork of a Node, stdout': {
    call: 'fork',
    args: (file) => [forkedModule(), [file], { silent: true }],
    fd: 1,
    names: ['data', 'readline'],
    delays: [10, 300],
  },
};

/** All readers at the same time, each of a child of its own: streams that were looked at before, and others. */
const readLate = async (childProcess, report, { call, args, fd, names, moment, folder, readersPath }) => {
  const { READERS, sumOf } = require(readersPath);
  const { once } = require('node:events');
  /** Calls `begin` in the moment itself, and not a tick later. */
  const at = (child, begin) => {
    if (moment === 'start') begin();
    else if (typeof moment === 'string') child.once(moment, begin);
    else setTimeout(begin, moment);
  };
  const run = async (name, isTouched) => {
    const child = childProcess[call](...args);
    const close = once(child, 'close');
    if (isTouched) child.stdio[fd].on('error', () => {});
    const bytes = await new Promise((resolve) => at(child, () => resolve(READERS[name](child.stdio[fd], folder))));
    report([`${name}, stream ${isTouched ? 'touched before' : 'first touched late'}`, sumOf(bytes), ...(await close)]);
  };
  for (const name of names) for (const isTouched of [true, false]) run(name, isTouched);
};

/** Expects every byte of every reader. */
async function expectEveryByte(module, start, size, moment) {
  const { call, args, fd, names = Object.keys(READERS) } = STARTS[start];
  const file = fileOf(size);
  const readersPath = require.resolve('./readers.js');
  const given = { call, args: args(file), fd, names, moment, folder, readersPath };
  const reports = await reportsOf(module, readLate, { args: [given], ...PROGRAM });
  const seen = Object.fromEntries(reports.map(([label, ...end]) => [label, end]));
  const labels = ['touched before', 'first touched late'].flatMap((touch) =>
    names.map((name) => `${name}, stream ${touch}`),
  );
  const whole = [sumOf(fs.readFileSync(file)), 0, null];
  expect(seen).toEqual(Object.fromEntries(labels.map((label) => [label, whole])));
}

describeEach('more than a pipe holds', (module) => {
  test.each(Object.entries(STARTS).flatMap(([start, { delays = DELAYS }]) => delays.map((delay) => [start, delay])))(
    '%s, read %i ms late: every byte',
    (start, delay) => expectEveryByte(module, start, MUCH, delay),
  );
});

describeEach('as much as a pipe holds', (module) => {
  const moments = ['start', 'spawn', 'exit'];
  test.each(Object.keys(STARTS).flatMap((start) => moments.map((moment) => [start, moment])))(
    "%s, read at its '%s': every byte",
    (start, moment) => expectEveryByte(module, start, 100_000, moment),
  );
});

/**
 * Readers of what exec() and execFile() collect, each of a child that writes the file once before they come and,
 * when told, once more.
 */
const readBesideCallback = async (childProcess, report, { call, args, delay, folder, readersPath }) => {
  const { READERS, sumOf } = require(readersPath);
  const { once } = require('node:events');
  const run = async (name, encoding) => {
    let told;
    const callback = new Promise((resolve) => {
      told = (error, stdout) => resolve([error?.message ?? null, Buffer.from(stdout)]);
    });
    const child = childProcess[call](...args, { encoding, maxBuffer: Infinity }, told);
    const close = once(child, 'close');
    await new Promise((resolve) => setTimeout(resolve, delay));
    const read = READERS[name](child.stdout, folder);
    child.stdin.end('\n');
    const [bytes, [error, whole]] = [await read, await callback];
    // The reader has what came from then on.
    const isEnd = bytes.length >= whole.length / 2 && whole.subarray(-bytes.length).equals(bytes);
    report([`${name}, ${encoding}`, error, sumOf(whole), isEnd, ...(await close)]);
  };
  for (const name of Object.keys(READERS)) for (const encoding of ['utf8', 'buffer']) run(name, encoding);
};

describeEach('output that is collected', (module) => {
  const twice = (file) => `cat ${file}; read line; cat ${file}`;
  const CALLS = { exec: (file) => [twice(file)], execFile: (file) => ['sh', ['-c', twice(file)]] };
  const cases = Object.keys(CALLS).flatMap((call) => DELAYS.map((delay) => [call, delay]));

  test.each(cases)('%s, read %i ms late as well: every byte', async (call, delay) => {
    const file = fileOf(MUCH);
    const given = { call, args: CALLS[call](file), delay, folder, readersPath: require.resolve('./readers.js') };
    const reports = await reportsOf(module, readBesideCallback, { args: [given], ...PROGRAM });
    const whole = fs.readFileSync(file);
    const expected = [null, sumOf(Buffer.concat([whole, whole])), true, 0, null];
    const labels = Object.keys(READERS).flatMap((name) => [`${name}, utf8`, `${name}, buffer`]);
    expect(Object.fromEntries(reports.map(([label, ...seen]) => [label, seen]))).toEqual(
      Object.fromEntries(labels.map((label) => [label, expected])),
    );
  });
});
