'use strict';
// What a child has from its parent: the promised fds, default signals, and no more.

const fs = require('node:fs');
const { describeEach, forkless, onBoth } = require('../helpers/modules.js');
const { output } = require('../helpers/children.js');
const { nodesOwnLeaks } = require('../helpers/proc.js');
const { reportsOf } = require('../helpers/program.js');

/** Prints which of the first 64 fds the shell has; what it looks by opens none. */
const LIST_FDS = 'fd=0; while [ $fd -lt 64 ]; do [ -e /proc/$$/fd/$fd ] && echo $fd; fd=$((fd + 1)); done; exit 0';

/** @param {number[]} fds */
const inOrder = (fds) => [...new Set(fds)].sort((a, b) => a - b);

/** A parent that was started with an fd that is not close-on-exec. */
const leaking = { through: ['bash', '-c', 'exec 25</dev/null 31</dev/zero; exec "$@"', 'bash'] };

describeEach('fds', (module) => {
  const fdsOfChild = (stdio) =>
    reportsOf(
      module,
      ({ spawn }, report, stdio, list, procPath) => {
        const { existsSync } = require('node:fs');
        report([25, 31].every((fd) => existsSync(`/proc/self/fd/${fd}`)));
        report(require(procPath).nodesOwnLeaks());
        // Not a node, which opens fds of its own.
        const child = spawn('sh', ['-c', list], { stdio });
        let text = '';
        child.stdout.setEncoding('utf8').on('data', (chunk) => {
          text += chunk;
        });
        child.on('close', () => report(text.trim().split('\n').map(Number)));
        for (const stream of child.stdio.slice(3)) stream?.resume();
      },
      { ...leaking, args: [stdio, LIST_FDS, require.resolve('../helpers/proc.js')] },
    );

  test.each([
    ['pipes', ['pipe', 'pipe', 'pipe'], [0, 1, 2]],
    ['some ignored', ['ignore', 'pipe', 'ignore'], [0, 1, 2]],
    ['more pipes', ['pipe', 'pipe', 'pipe', 'pipe', 'pipe'], [0, 1, 2, 3, 4]],
    ['a gap', ['pipe', 'pipe', 'pipe', 'ignore', null, 'pipe'], [0, 1, 2, 5]],
    ['a leaked one, promised at another place', ['pipe', 'pipe', 'pipe', 25], [0, 1, 2, 3]],
  ])('those promised, and what its own parent has leaked: %s', async (_name, stdio, expected) => {
    const [leaks, nodes, fds] = await fdsOfChild(stdio);
    expect(leaks).toBe(true);
    expect(fds).toEqual(inOrder([...expected, 25, 31, ...nodes]));
  });

  test('a leaked one by inherit, at its own place', async () => {
    const stdio = ['pipe', 'pipe', 'pipe', ...Array(22).fill('ignore'), 'inherit'];
    const [, nodes, fds] = await fdsOfChild(stdio);
    expect(fds).toEqual(inOrder([0, 1, 2, 25, 31, ...nodes]));
  });
});

test('what this process opens, sockets of other children too, is close-on-exec', async () => {
  const nodes = nodesOwnLeaks();
  const seen = await onBoth(async ({ spawn }) => {
    const file = fs.openSync('/dev/null', 'r');
    const other = spawn('cat');
    const child = spawn('sh', ['-c', LIST_FDS]);
    const { stdout } = await output(child);
    other.stdin.end();
    await output(other);
    fs.closeSync(file);
    return stdout;
  });
  expect(seen.trim().split('\n').map(Number)).toEqual(inOrder([0, 1, 2, ...nodes]));
});

test('a pipe ends when its only writer ends, with other children alive', async () => {
  await onBoth(async ({ spawn }) => {
    const others = Array.from({ length: 5 }, () => spawn('cat'));
    const { stdout } = await output(spawn('echo', ['x']));
    expect(stdout).toBe('x\n');
    for (const other of others) other.stdin.end();
    expect((await Promise.all(others.map(output))).map(({ code }) => code)).toEqual([0, 0, 0, 0, 0]);
  });
});

