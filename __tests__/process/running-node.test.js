'use strict';
// Where Nodes differ, forkless does as the running one. Programs of their own, on both modules.

const { BUILTIN, builtin, FORKLESS, onBoth } = require('../helpers/modules.js');
const { reportsOf, runProgram } = require('../helpers/program.js');
const { timeoutEndsWithClose, tracesSpawn } = require('../helpers/running-node.js');

describe('what stands on a prototype', () => {
  const taken = async (module, options) => {
    const program = ({ exec, execFile, execSync, spawn, spawnSync }, report, name, value) => {
      class Options {}
      Options.prototype.cwd = '/';
      Options.prototype.argv0 = 'theirs';
      Object.prototype[name] = value;
      const tell = (call, result) => report([call, String(result?.stdout ?? result)]);
      const attempt = (call, run) => {
        try {
          tell(call, run());
        } catch (error) {
          tell(call, error.code ?? error.message);
        }
      };
      const stdio = ['ignore', 'pipe', 'ignore'];
      attempt('execSync', () => execSync('echo $0', { stdio }));
      attempt('spawnSync', () => spawnSync('sh', ['-c', 'pwd; echo $0'], Object.assign(new Options(), { stdio })));
      attempt('spawnSync, options left out', () => spawnSync('pwd'));
      const child = spawn('sh', ['-c', 'pwd; echo $0'], Object.assign(new Options(), { stdio }));
      let text = '';
      child.stdout.on('data', (data) => {
        text += data;
      });
      child.on('close', () => {
        tell('spawn', text);
        exec('echo $0; pwd', (error, stdout) => {
          tell('exec', error?.code ?? stdout);
          execFile('sh', ['-c', 'pwd; echo $0'], new Options(), (_error, stdout) => tell('execFile', stdout));
        });
      });
    };
    return reportsOf(module, program, { args: options });
  };

  test.each([
    ['a shell', ['shell', '/bin/false']],
    ['a folder', ['cwd', '/usr']],
    ['a name', ['argv0', 'polluted']],
    ['an encoding', ['encoding', 'hex']],
    ['what is no option', ['nothing', 5]],
  ])('of all objects or a class of their own: %s', async (_name, options) => {
    const reports = await onBoth((module) => taken(module, options));
    expect(reports.map(([call]) => call).sort()).toEqual(
      ['exec', 'execFile', 'execSync', 'spawn', 'spawnSync', 'spawnSync, options left out'].sort(),
    );
  });
});

test('a timeout is cleared after a failed start where the running Node does so', async () => {
  const [alive] = await onBoth((module) =>
    reportsOf(module, ({ spawn }, report) => {
      const child = spawn('/nowhere/x', { timeout: 1 << 30 }).on('error', () => {});
      child.on('close', () =>
        setImmediate(() => {
          const { length } = process.getActiveResourcesInfo().filter((name) => name === 'Timeout');
          report(length);
          process.exit();
        }),
      );
    }),
  );
  expect(alive).toBe(timeoutEndsWithClose ? 0 : 1);
});

test("an abort's error has the reason as its cause where the running Node's has", async () => {
  const [cause] = await onBoth((module) =>
    reportsOf(module, ({ spawn }, report) => {
      const controller = new AbortController();
      const child = spawn('sleep', ['30'], { signal: controller.signal });
      child.on('error', ({ name, cause = null }) => report([name, cause]));
      controller.abort('the reason');
    }),
  );
  expect(cause[0]).toBe('AbortError');
});

test.each(['/nowhere/x', '/etc/passwd'])(
  'an AbortSignal keeps no listener of a start that failed: %s',
  async (file) => {
    const { forkless } = globalThis.modulesUnderTest;
    const [counts] = await reportsOf(
      forkless,
      async ({ execFile, spawn }, report, name) => {
        const { getEventListeners, once } = require('node:events');
        const { signal } = new AbortController();
        for (let index = 0; index < 20; index++) {
          const child = spawn(name, { signal });
          await once(child, 'error');
          await new Promise((resolve) => execFile(name, { signal }, resolve));
        }
        report(getEventListeners(signal, 'abort').length);
      },
      { args: [file] },
    );
    expect(counts).toBe(0);
  },
);

