'use strict';
// kill() and Symbol.dispose.

const { closed, next, output } = require('../helpers/children.js');
const { describeError, thrownBy } = require('../helpers/errors.js');
const { describeEach, onBoth } = require('../helpers/modules.js');
const { statOf } = require('../helpers/proc.js');
const { reportsOf } = require('../helpers/program.js');
const { until } = require('../helpers/until.js');

const DISPOSE = Symbol.dispose ?? Symbol.for('nodejs.dispose');

/** A child that says which signals it gets, and goes on. */
const listener = (spawn, ...signals) =>
  spawn('sh', [
    '-c',
    `for s in ${signals.join(' ')}; do trap "echo $s" $s; done; echo ready; while :; do read line; done`,
  ]);

describeEach('kill', ({ spawn }) => {
  const sleeper = () => spawn('sleep', ['1000'], { stdio: 'ignore' });

  test.each([
    [[], 'SIGTERM'],
    [[undefined], 'SIGTERM'],
    [['SIGKILL'], 'SIGKILL'],
    [['sigint'], 'SIGINT'],
    [['SigHup'], 'SIGHUP'],
    [[9], 'SIGKILL'],
    [[15], 'SIGTERM'],
    [['SIGUSR1'], 'SIGUSR1'],
  ])('kill(...%j) ends it by %s', async (args, expected) => {
    const child = sleeper();
    const end = closed(child);
    expect(child.kill(...args)).toBe(true);
    expect(child.killed).toBe(true);
    expect([child.exitCode, child.signalCode]).toEqual([null, null]);
    expect(await end).toEqual({ code: null, signal: expected });
    expect([child.exitCode, child.signalCode, child.killed]).toEqual([null, expected, true]);
  });

  test('0 asks whether it is there', async () => {
    const child = sleeper();
    const end = closed(child);
    expect(child.kill(0)).toBe(true);
    child.kill();
    await end;
    expect(child.kill(0)).toBe(false);
  });

  test('a signal that the child takes', async () => {
    const child = listener(spawn, 'USR1', 'TERM');
    const end = closed(child);
    const lines = [];
    child.stdout.setEncoding('utf8').on('data', (chunk) => lines.push(...chunk.trim().split('\n')));
    await until(() => lines.includes('ready'));
    // The shell runs its traps when read has been interrupted or ends.
    for (const [signal, said] of [
      ['SIGUSR1', 'USR1'],
      ['SIGTERM', 'TERM'],
    ]) {
      expect(child.kill(signal)).toBe(true);
      child.stdin.write('\n');
      await until(() => lines.includes(said));
    }
    expect(lines).toEqual(['ready', 'USR1', 'TERM']);
    expect(child.killed).toBe(true);
    expect(child.exitCode).toBe(null);
    child.kill('SIGKILL');
    expect(await end).toEqual({ code: null, signal: 'SIGKILL' });
  });

  test('after the end it is false, and killed stays what it was', async () => {
    const child = spawn('true');
    await output(child);
    expect(child.kill()).toBe(false);
    expect(child.kill('SIGKILL')).toBe(false);
    expect(child.killed).toBe(false);
  });

  test('twice', async () => {
    const child = sleeper();
    const end = closed(child);
    expect([child.kill(), child.kill()]).toEqual([true, true]);
    expect(await end).toEqual({ code: null, signal: 'SIGTERM' });
  });

  test('within a listener of spawn, and before it', async () => {
    const first = sleeper();
    first.on('spawn', () => first.kill('SIGINT'));
    const second = sleeper();
    second.kill('SIGKILL');
    expect(await Promise.all([closed(first), closed(second)])).toEqual([
      { code: null, signal: 'SIGINT' },
      { code: null, signal: 'SIGKILL' },
    ]);
  });

  test('within a listener of exit it is false', async () => {
    const child = spawn('true');
    let killed;
    child.on('exit', () => {
      killed = child.kill();
    });
    await output(child);
    expect(killed).toBe(false);
  });

  test('a stopped child: SIGSTOP, SIGCONT, and SIGKILL reaches it all the same', async () => {
    const child = spawn('cat');
    const end = closed(child);
    expect(child.kill('SIGSTOP')).toBe(true);
    expect(await until(() => statOf(child.pid).state === 'T')).toBe(true);
    expect([child.exitCode, child.signalCode]).toEqual([null, null]);
    child.kill('SIGCONT');
    expect(await until(() => statOf(child.pid).state === 'S')).toBe(true);
    child.kill('SIGSTOP');
    await until(() => statOf(child.pid).state === 'T');
    child.kill('SIGKILL');
    expect(await end).toEqual({ code: null, signal: 'SIGKILL' });
  });

  test('stopping and going on are not told of', async () => {
    const child = spawn('cat');
    const events = [];
    for (const event of ['exit', 'close', 'error']) child.on(event, () => events.push(event));
    child.kill('SIGSTOP');
    await until(() => statOf(child.pid).state === 'T');
    child.kill('SIGCONT');
    await until(() => statOf(child.pid).state === 'S');
    expect(events).toEqual([]);
    child.stdin.end();
    expect(await closed(child)).toEqual({ code: 0, signal: null });
  });

  test('a child killed by somebody else', async () => {
    const child = sleeper();
    const end = closed(child);
    process.kill(child.pid, 'SIGKILL');
    expect(await end).toEqual({ code: null, signal: 'SIGKILL' });
    expect(child.killed).toBe(false);
  });
});

