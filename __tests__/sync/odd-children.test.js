'use strict';
// The blocking functions: children that do not just write and exit.

const { describeEach } = require('../helpers/modules.js');
const { onceReady } = require('../helpers/once-ready.js');
const { isAlive } = require('../helpers/proc.js');
const { reportsOf } = require('../helpers/program.js');

/** What comes of a script. */
const runScript = ({ spawnSync }, script, options) => {
  const { error, status, signal, stdout } = spawnSync('sh', ['-c', script], { encoding: 'utf8', ...options });
  return { error: error?.code ?? null, status, signal, stdout };
};

/** Takes longer than a timeout. @param {number} timeout */
const sleepBeyond = (timeout) => `sleep ${timeout / 1000 + 1}`;
const LOOP = 'while :; do sleep 0.02; done';

/**
 * What takes its time: each in a program of its own. A function gets a timeout, and again a longer one where the child
 * had not written before it.
 */
const SLOW = {
  'closes its pipes and lives on': {
    script: 'echo x; exec 0<&- 1>&- 2>&-; sleep 0.5; exit 7',
    expected: { error: null, status: 7, signal: null, stdout: 'x\n' },
  },
  'closes its pipes and lives on until the timeout': {
    script: 'echo x; exec 0<&- 1>&- 2>&-; exec sleep 60',
    options: (timeout) => ({ timeout }),
    expected: { error: 'ETIMEDOUT', status: null, signal: 'SIGTERM', stdout: 'x\n' },
  },
  'has exited, with a grandchild that writes later': {
    script: '(sleep 0.5; echo late) & echo early; exit 3',
    expected: { error: null, status: 3, signal: null, stdout: 'early\nlate\n' },
  },
  // Were it kept as a zombie, the two would wait for each other.
  'has exited, with a grandchild that waits for that': {
    script: '(while kill -0 $$ 2>&-; do sleep 0.02; done; echo parent gone) & exit 3',
    options: { timeout: 10_000 },
    expected: { error: null, status: 3, signal: null, stdout: 'parent gone\n' },
  },
  'ignores the signal of the timeout': {
    script: (timeout) => `trap "" TERM; echo x; ${sleepBeyond(timeout)}; exit 6`,
    options: (timeout) => ({ timeout }),
    expected: { error: 'ETIMEDOUT', status: 6, signal: null, stdout: 'x\n' },
  },
  'ignores the signal of the timeout and writes to the pipes of before': {
    script: (timeout) => `trap "" TERM; echo x; ${sleepBeyond(timeout)}; echo lost; exit 6`,
    options: (timeout) => ({ timeout }),
    expected: { error: 'ETIMEDOUT', status: null, signal: 'SIGPIPE', stdout: 'x\n' },
  },
  'ignores the signal of too much output': {
    script: 'trap "" TERM; printf long; sleep 0.5; exit 6',
    options: { maxBuffer: 1 },
    expected: { error: 'ENOBUFS', status: 6, signal: null, stdout: 'long' },
  },
  'ends with a status at the signal of the timeout': {
    script: `trap "exit 5" TERM; echo x; ${LOOP}`,
    options: (timeout) => ({ timeout }),
    expected: { error: 'ETIMEDOUT', status: 5, signal: null, stdout: 'x\n' },
  },
  'ends well at the signal of the timeout': {
    script: `trap "exit 0" TERM; echo x; ${LOOP}`,
    options: (timeout) => ({ timeout }),
    expected: { error: 'ETIMEDOUT', status: 0, signal: null, stdout: 'x\n' },
  },
  'is stopped, and ended by SIGKILL': {
    script: 'echo x; kill -STOP $$; exit 1',
    options: (timeout) => ({ timeout, killSignal: 'SIGKILL' }),
    expected: { error: 'ETIMEDOUT', status: null, signal: 'SIGKILL', stdout: 'x\n' },
  },
  'is stopped and goes on': {
    script: '(while kill -CONT $$; do sleep 0.1; done) <&- >&- 2>&- & kill -STOP $$; echo on; exit 4',
    expected: { error: null, status: 4, signal: null, stdout: 'on\n' },
  },
  'stops us and lets us go on': {
    script: 'kill -STOP $PPID; sleep 0.3; kill -CONT $PPID; echo done',
    expected: { error: null, status: 0, signal: null, stdout: 'done\n' },
  },
};

const given = (value, timeout) => (typeof value === 'function' ? value(timeout) : value);

