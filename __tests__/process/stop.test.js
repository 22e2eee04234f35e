'use strict';
// child.stop(): ends stdin, waits, sends a signal, waits, sends SIGKILL; and `await using`, which calls it.

const { describeForms, kAsyncDispose } = require('../helpers/additions.js');
const { next } = require('../helpers/children.js');
const { describeError, errorOf } = require('../helpers/errors.js');
const { builtin, forkless } = require('../helpers/modules.js');
const { childrenOf } = require('../helpers/proc.js');
const { reportsOf } = require('../helpers/program.js');
const { linesOf } = require('../helpers/script.js');
const { until } = require('../helpers/until.js');

/** Long enough for a busy machine, and an alternative that is seen: a test takes a minute. */
const LONG = 30_000;

/** Programs by how they end. Each says when it is ready. */
const PROGRAMS = {
  atEnd: "trap '' TERM; echo ready; cat >/dev/null; exit 5",
  atSigterm: "trap 'exit 6' TERM; echo ready; while :; do sleep 0.1; done",
  atSigkill: "trap '' TERM; echo ready; while :; do sleep 0.1; done",
};

/** Without the numbers. */
const plain = ({ resourceUsage, ...result }) => result;
const stopped = (more) => ({ code: null, signal: null, reason: 'stop', forced: false, drained: false, ...more });

/** What holds timers, but for those of the test itself. */
const timers = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;

