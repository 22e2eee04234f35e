'use strict';
// concurrently: several shell commands at once, told apart in one output.

const { onBothWays } = require('./programs.js');

test('the outputs of all, with their prefixes, and how each ended', async () => {
  const reports = await onBothWays(async (report) => {
    const { concurrently } = require('concurrently');
    const outputStream = new (require('node:stream').PassThrough)();
    const { commands, result } = concurrently(
      [
        { command: 'echo one; echo two >&2', name: 'a' },
        { command: 'echo $FORKLESS_X; pwd', name: 'b', env: { FORKLESS_X: 'x' }, cwd: '/' },
        'exit 3',
        'kill -USR1 $$',
      ],
      { outputStream, prefix: 'name', prefixColors: false },
    );
    report(commands.every(({ process }) => process instanceof require('node:child_process').ChildProcess));
    const events = await result.catch((failed) => failed);
    report(events.map(({ index, exitCode, killed }) => [index, exitCode, killed]).sort());
    outputStream.end();
    report((await require('node:stream/consumers').text(outputStream)).split('\n').sort());
  });
  expect(reports).toEqual([
    true,
    [
      [0, 0, false],
      [1, 0, false],
      [2, 3, false],
      [3, 'SIGUSR1', false],
    ],
    [
      '',
      '[] exit 3 exited with code 3',
      '[] kill -USR1 $$ exited with code SIGUSR1',
      '[a] echo one; echo two >&2 exited with code 0',
      '[a] one',
      '[a] two',
      '[b] /',
      '[b] echo $FORKLESS_X; pwd exited with code 0',
      '[b] x',
    ],
  ]);
});

test('megabytes of output, whole and in groups', async () => {
  const reports = await onBothWays(async (report) => {
    const { concurrently } = require('concurrently');
    const { PassThrough } = require('node:stream');
    const { text } = require('node:stream/consumers');
    const outputStream = new PassThrough();
    const all = text(outputStream);
    const commands = [1, 2, 3].map((digit) => `seq -f ${digit}%06g 150000`);
    await concurrently(commands, { outputStream, prefix: 'none', group: true }).result;
    outputStream.end();
    const lines = (await all)
      .trimEnd()
      .split('\n')
      .filter((line) => !line.includes('exited with'));
    report([
      lines.length,
      lines.every((line, at) => line === String(1_000_000 * (1 + Math.floor(at / 150_000)) + (at % 150_000) + 1)),
    ]);
  });
  expect(reports).toEqual([[450_000, true]]);
});

test('one that fails takes the trees of the others along', async () => {
  const reports = await onBothWays(async (report) => {
    const { concurrently } = require('concurrently');
    const outputStream = new (require('node:stream').PassThrough)();
    // The tree holds the output: the command closes when all of it is gone.
    const tree = 'sh -c "echo up; exec sleep 60" & (sh -c "echo up; exec sleep 60" & exec sleep 60)';
    const { commands, result } = concurrently([{ command: `${tree} & exec sleep 60` }, 'read line; exit 5'], {
      outputStream,
      prefix: 'none',
      killOthersOn: ['failure'],
    });
    let ups = '';
    outputStream.on('data', (chunk) => {
      ups += chunk;
      if (ups === 'up\nup\n') commands[1].stdin.write('now\n');
    });
    const events = await result.catch((failed) => failed);
    report(events.map(({ index, exitCode, killed }) => [index, exitCode, killed]));
  });
  expect(reports).toEqual([
    [
      [1, 5, false],
      [0, 'SIGTERM', true],
    ],
  ]);
});

test('restarts, and the first success that counts', async () => {
  const folder = require('../helpers/folder.js');
  const file = `${folder.makeFolder()}/tries`;
  try {
    const reports = await onBothWays(async (report, file) => {
      const { concurrently } = require('concurrently');
      const outputStream = new (require('node:stream').PassThrough)().resume();
      const command = `echo x >> ${file}; test $(wc -l < ${file}) -ge 3`;
      const [event] = await concurrently([command], { outputStream, restartTries: 5 }).result;
      report([event.exitCode, require('node:fs').readFileSync(file, 'utf8')]);
      require('node:fs').rmSync(file);
      const events = await concurrently(['exit 0', 'exec sleep 60'], {
        outputStream,
        killOthersOn: ['success'],
        killSignal: 'SIGINT',
        successCondition: 'first',
      }).result;
      report(events.map(({ exitCode }) => exitCode));
    }, file);
    expect(reports).toEqual([
      [0, 'x\nx\nx\n'],
      [0, 'SIGINT'],
    ]);
  } finally {
    folder.removeFolder(require('node:path').dirname(file));
  }
});

test('one at a time, input for one of them, and messages', async () => {
  const reports = await onBothWays(async (report) => {
    const { concurrently } = require('concurrently');
    const { PassThrough } = require('node:stream');
    const { text } = require('node:stream/consumers');
    const run = async (commands, options) => {
      const outputStream = new PassThrough();
      const all = text(outputStream);
      await concurrently(commands, { outputStream, prefix: 'none', ...options }).result;
      outputStream.end();
      return (await all).replace(/.* exited with code 0\n/g, '');
    };
    report(await run(['sleep 0.05; echo 1', 'echo 2', 'echo 3'], { maxProcesses: 1 }));
    const inputStream = new PassThrough();
    inputStream.end('1:hello\n');
    report(await run([{ command: 'true' }, 'read line; echo got $line'], { handleInput: true, inputStream }));

    const answer = 'process.once("message", (n) => process.send({ double: n.n * 2 }, () => process.disconnect()))';
    const { commands, result } = concurrently([{ command: `node -e '${answer}'`, ipc: 3 }], { raw: true });
    commands[0].messages.incoming.subscribe(({ message }) => report(message));
    await commands[0].send({ n: 21 });
    report((await result).map(({ exitCode }) => exitCode));
  });
  expect(reports).toEqual(['1\n2\n3\n', 'got hello\n', { double: 42 }, [0]]);
});

test('its command line', async () => {
  const reports = await onBothWays((report) => {
    const { spawn } = require('node:child_process');
    const bin = require.resolve('concurrently/package.json').replace('package.json', 'dist/bin/concurrently.js');
    const args = ['--names', 'x,y', '--success', 'command-x', 'echo hello', 'echo oh >&2; exit 7'];
    const child = spawn(process.execPath, [...process.execArgv, bin, ...args]);
    let text = '';
    child.stdout.on('data', (chunk) => {
      text += chunk;
    });
    child.stderr.pipe(process.stderr);
    child.on('close', (...end) => report([end, text.split('\n').sort()]));
  });
  expect(reports).toEqual([
    [
      [0, null],
      ['', '[x] echo hello exited with code 0', '[x] hello', '[y] echo oh >&2; exit 7 exited with code 7', '[y] oh'],
    ],
  ]);
});