test('an argument that cannot be a string', async () => {
  await onBoth((module) =>
    reportsOf(module, ({ spawn }, report) => {
      const refuses = {
        toString() {
          throw new Error('no string');
        },
      };
      for (const file of ['echo', '/nowhere/x', '/dev/null/x']) {
        try {
          const child = spawn(file, ['a', refuses, 'b'], { stdio: ['ignore', 'pipe', 'ignore'] });
          child.stdout?.on('data', (data) => report([file, String(data)]));
          child.on('error', ({ code }) => report([file, code]));
        } catch ({ message }) {
          report([file, message]);
        }
      }
    }),
  );
});

test('where a function of the built-in is wrapped, children start all the same', async () => {
  // As instrumentation does it, before forkless is loaded.
  const { code, stderr, reports } = await runProgram(
    builtin,
    (cp, report, forkless) => {
      for (const name of ['execFile', 'spawn', 'spawnSync']) {
        const original = cp[name];
        cp[name] = (...args) => original(...args);
      }
      const { execFile, spawn } = require(forkless);
      execFile('echo', ['hi'], (_error, stdout) => {
        report(stdout);
        const controller = new AbortController();
        spawn('sleep', ['30'], { signal: controller.signal }).on('error', ({ cause }) => report(cause));
        controller.abort('the reason');
      });
    },
    { args: [FORKLESS] },
  );
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(reports).toEqual(['hi\n', 'the reason']);
});

test('a program whose spawnSync is a stub', async () => {
  const seen = await Promise.all(
    [BUILTIN, FORKLESS].map((name) =>
      runProgram(
        builtin,
        (cp, report, module) => {
          const { spawnSync } = cp;
          // As test doubles do.
          cp.spawnSync = () => undefined;
          const { exec, execFileSync, fork } = require(module);
          cp.spawnSync = spawnSync;
          const codeOf = (call) => {
            try {
              call();
            } catch ({ code, stdout }) {
              return [code, stdout ?? null];
            }
          };
          report([codeOf(() => fork('/dev/null', { stdio: [0] })), codeOf(() => execFileSync('/nowhere/x'))]);
          exec('yes', { maxBuffer: 100 }, ({ code }) => report(code));
        },
        { args: [name] },
      ),
    ),
  );
  expect(seen[1]).toEqual(seen[0]);
  expect(seen[0].reports[1]).toBe('ERR_CHILD_PROCESS_STDIO_MAXBUFFER');
});

test("a program that has wrapped ChildProcess's spawn, or replaced the class by one that extends it", async () => {
  const { code, stderr, reports } = await runProgram(
    builtin,
    (cp, report, forkless) => {
      const { subscribe } = require('node:diagnostics_channel');
      const told = [];
      subscribe?.('tracing:child_process.spawn:start', () => told.push('start'));
      const { spawn } = cp.ChildProcess.prototype;
      cp.ChildProcess.prototype.spawn = function (options) {
        return spawn.call(this, options);
      };
      cp.ChildProcess = class extends cp.ChildProcess {};
      require(forkless)
        .spawn('true')
        .on('close', (code) => report([code, told]));
    },
    { args: [FORKLESS] },
  );
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(reports).toEqual([[0, tracesSpawn ? ['start'] : []]]);
});

test('a module object that is frozen', async () => {
  const { code, stderr, reports } = await runProgram(
    builtin,
    (cp, report, forkless) => {
      Object.freeze(cp);
      require(forkless).execFile('echo', ['hi'], (_error, stdout) => report(stdout));
    },
    { args: [FORKLESS] },
  );
  expect({ code, stderr, reports }).toEqual({ code: 0, stderr: '', reports: ['hi\n'] });
});