/** A grandchild of `sleep 0.1` holds no stream open for longer than that. */
describeForms('stop()', ({ spawn, exec, fork, ChildProcess }, isNative) => {
  const start = async (program, options) => {
    const child = spawn('sh', ['-c', program], options);
    await next(child.stdout, 'data');
    child.stdout.resume();
    return child;
  };

  describe('a child that ends', () => {
    test('at the end of its stdin gets no signal', async () => {
      const child = await start(PROGRAMS.atEnd);
      expect(plain(await child.stop({ grace: LONG }))).toEqual(stopped({ code: 5 }));
      expect(child.killed).toBe(false);
    });

    test('by SIGTERM', async () => {
      const child = await start(PROGRAMS.atSigterm);
      expect(plain(await child.stop({ grace: 3000 }))).toEqual(stopped({ code: 6 }));
      expect(child.killed).toBe(true);
    });

    test('by SIGKILL alone', async () => {
      const child = await start(PROGRAMS.atSigkill);
      expect(plain(await child.stop({ grace: 50 }))).toEqual(stopped({ signal: 'SIGKILL', forced: true }));
    });

    test('and is stopped by SIGSTOP', async () => {
      const child = await start(PROGRAMS.atEnd);
      child.kill('SIGSTOP');
      expect(plain(await child.stop({ grace: 50 }))).toEqual(stopped({ signal: 'SIGKILL', forced: true }));
    });
  });

  test('in that order, each after its time', async () => {
    const seen = "trap 'echo TERM' TERM; echo ready; cat >/dev/null; echo end; while :; do sleep 0.05; done";
    const child = await start(seen);
    let text = '';
    child.stdout.on('data', (data) => {
      text += data;
    });
    const result = await child.stop({ grace: 3000 });
    expect(text).toBe('end\nTERM\n');
    expect(result.forced).toBe(true);
  });

  test.each(['ignore', 'inherit'])('without a stdin that could end, the signal comes at once: %s', async (stdin) => {
    const child = spawn('sleep', ['60'], { stdio: [stdin, 'ignore', 'ignore'] });
    expect(plain(await child.stop({ grace: LONG }))).toEqual(stopped({ signal: 'SIGTERM' }));
  });

  test('with much in stdin that the child does not read', async () => {
    const child = spawn('sleep', ['60']);
    child.stdin.on('error', () => {});
    child.stdin.write(Buffer.alloc(10_000_000));
    expect(plain(await child.stop({ grace: 50 }))).toEqual(stopped({ signal: 'SIGTERM' }));
  });

  test.each([
    ['ended', (stdin) => stdin.end()],
    ['destroyed', (stdin) => stdin.destroy()],
  ])('with a stdin that is %s already', async (_name, end) => {
    const child = spawn('sleep', ['60']);
    end(child.stdin);
    expect(plain(await child.stop({ grace: 50 }))).toEqual(stopped({ signal: 'SIGTERM' }));
  });

  test('with a stdin that the child has closed', async () => {
    const child = await start('exec 0<&-; echo ready; exec sleep 60');
    expect(plain(await child.stop({ grace: 50 }))).toEqual(stopped({ signal: 'SIGTERM' }));
  });

  test('with an input that has not ended', async () => {
    let onReturned;
    const returned = new Promise((resolve) => (onReturned = resolve));
    async function* endless() {
      try {
        for (;;) yield Buffer.alloc(65_536);
      } finally {
        onReturned();
      }
    }
    const child = spawn('sh', ['-c', "trap '' TERM; cat >/dev/null; exit 5"], { input: endless() });
    expect(plain(await child.stop({ grace: LONG }))).toEqual(stopped({ code: 5 }));
    // With its stdin, whose 'close' is not waited for by that of the child.
    await returned;
  });

  test('without a time of its own it is forced after five seconds', async () => {
    const child = await start(PROGRAMS.atSigkill, { stdio: ['ignore', 'pipe', 'ignore'] });
    const begun = process.hrtime.bigint();
    expect(plain(await child.stop())).toMatchObject({ signal: 'SIGKILL', forced: true, reason: 'stop' });
    expect(Number(process.hrtime.bigint() - begun)).toBeGreaterThan(4.9e9);
  }, 30_000);

  test('of a child that leaves somebody with its stdout', async () => {
    const script = 'sleep 600 & exec cat';
    const child = spawn('sh', ['-c', script], { stdio: ['pipe', 'pipe', 'ignore'], drainTimeout: 20 });
    const [stranger] = await until(() => childrenOf(child.pid).length === 1 && childrenOf(child.pid));
    expect(plain(await child.stop())).toMatchObject({ code: 0, drained: true });
    process.kill(Number.parseInt(stranger, 10), 'SIGKILL');
  });

  test('by a signal that only asks it is forced in the end', async () => {
    const child = spawn('sleep', ['600'], { stdio: 'ignore' });
    const result = await child.stop({ grace: 50, signal: 0 });
    expect(plain(result)).toMatchObject({ signal: 'SIGKILL', forced: true, reason: 'stop' });
  });

  test('called twice it is one stop, whose first times count', async () => {
    const child = await start(PROGRAMS.atSigkill);
    const first = child.stop({ grace: 50 });
    const second = child.stop({ grace: 600_000, signal: 'SIGINT' });
    expect(await second).toEqual(await first);
    expect((await first).forced).toBe(true);
  });

  test('after a kill() with a longer time it keeps its own', async () => {
    const child = await start(PROGRAMS.atSigkill, { forceKillAfterDelay: 600_000 });
    child.kill();
    expect(plain(await child.stop({ grace: 50 }))).toMatchObject({ signal: 'SIGKILL', forced: true, reason: 'kill' });
  });

  test('after the exit, and after the close', async () => {
    const child = spawn('sh', ['-c', 'exit 3']);
    await next(child, 'exit');
    const result = await child.stop();
    expect(plain(result)).toEqual(stopped({ code: 3, reason: undefined }));
    expect(await child.stop({ grace: 0 })).toEqual(result);
    expect(child.killed).toBe(false);
  });

  test.each(['spawn', 'exit'])("in a listener of '%s'", async (event) => {
    const child = spawn('cat', { stdio: ['pipe', 'ignore', 'ignore'] });
    const stopping = new Promise((resolve) => child.on(event, () => resolve(child.stop({ grace: LONG }))));
    if (event === 'exit') child.stdin.end();
    expect((await stopping).code).toBe(0);
  });

  test('of a start that failed it is rejected with that error, before and after it is told', async () => {
    const child = spawn('/nowhere/x');
    const before = child.stop().catch((error) => error);
    const [error] = await next(child, 'error');
    expect(error.code).toBe('ENOENT');
    expect(await before).toBe(error);
    expect(await child.stop().catch((reason) => reason)).toBe(error);
  });

  test('grace 0', async () => {
    const child = await start(PROGRAMS.atSigkill);
    expect(plain(await child.stop({ grace: 0 }))).toEqual(stopped({ signal: 'SIGKILL', forced: true }));
  });

  test('a grace beyond what a timer takes', async () => {
    const child = await start("trap 'exit 6' TERM; echo ready; cat >/dev/null; exit 5");
    expect(plain(await child.stop({ grace: Number.MAX_SAFE_INTEGER }))).toEqual(stopped({ code: 5 }));
  });

  test('the time of the child, where stop() has none', async () => {
    const child = await start(PROGRAMS.atSigkill, { forceKillAfterDelay: 50 });
    expect(plain(await child.stop())).toEqual(stopped({ signal: 'SIGKILL', forced: true }));
  });

  describe('the signal', () => {
    const options = { stdio: ['ignore', 'ignore', 'ignore'] };
    test.each([
      ['SIGINT', 'SIGINT'],
      ['sighup', 'SIGHUP'],
      [2, 'SIGINT'],
      ['SIGUSR1', 'SIGUSR1'],
      ['SIGKILL', 'SIGKILL'],
      [undefined, 'SIGTERM'],
    ])('%s', async (signal, signalCode) => {
      const child = spawn('sleep', ['60'], options);
      expect(plain(await child.stop({ grace: LONG, signal }))).toEqual(stopped({ signal: signalCode }));
    });

    test("the child's own killSignal, and one that is given", async () => {
      const killSignal = 'SIGQUIT';
      const first = spawn('sleep', ['60'], { ...options, killSignal });
      expect((await first.stop()).signal).toBe('SIGQUIT');
      const second = spawn('sleep', ['60'], { ...options, killSignal });
      expect((await second.stop({ signal: 'SIGINT' })).signal).toBe('SIGINT');
    });

    test.each(['SIGNOPE', 1000, '', {}, null, true, 1.5])('a wrong one: %p', async (signal) => {
      const child = spawn('sleep', ['60'], options);
      const error = await new Promise((resolve, reject) => {
        try {
          child.stop({ signal }).then(resolve, reject);
        } catch (thrown) {
          resolve(thrown);
        }
      });
      const reference = new builtin.ChildProcess();
      const kill = () => reference.kill(signal ?? 'null');
      if (signal !== null) expect(describeError(error)).toEqual(describeError(errorOf(kill)));
      expect(error.code).toMatch(/^ERR_(UNKNOWN_SIGNAL|INVALID_ARG_TYPE)$/);
      expect([child.exitCode, child.signalCode, child.killed]).toEqual([null, null, false]);
      child.kill();
      expect((await child.exited).reason).toBe('kill');
    });
  });

  test.each([-1, Number.NaN, Number.POSITIVE_INFINITY, '1', null, true, false, {}, 1n, Symbol('x')])(
    'a wrong grace: %p',
    async (grace) => {
      const child = spawn('sleep', ['60']);
      const error = errorOf(() => child.stop({ grace }));
      expect(error.code).toMatch(/^ERR_(OUT_OF_RANGE|INVALID_ARG_TYPE)$/);
      expect(error.message).toContain('"options.grace"');
      expect(child.killed).toBe(false);
      child.kill();
      await child.exited;
    },
  );

  test.each([undefined, null, {}, { grace: undefined }, Object.create({ grace: 'x', signal: 'x' })])(
    'options that ask for nothing: %p',
    async (options) => {
      const child = spawn('cat', { stdio: ['pipe', 'ignore', 'ignore'] });
      expect(plain(await child.stop(options))).toEqual(stopped({ code: 0 }));
    },
  );

  test('of exec, whose callback is told of the signal', async () => {
    const { promise, called } = deferred();
    const child = exec('exec sleep 60', called);
    const result = await child.stop({ grace: 50 });
    expect(plain(result)).toEqual(stopped({ signal: 'SIGTERM' }));
    expect((await promise).signal).toBe('SIGTERM');
  });

  test('of fork, with a channel', async () => {
    const child = fork('--', { execArgv: ['-e', "process.on('message', () => {}); process.send('ready')"] });
    expect(await next(child, 'message')).toContain('ready');
    const events = [];
    for (const event of ['disconnect', 'exit', 'close']) child.on(event, () => events.push(event));
    expect(plain(await child.stop({ grace: LONG }))).toEqual(stopped({ signal: 'SIGTERM' }));
    expect([...events].sort()).toEqual(['close', 'disconnect', 'exit']);
    expect(events.at(-1)).toBe('close');
  });

  test('of a child that the program was not going to wait for', async () => {
    const child = spawn('sleep', ['60'], { stdio: 'ignore', detached: true });
    child.unref();
    expect(plain(await child.stop({ grace: LONG }))).toEqual(stopped({ signal: 'SIGTERM' }));
  });

  test('it leaves no timer', async () => {
    const before = timers();
    const child = await start(PROGRAMS.atEnd, { forceKillAfterDelay: 600_000 });
    child.kill();
    await child.stop({ grace: 500_000 });
    expect(timers()).toBe(before);
  });

  test('it is not enumerable, and names its options once', () => {
    const prototype = isNative ? ChildProcess.prototype : undefined;
    if (!prototype) return;
    expect(Object.getOwnPropertyDescriptor(prototype, 'stop').enumerable).toBe(false);
    expect(prototype.stop.length).toBe(1);
  });

  describe('Symbol.asyncDispose', () => {
    test('stops, and gives nothing', async () => {
      const child = spawn('cat');
      expect(await child[kAsyncDispose]()).toBe(undefined);
      expect(plain(await child.exited)).toEqual(stopped({ code: 0 }));
    });

    test('takes its times from the child', async () => {
      const child = await start(PROGRAMS.atSigkill, { forceKillAfterDelay: 50 });
      await child[kAsyncDispose]();
      expect((await child.exited).forced).toBe(true);
    });

    test('is rejected where the child could not be started', async () => {
      const child = spawn('/nowhere/x');
      child.on('error', () => {});
      expect(await child[kAsyncDispose]().catch(({ code }) => code)).toBe('ENOENT');
    });
  });
});

