'use strict';
// execa: promises, pipes, transforms, messages.

const path = require('node:path');
const { makeFolder, removeFolder } = require('../helpers/folder.js');
const { FIXTURES, onBothWays } = require('./programs.js');

let folder;

beforeAll(() => {
  folder = makeFolder();
});

afterAll(() => removeFolder(folder));

test('outputs, and the errors of commands that fail or are not there', async () => {
  const reports = await onBothWays(async (report) => {
    const { execa } = await import('execa');
    const { stdout, exitCode, failed } = await execa('echo', ['a b', '$HOME']);
    report({ stdout, exitCode, failed });
    const missing = 'forkless-no-such-command';
    const failing = [
      execa('sh', ['-c', 'echo out; echo err >&2; exit 3']),
      execa('sh', ['-c', 'kill -USR1 $$']),
      execa(missing, ['x']),
      execa('true', { cwd: '/forkless/no/such/folder' }),
    ];
    for (const { reason } of await Promise.allSettled(failing)) {
      const { name, shortMessage, code, exitCode, signal, stdout, stderr, isTerminated } = reason;
      report({ name, shortMessage, code, exitCode, signal, stdout, stderr, isTerminated });
    }
    const quiet = await execa('sh', ['-c', 'exit 9'], { reject: false });
    report([quiet.exitCode, quiet.failed, quiet.shortMessage]);
  });
  expect(reports).toMatchObject([
    { stdout: 'a b $HOME', exitCode: 0, failed: false },
    {
      name: 'ExecaError',
      shortMessage: "Command failed with exit code 3: sh -c 'echo out; echo err >&2; exit 3'",
      exitCode: 3,
      stdout: 'out',
      stderr: 'err',
      isTerminated: false,
    },
    { signal: 'SIGUSR1', isTerminated: true },
    {
      code: 'ENOENT',
      shortMessage: 'Command failed with ENOENT: forkless-no-such-command x\nspawn forkless-no-such-command ENOENT',
    },
    { code: 'ENOENT', isTerminated: false },
    [9, true, "Command failed with exit code 9: sh -c 'exit 9'"],
  ]);
});

test('megabytes in and out, whole and as bytes', async () => {
  const reports = await onBothWays(async (report) => {
    const { execa } = await import('execa');
    const { createHash } = require('node:crypto');
    const hash = (bytes) => createHash('sha256').update(bytes).digest('hex');
    const input = Buffer.alloc(8 << 20, 'forkless\0\xff');
    const options = /** @type {const} */ ({ encoding: 'buffer', stripFinalNewline: false });
    const [there, alone] = await Promise.all([
      execa('cat', { ...options, input }),
      execa('head', ['-c', '5000000', '/dev/zero'], options),
    ]);
    report([there.stdout.length, hash(there.stdout) === hash(input)]);
    report([alone.stdout.length, hash(alone.stdout) === hash(Buffer.alloc(5_000_000))]);
  });
  expect(reports).toEqual([
    [8 << 20, true],
    [5_000_000, true],
  ]);
});

test('pipes of commands, lines, transforms and files', async () => {
  const reports = await onBothWays(
    async (report, file) => {
      const { $, execa } = await import('execa');
      const { stdout, pipedFrom } = await $`seq 1 20000`.pipe`grep 7`.pipe`wc -l`;
      report([Number(stdout), pipedFrom.length]);
      const broken = await $`seq 3`.pipe('sh', ['-c', 'cat >/dev/null; exit 4']).catch((error) => error);
      report([broken.exitCode, broken.pipedFrom[0].exitCode]);
      const numbers = [];
      for await (const line of execa('seq', ['3'])) numbers.push(line);
      report(numbers);
      const twice = function* (line) {
        yield `${line}-${line}`;
      };
      report((await execa('seq', ['2'], { stdout: twice, lines: true })).stdout);
      await execa('sh', ['-c', 'echo out; echo err >&2'], { stdout: { file }, stderr: { file: `${file}.err` } });
      report((await execa('cat', [file, `${file}.err`], { lines: true })).stdout);
      report((await execa('cat', { inputFile: file })).stdout);
      const all = await execa('sh', ['-c', 'echo 1; echo 2 >&2'], {
        all: true,
        stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
      });
      report([all.all.split('\n').sort(), all.stdio.length]);
    },
    path.join(folder, 'execa.out'),
  );
  expect(reports).toEqual([[6878, 1], [4, 0], ['1', '2', '3'], ['1-1', '2-2'], ['out', 'err'], 'out', [['1', '2'], 4]]);
});

