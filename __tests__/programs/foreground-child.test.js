'use strict';
// foreground-child: a command in the foreground of another program, which ends
// as the command does. That program is a child of these.

const path = require('node:path');
const { FIXTURES, onBothWays } = require('./programs.js');

const FOREGROUND = path.join(FIXTURES, 'foreground.js');

/** What the programs below have: start(command, end, stdio) and ended(child). */
const START = `
  const { spawn } = require('node:child_process');
  const start = (command, end, stdio = ['pipe', 'pipe', 'inherit']) =>
    spawn(process.execPath, [...process.execArgv, file, JSON.stringify(command), ...(end ? [end] : [])], { stdio });
  const ended = async (child) => {
    let text = '';
    child.stdout.on('data', (chunk) => {
      text += chunk;
    });
    const [code, signal] = await new Promise((resolve) => child.on('close', (...args) => resolve(args)));
    return [code, signal, text];
  };
`;
/** @param {(start: any, ended: any, report: any) => any} program */
const withStart = (program) =>
  onBothWays(`(report, file) => { ${START} return (${program})(start, ended, report); }`, FOREGROUND);

test('ends with the code or the signal of its command', async () => {
  const reports = await withStart(async (start, ended, report) => {
    for (const script of ['echo hello', 'exit 7', 'kill -TERM $$', 'kill -KILL $$', 'kill -USR2 $$']) {
      const child = start(['sh', ['-c', script]]);
      child.stdin.end();
      report(await ended(child));
    }
  });
  expect(reports).toEqual([
    [0, null, 'hello\n'],
    [7, null, ''],
    [null, 'SIGTERM', ''],
    [null, 'SIGKILL', ''],
    [null, 'SIGUSR2', ''],
  ]);
});

test("its input and outputs are the command's, megabytes too", async () => {
  const reports = await withStart(async (start, ended, report) => {
    const child = start(['cat', []]);
    const input = 'forkless\n'.repeat(400_000);
    child.stdin.end(input);
    const [code, signal, text] = await ended(child);
    report([code, signal, text.length, text === input]);
    const mixed = start(['sh', ['-c', 'echo out; echo err >&2']], undefined, ['ignore', 'pipe', 'pipe']);
    let errors = '';
    mixed.stderr.on('data', (chunk) => {
      errors += chunk;
    });
    report([...(await ended(mixed)), errors]);
  });
  expect(reports).toEqual([
    [0, null, 3_600_000, true],
    [0, null, 'out\n', 'err\n'],
  ]);
});

test('signals go through to the command', async () => {
  const reports = await withStart(async (start, ended, report) => {
    // `read` is interrupted by a trap at once.
    const trapping = 'trap "echo caught; exit 5" INT HUP TERM; echo up; read line';
    for (const signal of ['SIGINT', 'SIGHUP', 'SIGTERM']) {
      for (const script of [trapping, 'echo up; exec sleep 60']) {
        const child = start(['sh', ['-c', script]], 'ready');
        // The command may be up before the program that started it has its handlers.
        let lines = '';
        child.stdout.on('data', (chunk) => {
          lines += chunk;
          if (lines.split('\n').sort().join() === ',ready,up') child.kill(signal);
        });
        const [code, end, text] = await ended(child);
        report([code, end, text.split('\n').sort().join(' ')]);
      }
    }
  });
  expect(reports).toEqual(
    ['SIGINT', 'SIGHUP', 'SIGTERM'].flatMap((signal) => [
      [5, null, ' caught ready up'],
      [null, signal, ' ready up'],
    ]),
  );
});

test('messages go through in both directions', async () => {
  const reports = await withStart(async (start, ended, report) => {
    const echo = 'process.on("message", (m) => m === "end" ? process.disconnect() : process.send({ echo: m }))';
    const child = start(['node', ['-e', `${echo}; process.send("up")`]], undefined, [
      'ignore',
      'pipe',
      'inherit',
      'ipc',
    ]);
    const messages = [{ a: 1 }, 'x'.repeat(1_000_000), 'end'];
    child.on('message', (message) => {
      const text = JSON.stringify(message);
      report(text.length > 100 ? text.length : message);
      child.send(messages.shift());
    });
    report(await ended(child));
  });
  expect(reports).toEqual(['up', { echo: { a: 1 } }, 1_000_011, [0, null, '']]);
});

test('what is done at the end may change the end', async () => {
  const reports = await withStart(async (start, ended, report) => {
    for (const end of ['tell', 'code', 'signal', 'later']) {
      report([end, ...(await ended(start(['sh', ['-c', 'exit 3']], end)))]);
    }
    report(await ended(start(['forkless-no-such-command', []], undefined, ['ignore', 'pipe', 'ignore'])));
  });
  expect(reports).toEqual([
    ['tell', 3, null, 'cleanup 3 null\n'],
    ['code', 42, null, ''],
    ['signal', null, 'SIGHUP', ''],
    ['later', 43, null, ''],
    [1, null, ''],
  ]);
});