describe('signals', () => {
  /** The masks of `cat`, a child of a node that was started through `through` and listens to `signals`. */
  const masks = async (module, through, signals = []) => {
    const [text] = await reportsOf(
      module,
      ({ spawn }, report, signals) => {
        for (const signal of signals) process.on(signal, () => {});
        const child = spawn('cat', ['/proc/self/status']);
        let text = '';
        child.stdout.setEncoding('utf8').on('data', (chunk) => {
          text += chunk;
        });
        child.on('close', () => {
          report(text);
          for (const signal of signals) process.removeAllListeners(signal);
        });
      },
      { through, args: [signals] },
    );
    const mask = (name) => text.match(new RegExp(`^${name}:\\s*(\\w+)$`, 'm'))[1];
    return { blocked: mask('SigBlk'), pending: mask('SigPnd'), ignored: mask('SigIgn'), caught: mask('SigCgt') };
  };
  const byShell = (commands) => ['sh', '-c', `${commands}; exec "$@"`, 'sh'];
  const none = '0'.repeat(16);
  const clean = { blocked: none, pending: none, ignored: none, caught: none };

  test.each([
    ['as usual', []],
    ['that ignores some', byShell('trap "" HUP INT TERM')],
    ['that ignores what node itself ignores', byShell('trap "" PIPE')],
    ['that ignores the signals of children', byShell('trap "" CHLD')],
    ['that blocks some', ['env', '--block-signal=USR1,HUP,WINCH']],
  ])('a parent %s: the child ignores, catches and blocks none', async (_name, through) => {
    expect(await onBoth((module) => masks(module, through))).toEqual(clean);
  });

  test('a parent that listens to some', async () => {
    const signals = ['SIGINT', 'SIGTERM', 'SIGUSR2', 'SIGHUP', 'SIGCHLD'];
    expect(await onBoth((module) => masks(module, [], signals))).toEqual(clean);
  });

  test('a parent that ignores real-time signals, which the built-in hands on', async () => {
    expect(await masks(forkless, byShell('trap "" 40 64'))).toEqual(clean);
  });

  test('a child that is interrupted as usual, of a parent that ignores that', async () => {
    const reports = await onBoth((module) =>
      reportsOf(
        module,
        ({ spawn }, report) => {
          const child = spawn('sleep', ['1000'], { stdio: 'ignore' });
          child.on('close', (_code, signal) => report(signal));
          child.kill('SIGINT');
        },
        { through: ['sh', '-c', 'trap "" INT; exec "$@"', 'sh'] },
      ),
    );
    expect(reports).toEqual(['SIGINT']);
  });
});

test('umask, priority, limits and the root folder are those of the parent', async () => {
  const seen = await onBoth(async (module) => {
    const reports = await reportsOf(
      module,
      ({ spawn }, report) => {
        const child = spawn('sh', ['-c', 'umask; nice; ulimit -n; readlink /proc/self/root']);
        child.stdout.setEncoding('utf8').on('data', report);
      },
      { through: ['sh', '-c', 'umask 027; ulimit -n 500; exec nice -n 3 "$@"', 'sh'] },
    );
    return reports.join('').trim().split('\n');
  });
  expect(seen).toEqual(['0027', '3', '500', '/']);
});

test('what the main thread was given while the program runs: priority, cores, class of I/O', async () => {
  const seen = await onBoth(async (module) => {
    const reports = await reportsOf(module, async ({ spawn }, report) => {
      const { once } = require('node:events');
      const { readFileSync } = require('node:fs');
      const { setPriority } = require('node:os');
      const ask = async () => {
        const child = spawn('sh', ['-c', 'nice; taskset -pc $$; ionice -p $$']);
        child.stdout.setEncoding('utf8').on('data', (text) => report(text.replace(/pid \d+'s/, '')));
        await once(child, 'close');
      };
      const change = async (program, ...args) => {
        const [code] = await once(spawn(program, [...args, String(process.pid)], { stdio: 'ignore' }), 'exit');
        if (code !== 0) throw new Error(`${program} ended with ${code}`);
      };
      await ask();
      setPriority(7);
      await ask();
      const [, core] = readFileSync('/proc/self/status', 'utf8').match(/Cpus_allowed_list:\s*(\d+)/);
      await change('taskset', '-pc', core);
      await ask();
      await change('ionice', '-c', '3', '-p');
      await ask();
    });
    return reports.join('').trim().split('\n');
  });
  expect(seen).toHaveLength(12);
  expect(seen.filter((_line, index) => index % 3 === 0)).toEqual(['0', '7', '7', '7']);
  expect(seen.at(-2)).toMatch(/affinity list: \d+$/);
  expect(seen.at(-1)).toBe('idle');
});