describe('unknown signals', () => {
  test.each([null, false, 'SIGNOPE', 'KILL', '', 'SIGKILL ', 99, -1, 1.5, Number.NaN, true, {}, [], '9'])(
    '%p',
    async (signal) => {
      const seen = await onBoth(async ({ spawn }) => {
        const child = spawn('cat');
        const end = closed(child);
        let returned;
        const thrown = thrownBy(() => {
          returned = child.kill(signal);
        });
        const { killed } = child;
        child.stdin.end();
        return { thrown, returned, killed, end: await end };
      });
      // Some values are none at all, and mean the default.
      if (seen.thrown) expect(seen).toMatchObject({ killed: false, end: { code: 0, signal: null } });
      else expect(seen).toMatchObject({ returned: true, killed: true, end: { code: null, signal: 'SIGTERM' } });
    },
  );

  test('are thrown after the end too', async () => {
    const thrown = await onBoth(async ({ spawn }) => {
      const child = spawn('true');
      await output(child);
      return thrownBy(() => child.kill('SIGNOPE'));
    });
    expect(thrown.properties.code).toBe('ERR_UNKNOWN_SIGNAL');
  });

  test('a new ChildProcess cannot be killed', async () => {
    const seen = await onBoth(({ ChildProcess }) => {
      const child = new ChildProcess();
      const errors = [];
      child.on('error', (error) => errors.push(describeError(error)));
      // Without a pid the built-in of some Nodes would signal everybody: only ask.
      return [child.killed, thrownBy(() => child.kill('SIGNOPE')).properties.code, errors];
    });
    expect(seen).toEqual([false, 'ERR_UNKNOWN_SIGNAL', []]);
  });
});

test('EPERM is emitted, and kill is false', async () => {
  if (process.getuid() !== 0) return;
  const reports = await onBoth((module) =>
    reportsOf(module, ({ spawn }, report) => {
      // The child stays root's, the parent does not.
      const child = spawn('cat');
      process.setuid(65534);
      child.on('error', (error) => report({ message: error.message, ...error }));
      report([child.kill(), child.killed]);
      child.on('close', (...end) => report(end));
      child.stdin.end();
    }),
  );
  expect(reports).toEqual([
    { message: 'kill EPERM', errno: -1, code: 'EPERM', syscall: 'kill' },
    [false, false],
    [0, null],
  ]);
});

test('forkless never signals anybody else when the start failed', async () => {
  // On some Nodes the built-in would, so this is not for both.
  const { forkless } = require('../helpers/modules.js');
  const child = forkless.spawn('/nowhere/x');
  const end = closed(child);
  expect(child.kill()).toBe(false);
  expect(child.killed).toBe(false);
  expect((await end).error.code).toBe('ENOENT');
});

describeEach('Symbol.dispose', ({ spawn }) => {
  test('kills what runs', async () => {
    const child = spawn('sleep', ['1000']);
    const end = closed(child);
    child[DISPOSE]();
    expect(child.killed).toBe(true);
    expect(await end).toEqual({ code: null, signal: 'SIGTERM' });
  });

  test('leaves alone what was killed', async () => {
    const child = listener(spawn, 'USR1');
    const end = closed(child);
    await next(child.stdout, 'data');
    child.kill('SIGUSR1');
    child[DISPOSE]();
    child.stdin.write('\n');
    await next(child.stdout, 'data');
    expect([child.exitCode, child.signalCode]).toEqual([null, null]);
    child.kill('SIGKILL');
    await end;
  });

  test('does nothing after the end', async () => {
    const child = spawn('true');
    await output(child);
    child[DISPOSE]();
    expect(child.killed).toBe(false);
  });
});
