'use strict';
// Both modules in one process, and a process that does other things with itself.

const { closed, output } = require('../helpers/children.js');
const { BUILTIN, builtin, forkless, onBoth } = require('../helpers/modules.js');
const { reportsOf } = require('../helpers/program.js');

test('two hundred children of both, mixed: each gets its own exit', async () => {
  const ends = Array.from({ length: 200 }, async (_, index) => {
    const { spawn } = index % 2 ? builtin : forkless;
    const status = index % 256;
    const { code, stdout } = await output(spawn('sh', ['-c', `echo ${index}; exit ${status}`]));
    return code === status && stdout === `${index}\n`;
  });
  expect((await Promise.all(ends)).filter((right) => !right)).toEqual([]);
});

test('children of both that are killed at once', async () => {
  const children = Array.from({ length: 40 }, (_, index) =>
    (index % 2 ? builtin : forkless).spawn('sleep', ['1000'], { stdio: 'ignore' }),
  );
  const ends = children.map(closed);
  for (const child of children) child.kill('SIGKILL');
  expect(await Promise.all(ends)).toEqual(Array(40).fill({ code: null, signal: 'SIGKILL' }));
});

test('spawnSync of the built-in among children of forkless', async () => {
  const ends = [];
  for (let index = 0; index < 20; index++) {
    ends.push(closed(forkless.spawn('sh', ['-c', `exit ${index}`])));
    expect(builtin.spawnSync('sh', ['-c', `exit ${index + 100}`]).status).toBe(index + 100);
  }
  expect((await Promise.all(ends)).map(({ code }) => code)).toEqual(Array.from({ length: 20 }, (_, index) => index));
});

test('a listener of SIGCHLD sees the signal and disturbs nothing', async () => {
  const [seen] = await onBoth((module) =>
    reportsOf(module, ({ spawn }, report) => {
      let signals = 0;
      process.on('SIGCHLD', () => signals++);
      spawn('sh', ['-c', 'exit 9']).on('close', (code) => {
        // On a later turn: the signal and the exit come by different ways.
        const wait = () => {
          if (signals === 0) return setTimeout(wait, 10);
          report([code, signals > 0]);
          process.removeAllListeners('SIGCHLD');
        };
        wait();
      });
    }),
  );
  expect(seen).toEqual([9, true]);
});

test('a program that drops its rights after a start goes on', async () => {
  if (process.getuid() !== 0) return;
  // setuid(2) of the C library stops until every thread has done the same.
  const reports = await onBoth((module) =>
    reportsOf(module, ({ spawn }, report) => {
      spawn('true').on('close', () => {
        process.setgroups([65534]);
        process.setgid(65534);
        process.setuid(65534);
        const child = spawn('id', ['-u']);
        child.stdout.setEncoding('utf8').on('data', report);
        child.on('close', (code) => report(code));
      });
    }),
  );
  expect(reports).toEqual(['65534\n', 0]);
});

test.each([
  ['ignored', 'trap "" CHLD'],
  ['as it is', ':'],
])('a parent that was started with SIGCHLD %s: exit codes are right', async (_name, trap) => {
  const reports = await onBoth((module) =>
    reportsOf(
      module,
      ({ spawn }, report) => {
        let left = 3;
        const ends = [];
        for (const [index, script] of ['exit 0', 'exit 7', 'kill -KILL $$'].entries()) {
          spawn('sh', ['-c', script]).on('close', (...end) => {
            ends[index] = end;
            if (--left === 0) report(ends);
          });
        }
      },
      { through: ['sh', '-c', `${trap}; exec "$@"`, 'sh'] },
    ),
  );
  expect(reports).toEqual([
    [
      [0, null],
      [7, null],
      [null, 'SIGKILL'],
    ],
  ]);
});

test('SIGCHLD ignored, and both modules at work', async () => {
  const [ends] = await reportsOf(
    forkless,
    ({ spawn }, report, builtin) => {
      const modules = [spawn, require(builtin).spawn];
      const codes = [];
      for (let index = 0; index < 20; index++) {
        modules[index % 2]('sh', ['-c', `exit ${index + 1}`]).on('close', (code) => {
          codes[index] = code;
          if (codes.filter((code) => code !== undefined).length === 20) report(codes);
        });
      }
    },
    { args: [BUILTIN], through: ['sh', '-c', 'trap "" CHLD; exec "$@"', 'sh'] },
  );
  expect(ends).toEqual(Array.from({ length: 20 }, (_, index) => index + 1));
});

test('children that somebody else has started are left alone', async () => {
  // The shell starts one in the background and becomes the node of the test.
  const [seen] = await onBoth((module) =>
    reportsOf(
      module,
      ({ spawn }, report) => {
        const { readFileSync } = require('node:fs');
        const stranger = Number(process.env.STRANGER);
        const state = () => readFileSync(`/proc/${stranger}/stat`, 'utf8').split(') ')[1][0];
        process.kill(stranger, 'SIGKILL');
        const wait = () => {
          if (state() !== 'Z') return setTimeout(wait, 10);
          spawn('sh', ['-c', 'exit 3']).on('close', (code) => report([code, state()]));
        };
        wait();
      },
      { through: ['sh', '-c', 'sleep 1000 <&- >&- 2>&- & export STRANGER=$!; exec "$@"', 'sh'] },
    ),
  );
  expect(seen).toEqual([3, 'Z']);
});
