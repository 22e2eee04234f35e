'use strict';
// What nobody reads: how much of it the pipes of spawn() and fork() hold.
// libuv 1.51 and newer makes these buffers smaller than the kernel does, so that the built-in is asked.

const fs = require('node:fs');
const path = require('node:path');
const { compileProgram } = require('../helpers/compile.js');
const { makeFolder, removeFolder } = require('../helpers/folder.js');
const { describeEach, onBoth } = require('../helpers/modules.js');
const { reportsOf } = require('../helpers/program.js');

let folder;
let buffers;
beforeAll(() => {
  folder = makeFolder();
  buffers = compileProgram(folder, 'buffers.rs');
});
afterAll(() => removeFolder(folder));

/** What becomes of children whose output nobody reads: each ends, or sleeps in its write. */
const leaveUnread = async ({ fork, spawn }, report, file) => {
  const { once } = require('node:events');
  const { readFileSync } = require('node:fs');
  const isAsleep = (pid) => {
    try {
      return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1).startsWith('S');
    } catch {
      // It has ended, and its 'exit' is about to come.
      return false;
    }
  };
  const outcome = (child) =>
    new Promise((resolve) => {
      child.once('exit', () => resolve('ends'));
      // Asleep in so many turns of our loop in a row, it waits for a reader.
      let turns = 0;
      const look = () => {
        if (child.exitCode !== null) return;
        turns = isAsleep(child.pid) ? turns + 1 : 0;
        if (turns < 20) setTimeout(look, 5);
        else resolve('is blocked');
      };
      look();
    });
  const run = async (label, child, isTouched) => {
    const close = once(child, 'close');
    if (isTouched) child.stdout.on('error', () => {});
    report([label, await outcome(child)]);
    child.kill('SIGKILL');
    await close;
  };
  const forked = { silent: true, execPath: 'cat', execArgv: [] };
  await run('spawn', spawn('cat', [file]), false);
  await run('spawn, stdout touched', spawn('cat', [file]), true);
  await run('fork', fork(file, forked), false);
  await run('fork, stdout touched', fork(file, forked), true);
};

// What lies between depends, with the built-in too, on how far the child is when Node reads its first piece.
test.each([50_000, 100_000, 200_000, 230_000, 400_000])('%i bytes: the child ends or is blocked', async (size) => {
  const file = path.join(folder, String(size));
  fs.writeFileSync(file, Buffer.alloc(size, 'forkless'));
  const outcomes = await onBoth((module) => reportsOf(module, leaveUnread, { args: [file] }));
  if (size < 200_000) expect(outcomes.map(([, outcome]) => outcome)).toEqual(Array(4).fill('ends'));
  if (size === 400_000) expect(outcomes.map(([, outcome]) => outcome)).toEqual(Array(4).fill('is blocked'));
});

describeEach('what is left unread at the exit', (module) => {
  test("is gone at 'close'", async () => {
    const reports = await reportsOf(module, ({ spawn }, report) => {
      const child = spawn('seq', ['1', '10000']);
      child.on('close', () => {
        const chunks = [];
        child.stdout.on('data', (chunk) => chunks.push(chunk));
        setImmediate(() => report([chunks.length, child.stdout.readableEnded, child.stdout.destroyed]));
      });
    });
    expect(reports).toEqual([[0, true, true]]);
  });
});

describe('the sizes of the buffers', () => {
  test.each([
    ['spawn', 'the ends of the child'],
    ['spawn', 'our ends'],
    ['fork', 'the ends of the child'],
    ['fork', 'our ends'],
  ])('%s: %s', async (call, whose) => {
    const sizes = await onBoth((module) =>
      reportsOf(
        module,
        (childProcess, report, { call, whose, buffers }) => {
          const stdio = ['pipe', 'pipe', 'pipe', 'pipe', ...(call === 'fork' ? ['ipc'] : [])];
          const start = (command, args) => {
            if (call === 'spawn') return childProcess.spawn(command, args, { stdio });
            return childProcess.fork(args[0], args.slice(1), { stdio, execPath: command, execArgv: [] });
          };
          const tell = (child) => {
            let text = '';
            child.stdout.setEncoding('utf8').on('data', (chunk) => {
              text += chunk;
            });
            return child.on('close', () => report(text));
          };
          if (whose === 'the ends of the child') return tell(start(buffers, ['0', '1', '2', '3']));
          // Our ends are looked at by another child, which gets them as they are.
          const child = start('sleep', ['1000']);
          const given = { stdio: ['ignore', 'pipe', 'inherit', ...child.stdio.slice(0, 4)] };
          const { spawn } = require('node:child_process');
          tell(spawn(buffers, ['3', '4', '5', '6'], given)).on('close', () => child.kill('SIGKILL'));
        },
        { args: [{ call, whose, buffers }] },
      ),
    );
    expect(sizes).toEqual([expect.stringMatching(/^(\d+ \d+\n){4}$/)]);
  });
});