describe('a program of its own', () => {
  const FORMS = [
    ['native', []],
    ['without native code', ['--no-addons']],
  ];
  /** Whether this Node knows the syntax. */
  const hasSyntax = (() => {
    try {
      new Function('return async () => { await using x = null; }');
      return true;
    } catch {
      return false;
    }
  })();

  (hasSyntax ? test : test.skip).each(FORMS)('await using (%s)', (_name, flags) => {
    const lines = linesOf(
      flags,
      `const { spawn } = require('forkless');
       (async () => {
         let kept;
         {
           await using child = spawn('cat', { stdio: ['pipe', 'inherit', 'inherit'] });
           kept = child;
           child.stdin.write('written\\n');
         }
         console.log(kept.exitCode, (await kept.exited).reason);
       })();`,
    );
    expect(lines).toEqual(['written', '0 stop']);
  });

  test.each(FORMS)('the program waits for it, also after unref() (%s)', (_name, flags) => {
    const lines = linesOf(
      flags,
      `const child = require('forkless').spawn('sh', ['-c', "trap '' TERM; sleep 60"], { stdio: 'ignore' });
       child.unref();
       setTimeout(() => child.stop({ grace: 100 }).then(({ forced, signal }) => console.log(forced, signal)), 2_000);`,
    );
    expect(lines).toEqual(['true SIGKILL']);
  });

  test('SIGKILL comes also while the loop is blocked', async () => {
    const reports = await reportsOf(forkless, ({ spawn }, report) => {
      const { readFileSync } = require('node:fs');
      const child = spawn('sh', ['-c', "trap '' TERM; echo; while :; do sleep 0.1; done"], {
        stdio: ['ignore', 'pipe', 'ignore'],
      });
      child.stdout.once('data', () => {
        child.stop({ grace: 20 }).then(({ forced }) => report(forced));
        const deadline = Date.now() + 20_000;
        const state = () => readFileSync(`/proc/${child.pid}/stat`, 'utf8').split(') ')[1][0];
        while (state() !== 'Z' && Date.now() < deadline);
        report(state());
      });
    });
    expect(reports).toEqual(['Z', true]);
  });
});

function deferred() {
  let called;
  const promise = new Promise((resolve) => {
    called = resolve;
  });
  return { promise, called };
}
