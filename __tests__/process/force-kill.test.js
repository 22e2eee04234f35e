'use strict';
// forceKillAfterDelay: from the first signal that was meant to end a child to SIGKILL.

const { describeForms } = require('../helpers/additions.js');
const { closed, next, record } = require('../helpers/children.js');
const { compileProgram } = require('../helpers/compile.js');
const { statOf } = require('../helpers/proc.js');
const { strangersInFolder } = require('../helpers/strangers.js');
const { until } = require('../helpers/until.js');

const { folder, strangers } = strangersInFolder();

const DELAY = { forceKillAfterDelay: 50 };
const NEVER = { forceKillAfterDelay: 2 ** 40 };

/** Ignores what is meant to end it, and says so. */
const DEAF = "trap '' TERM INT HUP QUIT USR1; echo ready; exec sleep 600";

/** Starts a script, and waits until it has said something. */
async function ready(module, script, options) {
  const child = module.spawn('sh', ['-c', script], options);
  await next(child.stdout, 'data');
  return child;
}

const FORCED = { code: null, signal: 'SIGKILL', forced: true };
const endOf = async (child) => {
  const { code, signal, reason, forced } = await child.exited;
  return { code, signal, reason, forced };
};

describeForms('forceKillAfterDelay', (module, isNative) => {
  test.each(['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT', 15])('%s that a child ignores', async (signal) => {
    const child = await ready(module, DEAF, DELAY);
    expect(child.kill(signal)).toBe(true);
    expect(child.killed).toBe(true);
    expect(await endOf(child)).toEqual({ ...FORCED, reason: 'kill' });
  });

  test.each(['SIGUSR1', 'SIGCONT', 'SIGWINCH', 0])('%s is not meant to end it', async (signal) => {
    const [spared, other] = [await ready(module, DEAF, DELAY), await ready(module, DEAF, DELAY)];
    expect(spared.kill(signal)).toBe(true);
    // The other was asked later.
    other.kill();
    await other.exited;
    expect([spared.exitCode, spared.signalCode]).toEqual([null, null]);
    const end = endOf(spared);
    spared.kill('SIGKILL');
    expect(await end).toEqual({ code: null, signal: 'SIGKILL', reason: 'kill', forced: false });
  });

  test('a child that ends by the signal is not forced', async () => {
    const child = await ready(module, 'echo ready; exec sleep 600', DELAY);
    child.kill();
    expect(await endOf(child)).toEqual({ code: null, signal: 'SIGTERM', reason: 'kill', forced: false });
  });

  test('one that takes its time, and ends by itself', async () => {
    const child = await ready(module, "trap 'sleep 0.1; exit 3' TERM; echo ready; while :; do sleep 0.01; done", NEVER);
    child.kill();
    expect(await endOf(child)).toEqual({ code: 3, signal: null, reason: 'kill', forced: false });
  });

  test('one that is stopped', async () => {
    const child = await ready(module, 'echo ready; kill -STOP $$', DELAY);
    await until(() => statOf(child.pid).state === 'T');
    child.kill();
    expect(await endOf(child)).toEqual({ ...FORCED, reason: 'kill' });
  });

  test('one that waits for its child of vfork(2), which no other signal interrupts', async () => {
    const program = compileProgram(folder, 'vfork.rs');
    const child = module.spawn(program, [strangers.file], { stdio: 'ignore', ...DELAY });
    await until(() => strangers.alive === 1);
    expect(await until(() => statOf(child.pid).state === 'D')).toBe(true);
    child.kill();
    expect(await endOf(child)).toEqual({ ...FORCED, reason: 'kill' });
  });

  test('kill() twice, of which the first counts', async () => {
    const child = await ready(module, DEAF, DELAY);
    expect([child.kill(), child.kill('SIGINT')]).toEqual([true, true]);
    expect(await endOf(child)).toEqual({ ...FORCED, reason: 'kill' });
  });

  (isNative ? test : test.skip)('while a blocking call runs', async () => {
    const child = await ready(module, DEAF, DELAY);
    child.kill();
    for (let tries = 0; tries < 100 && statOf(child.pid).state !== 'Z'; tries++) module.spawnSync('sleep', ['0.3']);
    expect(statOf(child.pid).state).toBe('Z');
    expect(await endOf(child)).toEqual({ ...FORCED, reason: 'kill' });
  });

  (isNative ? test : test.skip)('a blocking call of one that waits for its child of vfork(2)', () => {
    const program = compileProgram(folder, 'vfork.rs');
    const options = { stdio: 'ignore', timeout: 2_000, ...DELAY };
    expect(module.spawnSync(program, [strangers.file], options)).toMatchObject({ signal: 'SIGKILL', status: null });
  });

  test('again and again: it is the first that counts', async () => {
    const child = await ready(module, DEAF, { forceKillAfterDelay: 100 });
    const timer = setInterval(() => child.kill(), 20);
    expect(await endOf(child)).toEqual({ ...FORCED, reason: 'kill' });
    clearInterval(timer);
  });

  test('SIGKILL of the program is not that of the delay', async () => {
    let child;
    for (let begun, isLate = true; isLate; isLate = Date.now() - begun > 150) {
      child = await ready(module, DEAF, { forceKillAfterDelay: 200 });
      begun = Date.now();
      child.kill();
      child.kill('SIGKILL');
    }
    // The delay is over when its end is heard of.
    for (const last = Date.now() + 300; Date.now() < last; );
    expect(await endOf(child)).toEqual({ ...FORCED, reason: 'kill', forced: false });
  });

  test('0 is at once', async () => {
    const child = await ready(module, DEAF, { forceKillAfterDelay: 0 });
    child.kill();
    expect(await endOf(child)).toEqual({ ...FORCED, reason: 'kill' });
  });

  test.each([2 ** 31, 2 ** 53, Number.MAX_VALUE])(
    '%i ms are no shorter for being many',
    async (forceKillAfterDelay) => {
      const [child, other] = [await ready(module, DEAF, { forceKillAfterDelay }), await ready(module, DEAF, DELAY)];
      child.kill();
      other.kill();
      await other.exited;
      expect(child.signalCode).toBe(null);
      child.kill('SIGKILL');
      expect((await endOf(child)).forced).toBe(false);
    },
  );

  test('false is none', async () => {
    const [child, other] = [
      await ready(module, DEAF, { forceKillAfterDelay: false }),
      await ready(module, DEAF, DELAY),
    ];
    child.kill();
    other.kill();
    await other.exited;
    expect(child.signalCode).toBe(null);
    child.kill('SIGKILL');
    await child.exited;
  });

  test('a timeout', async () => {
    // It may be over before the child is deaf.
    const child = module.spawn('sh', ['-c', DEAF], { timeout: 1000, stdio: 'ignore', ...DELAY });
    const end = await endOf(child);
    expect(end.reason).toBe('timeout');
    expect(child.killed).toBe(true);
    expect(end.forced).toBe(end.signal === 'SIGKILL');
  });

  test('an AbortSignal', async () => {
    const controller = new AbortController();
    const child = await ready(module, DEAF, { signal: controller.signal, ...DELAY });
    const errors = [];
    child.on('error', ({ name }) => errors.push(name));
    controller.abort();
    expect(await endOf(child)).toEqual({ ...FORCED, reason: 'abort' });
    expect(errors).toEqual(['AbortError']);
  });

  test('maxBuffer with a signal that a program sends for other reasons, too', async () => {
    const options = { maxBuffer: 5, killSignal: 'SIGUSR1', ...DELAY };
    const child = module.exec("trap '' USR1 PIPE; echo 1234567890; exec sleep 600", options, () => {});
    expect(await endOf(child)).toEqual({ ...FORCED, reason: 'maxBuffer' });
  });

  test.each(['exec', 'execFile'])('maxBuffer of %s', async (name) => {
    const script = "trap '' TERM PIPE; echo 1234567890; exec sleep 600";
    const options = { maxBuffer: 5, ...DELAY };
    let child;
    const [error, stdout] = await new Promise((resolve) => {
      const done = (...args) => resolve(args);
      child =
        name === 'exec' ? module.exec(script, options, done) : module.execFile('sh', ['-c', script], options, done);
    });
    expect([error.code, stdout]).toEqual(['ERR_CHILD_PROCESS_STDIO_MAXBUFFER', '12345']);
    expect(await endOf(child)).toEqual({ ...FORCED, reason: 'maxBuffer' });
  });

  test('a timeout of exec', async () => {
    const options = { timeout: 1000, ...DELAY };
    const [error] = await new Promise((resolve) => module.exec(DEAF, options, (...args) => resolve(args)));
    expect(error).toMatchObject({ killed: true, code: null });
  });

  test('fork', async () => {
    const child = module.fork('x', { execPath: '/bin/sh', execArgv: ['-c', DEAF], silent: true, ...DELAY });
    await next(child.stdout, 'data');
    child.kill();
    expect(await endOf(child)).toEqual({ ...FORCED, reason: 'kill' });
  });

  test('an end and its deadline in the same turn', async () => {
    const script = "trap 'sleep 0.05; exit 3' TERM; echo ready; while :; do sleep 0.01; done";
    const children = await Promise.all(Array.from({ length: 30 }, () => ready(module, script, DELAY)));
    for (const child of children) child.kill();
    for (const end of await Promise.all(children.map(endOf))) {
      expect([FORCED, { code: 3, signal: null, forced: false }]).toContainEqual({ ...end, reason: undefined });
    }
  });

  test('the events are those of any child that is killed', async () => {
    const child = await ready(module, DEAF, DELAY);
    const log = [];
    record(child, 'child', log);
    child.kill();
    expect(await closed(child)).toEqual({ code: null, signal: 'SIGKILL' });
    expect(log.map(([, ...event]) => event)).toEqual([
      ['exit', null, 'SIGKILL'],
      ['close', null, 'SIGKILL'],
    ]);
  });
});
