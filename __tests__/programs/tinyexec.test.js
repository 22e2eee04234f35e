'use strict';
// tinyexec: awaitable results, lines, pipes.

const { onBothWays } = require('./programs.js');

test('results, and errors where they are asked for', async () => {
  const reports = await onBothWays(async (report) => {
    const { x } = await import('tinyexec');
    const { stdout, stderr, exitCode } = await x('sh', ['-c', 'echo out; echo err >&2; exit 3']);
    report({ stdout, stderr, exitCode });
    const failed = await x('sh', ['-c', 'exit 4'], { throwOnError: true }).then(null, (error) => error);
    report([failed.constructor.name, failed.message, failed.exitCode]);
    const missing = await x('forkless-no-such-command', ['a']).then(null, (error) => error);
    report({ message: missing.message, ...missing });
    const elsewhere = await x('pwd', [], { nodeOptions: { cwd: '/', env: { FORKLESS_X: '1' } } });
    report(elsewhere.stdout);
    report((await x('biome', ['--version'])).stdout.startsWith('Version: '));
  });
  expect(reports).toEqual([
    { stdout: 'out\n', stderr: 'err\n', exitCode: 3 },
    ['NonZeroExitError', 'The command `sh -c "exit 4"` exited with a non-zero status (4)', 4],
    {
      message: 'spawn forkless-no-such-command ENOENT',
      ...{ code: 'ENOENT', errno: -2, syscall: 'spawn forkless-no-such-command' },
      ...{ path: 'forkless-no-such-command', spawnargs: ['a'] },
    },
    '/\n',
    true,
  ]);
});

test('lines of both streams, and of very many', async () => {
  const reports = await onBothWays(async (report) => {
    const { x } = await import('tinyexec');
    const lines = [];
    for await (const line of x('sh', ['-c', 'echo 1; echo 2 >&2; echo 3'])) lines.push(line);
    report(lines.sort());
    let [count, sum] = [0, 0];
    for await (const line of x('seq', ['300000'])) {
      count += 1;
      sum += Number(line);
    }
    report([count, sum]);
  });
  expect(reports).toEqual([
    ['1', '2', '3'],
    [300_000, 45_000_150_000],
  ]);
});

test('pipes and input', async () => {
  const reports = await onBothWays(async (report) => {
    const { x } = await import('tinyexec');
    const { stdout } = await x('seq', ['20000']).pipe('grep', ['7']).pipe('wc', ['-l']);
    report(Number(stdout));
    const input = 'forkless\n'.repeat(400_000);
    const echoed = await x('cat', [], { stdin: input });
    report([echoed.stdout.length, echoed.stdout === input]);
    report((await x('wc', ['-c'], { stdin: x('head', ['-c', '2000000', '/dev/zero']) })).stdout.trim());
  });
  expect(reports).toEqual([6878, [3_600_000, true], '2000000']);
});

test('timeouts, aborts and kills', async () => {
  const reports = await onBothWays(async (report) => {
    const { x } = await import('tinyexec');
    const told = async (running) => {
      const outcome = await running.then(
        ({ exitCode, stdout }) => ({ exitCode: exitCode ?? null, stdout }),
        ({ name, message, code }) => ({ name, message, code }),
      );
      const { aborted, killed, process } = running;
      report({ outcome, aborted, killed, signal: process.signalCode });
    };
    await told(x('sleep', ['60'], { timeout: 50 }));
    const stop = new AbortController();
    const aborted = x('sh', ['-c', 'echo up; exec sleep 60'], { signal: stop.signal });
    aborted.process.stdout.once('data', () => stop.abort());
    await told(aborted);
    const killed = x('sleep', ['60']);
    killed.process.once('spawn', () => killed.kill('SIGHUP'));
    await told(killed);
  });
  expect(reports.map(({ aborted, killed, signal }) => [aborted, killed, signal])).toEqual([
    [false, true, 'SIGTERM'],
    [true, true, 'SIGTERM'],
    [false, true, 'SIGHUP'],
  ]);
});

test('the sync form', async () => {
  const reports = await onBothWays(async (report) => {
    const { xSync } = await import('tinyexec');
    const { stdout, stderr, exitCode } = xSync('sh', ['-c', 'echo out; echo err >&2; exit 3']);
    report({ stdout, stderr, exitCode });
    report([...xSync('seq', ['3'])]);
    for (const [file, args, options] of [
      ['sh', ['-c', 'exit 5'], { throwOnError: true }],
      ['forkless-no-such-command', [], {}],
    ]) {
      try {
        report(xSync(file, args, options).exitCode ?? null);
      } catch (error) {
        report([error.message, error.code ?? null]);
      }
    }
  });
  expect(reports).toEqual([
    { stdout: 'out\n', stderr: 'err\n', exitCode: 3 },
    ['1', '2', '3'],
    ['The command `sh -c "exit 5"` exited with a non-zero status (5)', null],
    ['spawnSync forkless-no-such-command ENOENT', 'ENOENT'],
  ]);
});

test('twenty-five at once', async () => {
  const reports = await onBothWays(async (report) => {
    const { x } = await import('tinyexec');
    const all = Array.from({ length: 25 }, (_, at) => x('sh', ['-c', `echo ${at}; exit ${at}`]));
    report((await Promise.all(all)).map(({ stdout, exitCode }) => [Number(stdout), exitCode]));
  });
  expect(reports).toEqual([Array.from({ length: 25 }, (_, at) => [at, at])]);
});

test('results and lines that are asked for late: all of them', async () => {
  const reports = await onBothWays(async (report) => {
    const { setTimeout: sleep } = require('node:timers/promises');
    const { x } = await import('tinyexec');
    // More than a pipe holds.
    const [from, to] = ['100000', '200000'];
    for (const delay of [0, 1, 3, 10, 50, 300]) {
      const [result, lined] = [x('seq', [from, to]), x('seq', [from, to])];
      await sleep(delay);
      const { stdout, exitCode } = await result;
      let count = 0;
      for await (const _line of lined) count += 1;
      report([delay, stdout.length, exitCode, count]);
    }
  });
  expect(reports).toEqual([0, 1, 3, 10, 50, 300].map((delay) => [delay, 700_007, 0, 100_001]));
});
