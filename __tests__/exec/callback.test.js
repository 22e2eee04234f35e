'use strict';
// When and how the callback of exec() and execFile() is called.

const { AsyncLocalStorage } = require('node:async_hooks');
const { describeEach, onBoth } = require('../helpers/modules.js');
const { reportsOf, runProgram } = require('../helpers/program.js');

describeEach('the callback', (module) => {
  const { exec, execFile } = module;

  test('is called once, with null, stdout and stderr', async () => {
    const calls = [];
    await new Promise((resolve) => {
      const child = exec('echo out; echo err >&2', (...args) => calls.push(args));
      child.on('close', () => setImmediate(resolve));
    });
    expect(calls).toEqual([[null, 'out\n', 'err\n']]);
  });

  test('is called after the call has returned, for a start that failed too', async () => {
    for (const file of ['true', 'forkless-no-such-command']) {
      let returned = false;
      const early = await new Promise((resolve) => {
        execFile(file, () => resolve(!returned));
        returned = true;
      });
      expect(early).toBe(false);
    }
  });

  test('comes with close, before listeners of the user', async () => {
    const log = [];
    await new Promise((resolve) => {
      const child = exec('echo out', () => log.push('callback'));
      child.on('exit', () => log.push('exit'));
      child.on('close', () => {
        log.push('close');
        resolve();
      });
    });
    expect(log).toEqual(['exit', 'callback', 'close']);
  });

  test('waits for a grandchild that holds the pipes, and has what that one wrote', async () => {
    const stdout = await new Promise((resolve) => {
      // The exit of the child destroys its stdin, which is the end of the grandchild's.
      const script = 'exec 3<&0; { read line; echo late; } <&3 & echo early';
      const child = exec(script, (_error, stdout) => resolve(stdout));
      child.on('exit', () => expect(child.stdin.destroyed).toBe(true));
    });
    expect(stdout).toBe('early\nlate\n');
  });

  test('runs in the context of the call', async () => {
    const storage = new AsyncLocalStorage();
    const contexts = ['true', 'false', 'forkless-no-such-command'].map(
      (file) => new Promise((resolve) => storage.run(file, () => execFile(file, () => resolve(storage.getStore())))),
    );
    expect(await Promise.all(contexts)).toEqual(['true', 'false', 'forkless-no-such-command']);
  });

  test('what it throws is an uncaught exception', async () => {
    const [message] = await reportsOf(module, ({ execFile }, report) => {
      process.on('uncaughtException', (error) => report(error.message));
      execFile('true', () => {
        throw new Error('thrown in the callback');
      });
    });
    expect(message).toBe('thrown in the callback');
  });

  test('without one, no failure is an error of the program', async () => {
    const end = await runProgram(module, ({ exec, execFile }) => {
      execFile('forkless-no-such-command');
      exec('exit 3');
      exec('kill -KILL $$');
      exec('echo too long; exec sleep 30', { maxBuffer: 1 });
      exec('exec sleep 30', { timeout: 1 });
      exec('exec sleep 30', { signal: AbortSignal.timeout(1) });
    });
    expect(end).toMatchObject({ code: 0, signal: null, stdout: '', stderr: '' });
  });
});

test('hundred at once, each with its own output', async () => {
  const seen = await onBoth(({ execFile }) =>
    Promise.all(
      Array.from({ length: 100 }, (_, index) => {
        const script = `echo out ${index}; echo err ${index} >&2; exit ${index}`;
        return new Promise((resolve) =>
          execFile('sh', ['-c', script], (error, stdout, stderr) => resolve([error?.code ?? 0, stdout, stderr])),
        );
      }),
    ),
  );
  expect(seen).toEqual(seen.map((_, index) => [index, `out ${index}\n`, `err ${index}\n`]));
});
