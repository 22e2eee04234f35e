'use strict';
// Very many starts in one program: its memory, fds and threads stay flat.

const { forkless } = require('../helpers/modules.js');
const { reportsOf, STEADY_HEAP } = require('../helpers/program.js');

const STARTS = 20_000;
const MINUTES = 60_000;

/** What the program measures of itself, in a program of its own: Jest's memory is not what we ask about. */
const inARow = async ({ spawn }, report, starts, file, stdio, expected) => {
  const fs = require('node:fs');
  const count = (folder) => fs.readdirSync(folder).length;
  const sample = () => {
    globalThis.gc();
    return {
      rss: process.memoryUsage().rss / 2 ** 20,
      fds: count('/proc/self/fd'),
      threads: count('/proc/self/task'),
    };
  };
  const samples = [];
  let mostFds = 0;
  let wrong = 0;
  const one = () =>
    new Promise((resolve) => {
      const child = spawn(file, { stdio });
      child.on('error', () => {});
      child.on('close', (code) => {
        if (code !== expected) wrong++;
        resolve();
      });
    });
  for (let index = 0; index < starts; index++) {
    await one();
    if (index % 100 === 0) mostFds = Math.max(mostFds, count('/proc/self/fd'));
    if (index % (starts / 20) === 0) samples.push(sample());
  }
  await new Promise((resolve) => setTimeout(resolve, 50));
  samples.push(sample());
  report({ samples, mostFds, wrong });
};

const greatest = (samples, key) => Math.max(...samples.map((sample) => sample[key]));

/** The first samples are left out: that is where everything is allocated for the first time. */
function expectFlat(samples, megabytes) {
  const half = Math.ceil(samples.length / 2);
  const [first, second] = [samples.slice(2, half), samples.slice(half)];
  expect(greatest(second, 'rss') - greatest(first, 'rss')).toBeLessThan(megabytes);
  expect(greatest(second, 'fds')).toBeLessThanOrEqual(greatest(first, 'fds'));
  expect(greatest(second, 'threads')).toBeLessThanOrEqual(greatest(first, 'threads'));
}

test(
  `${STARTS} starts in a row`,
  async () => {
    const [{ samples, mostFds, wrong }] = await reportsOf(forkless, inARow, {
      args: [STARTS, '/bin/true', ['ignore', 'pipe', 'ignore'], 0],
      flags: ['--expose-gc', STEADY_HEAP],
      timeout: 6 * MINUTES,
    });
    expect(wrong).toBe(0);
    // 500 bytes lost at each start would be 5 MB here.
    expectFlat(samples, 4);
    // Given back at the close, not when a collector comes by.
    expect(mostFds - samples[0].fds).toBeLessThan(10);
  },
  7 * MINUTES,
);

test(
  `${STARTS} starts in a row that fail`,
  async () => {
    const [{ samples, mostFds, wrong }] = await reportsOf(forkless, inARow, {
      args: [STARTS, '/nowhere/x', 'pipe', -2],
      flags: ['--expose-gc', STEADY_HEAP],
      timeout: 6 * MINUTES,
    });
    expect(wrong).toBe(0);
    expectFlat(samples, 4);
    expect(mostFds - samples[0].fds).toBeLessThan(20);
  },
  7 * MINUTES,
);

test(
  '500 at once, four times: each has its own exit code and output, and all is given back',
  async () => {
    const reports = await reportsOf(
      forkless,
      async ({ spawn }, report) => {
        const fs = require('node:fs');
        const count = (folder) => fs.readdirSync(folder).length;
        const one = (index) =>
          new Promise((resolve) => {
            const child = spawn('sh', ['-c', `read line; echo "$line ${index}"; exit ${index % 256}`]);
            let text = '';
            child.stdout.setEncoding('utf8').on('data', (chunk) => {
              text += chunk;
            });
            child.on('close', (code) => resolve(code === index % 256 && text === `child ${index}\n`));
            child.on('error', resolve);
            children.push(child);
          });
        let children = [];
        for (let round = 0; round < 4; round++) {
          children = [];
          const ends = Array.from({ length: 500 }, (_, index) => one(index));
          // All of them are alive here.
          const alive = children.filter((child) => child.exitCode === null && child.pid > 0).length;
          for (const child of children) child.stdin.end('child\n');
          const right = (await Promise.all(ends)).filter((end) => end === true).length;
          children = [];
          globalThis.gc();
          await new Promise((resolve) => setTimeout(resolve, 50));
          globalThis.gc();
          await new Promise((resolve) => setTimeout(resolve, 50));
          const zombies = fs
            .readdirSync('/proc')
            .filter((name) => /^\d+$/.test(name))
            .filter((pid) => {
              try {
                return (
                  Number(fs.readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1).split(' ')[1]) === process.pid
                );
              } catch {
                return false;
              }
            }).length;
          report({ alive, right, zombies, fds: count('/proc/self/fd'), threads: count('/proc/self/task') });
        }
      },
      { flags: ['--expose-gc'], timeout: 3 * MINUTES },
    );
    const [first] = reports;
    expect(reports).toEqual(
      Array(4).fill({ alive: 500, right: 500, zombies: 0, fds: first.fds, threads: first.threads }),
    );
  },
  7 * MINUTES,
);