test('timeouts, aborts, kills, and outputs that are too large', async () => {
  const reports = await onBothWays(async (report) => {
    const { execa } = await import('execa');
    const told = ({ shortMessage, signal, timedOut, isCanceled, isMaxBuffer, isForcefullyTerminated, stdout }) =>
      report({ shortMessage, signal, timedOut, isCanceled, isMaxBuffer, isForcefullyTerminated, stdout });
    const caught = (promise) => promise.then(told, told);
    await caught(execa('sleep', ['60'], { timeout: 50 }));
    const stop = new AbortController();
    const aborted = execa('sleep', ['60'], { cancelSignal: stop.signal });
    aborted.once('spawn', () => stop.abort(new Error('enough')));
    await caught(aborted);
    const stubborn = execa('sh', ['-c', 'trap "" TERM; echo up; while :; do sleep 0.02; done'], {
      forceKillAfterDelay: 50,
    });
    stubborn.stdout.once('data', () => stubborn.kill());
    await caught(stubborn);
    // Which signal ends it is a race, of the kill with the closed pipe.
    await execa('yes', { maxBuffer: 10 }).catch(({ isMaxBuffer, stdout }) => report({ isMaxBuffer, stdout }));
    const killed = execa('sleep', ['60']);
    report(killed.kill('SIGINT', new Error('because')));
    await killed.catch(({ signal, cause }) => report([signal, cause.message]));
  });
  expect(reports).toEqual([
    expect.objectContaining({ timedOut: true, signal: 'SIGTERM' }),
    expect.objectContaining({ shortMessage: 'Command was canceled: sleep 60\nenough', isCanceled: true }),
    expect.objectContaining({ signal: 'SIGKILL', isForcefullyTerminated: true, stdout: 'up' }),
    { isMaxBuffer: true, stdout: 'y\ny\ny\ny\ny' },
    true,
    ['SIGINT', 'because'],
  ]);
});

test('messages to and from a Node child', async () => {
  const reports = await onBothWays(
    async (report, file) => {
      const { execaNode } = await import('execa');
      const child = execaNode(file);
      report(await child.getOneMessage());
      for (const number of [1, 2, 21]) {
        const [answer] = await Promise.all([child.getOneMessage(), child.sendMessage(number)]);
        report(answer);
      }
      await child.sendMessage('stop');
      const { stdout, ipcOutput } = await child;
      report({ stdout, ipcOutput });
      const late = async () => child.sendMessage(1);
      await late().catch((error) => report(error.message));
    },
    path.join(FIXTURES, 'execa-child.js'),
  );
  const answers = [{ ready: true }, { double: 2 }, { double: 4 }, { double: 42 }];
  expect(reports).toEqual([
    ...answers,
    { stdout: 'stopped', ipcOutput: answers },
    expect.stringContaining('sendMessage() cannot be used'),
  ]);
});

test('execaSync, in a shell and with input', async () => {
  const reports = await onBothWays((report) =>
    import('execa').then(({ execaSync }) => {
      const missing = 'forkless-no-such-command';
      report(execaSync('echo $((6 * 7)) | tr 4 5', { shell: true }).stdout);
      report(execaSync('wc', ['-c'], { input: 'x'.repeat(3 << 20) }).stdout);
      for (const [file, args, options] of [
        ['sh', ['-c', 'echo no >&2; exit 5'], {}],
        [missing, [], {}],
        ['sleep', ['60'], { timeout: 50 }],
        ['yes', [], { maxBuffer: 4 }],
      ]) {
        const { code, exitCode, signal, stderr, timedOut, isMaxBuffer } = execaSync(file, args, {
          ...options,
          reject: false,
        });
        report([code ?? null, exitCode ?? null, signal ?? null, stderr ?? null, timedOut, isMaxBuffer]);
      }
    }),
  );
  expect(reports).toEqual([
    '52',
    String(3 << 20),
    [null, 5, null, 'no', false, false],
    ['ENOENT', null, null, null, false, false],
    ['ETIMEDOUT', null, 'SIGTERM', '', true, false],
    ['ENOBUFS', null, 'SIGTERM', '', false, true],
  ]);
});

test('thirty at once', async () => {
  const reports = await onBothWays(async (report) => {
    const { execa } = await import('execa');
    const children = Array.from({ length: 30 }, (_, at) =>
      execa('sh', ['-c', `read x; echo "$x"${at}; exit ${at % 3}`], { input: 'n', reject: false }),
    );
    report((await Promise.all(children)).map(({ stdout, exitCode }) => `${stdout}=${exitCode}`));
  });
  expect(reports).toEqual([Array.from({ length: 30 }, (_, at) => `n${at}=${at % 3}`)]);
});