describeEach('a child that', (module) => {
  const outcomes = {};
  beforeAll(async () => {
    const body = `({ spawnSync }, report, script, options) => report((${runScript})({ spawnSync }, script, options))`;
    const run = async ({ script, options = {} }, timeout) => {
      const [outcome] = await reportsOf(module, body, { args: [given(script, timeout), given(options, timeout)] });
      return outcome;
    };
    const cases = Object.entries(SLOW);
    const work = async () => {
      for (let next = cases.shift(); next; next = cases.shift()) {
        const [title, slow] = next;
        const isReady = ({ stdout }) => typeof slow.options !== 'function' || stdout !== '';
        outcomes[title] = await onceReady((timeout) => run(slow, timeout), isReady);
      }
    };
    // All at once they would take each other's time.
    await Promise.all([work(), work()]);
  });

  test.each(Object.keys(SLOW))('%s', (title) => {
    expect(outcomes[title]).toEqual(SLOW[title].expected);
  });
});

describeEach('a child', (module) => {
  const run = (script, options) => runScript(module, script, options);

  test('that has exited, with a grandchild holding the pipes: until the timeout', async () => {
    const { stdout, ...others } = await onceReady(
      (timeout) => run('sleep 60 & echo $!; exit 3', { timeout }),
      ({ signal, stdout }) => signal === null && stdout !== '',
    );
    expect(stdout).toMatch(/^\d+\n$/);
    const grandchild = Number(stdout);
    // It is not ours to end.
    expect(isAlive(grandchild)).toBe(true);
    process.kill(grandchild, 'SIGKILL');
    expect(others).toEqual({ error: 'ETIMEDOUT', status: 3, signal: null });
  });

  test('that has left a grandchild without pipes: that one is not waited for', () => {
    const { stdout, ...others } = run('sleep 60 >&- 2>&- & echo $!; exit 3');
    expect(isAlive(Number(stdout))).toBe(true);
    process.kill(Number(stdout), 'SIGKILL');
    expect(others).toEqual({ error: null, status: 3, signal: null });
  });

  test('that has exited, with a grandchild that writes too much', () => {
    // A process whose parent has ended gets another.
    const orphaned = `while [ "$(cut -d" " -f4 /proc/$$/stat)" = '$$' ]; do sleep 0.02; done`;
    const { stdout, ...others } = run(`sh -c '${orphaned}; exec yes 2>&-' & exit 3`, { maxBuffer: 100_000 });
    expect(others).toEqual({ error: 'ENOBUFS', status: 3, signal: null });
    expect(stdout.startsWith('y\n'.repeat(50_000))).toBe(true);
  });

  test.each([
    ['HUP', 'SIGHUP'],
    ['INT', 'SIGINT'],
    ['QUIT', 'SIGQUIT'],
    ['ILL', 'SIGILL'],
    ['TRAP', 'SIGTRAP'],
    ['ABRT', 'SIGABRT'],
    ['BUS', 'SIGBUS'],
    ['FPE', 'SIGFPE'],
    ['KILL', 'SIGKILL'],
    ['USR1', 'SIGUSR1'],
    ['SEGV', 'SIGSEGV'],
    ['PIPE', 'SIGPIPE'],
    ['ALRM', 'SIGALRM'],
    ['TERM', 'SIGTERM'],
    ['16', 'SIGSTKFLT'],
    ['XCPU', 'SIGXCPU'],
    ['PROF', 'SIGPROF'],
    ['IO', 'SIGIO'],
    ['PWR', 'SIGPWR'],
    ['SYS', 'SIGSYS'],
  ])('that signals itself: %s', (name, signal) => {
    // A core file would be written where the tests run.
    const expected = { error: null, status: null, signal, stdout: 'x\n' };
    expect(run(`ulimit -c 0; echo x; kill -${name} $$`)).toEqual(expected);
  });

  test.each([34, 64])('that signals itself: %i, which has no name here', (number) => {
    expect(run(`kill -${number} $$`)).toEqual({ error: null, status: null, signal: '', stdout: '' });
    expect(() => module.execSync(`kill -${number} $$`)).toThrow(`Command failed: kill -${number} $$`);
  });

  test('that is sent a signal by another', () => {
    const seen = run("sh -c 'kill -KILL $PPID' & wait; exit 1");
    expect(seen).toEqual({ error: null, status: null, signal: 'SIGKILL', stdout: '' });
  });
});
