'use strict';
// The end of the parent while children live, and listeners that throw.

const { describeEach, onBoth } = require('../helpers/modules.js');
const { isAlive, kill } = require('../helpers/proc.js');
const { reportsOf, runProgram } = require('../helpers/program.js');
const { until } = require('../helpers/until.js');

describeEach('the parent ends while children live', (module) => {
  /** Ends the children that a program has left behind, and tells which lived. */
  const survivors = async (pids) => {
    const living = pids.filter(isAlive);
    for (const pid of living) kill(pid);
    await until(() => !pids.some(isAlive));
    return living;
  };

  test('process.exit', async () => {
    const { code, stderr, reports } = await runProgram(module, ({ spawn }, report) => {
      const children = [spawn('sleep', ['1000'], { stdio: 'ignore' }), spawn('cat'), spawn('sleep', ['1000'])];
      for (const child of children) child.on('exit', () => report('exit'));
      report(children.map(({ pid }) => pid));
      setImmediate(() => process.exit(7));
    });
    expect([code, stderr]).toEqual([7, '']);
    expect(reports).toHaveLength(1);
    const [first, , last] = reports[0];
    expect(await survivors(reports[0])).toEqual(expect.arrayContaining([first, last]));
  });

  test('process.exit in the tick of the start', async () => {
    const { code, stderr, reports } = await runProgram(module, ({ spawn }, report) => {
      report(spawn('sleep', ['1000'], { stdio: 'ignore' }).pid);
      process.exit(3);
    });
    expect([code, stderr]).toEqual([3, '']);
    expect(await survivors(reports)).toEqual(reports);
  });

  test('process.exit within a listener of exit', async () => {
    const { code, stderr } = await runProgram(module, ({ spawn }) => {
      spawn('sleep', ['0.1']);
      spawn('true').on('exit', () => process.exit(5));
    });
    expect([code, stderr]).toEqual([5, '']);
  });

  test('an exception that nobody catches', async () => {
    const { code, stderr, reports } = await runProgram(module, ({ spawn }, report) => {
      report(spawn('sleep', ['1000'], { stdio: 'ignore' }).pid);
      setImmediate(() => {
        throw new Error('on purpose');
      });
    });
    expect(code).toBe(1);
    expect(stderr).toContain('Error: on purpose');
    expect(await survivors(reports)).toEqual(reports);
  });

  test('many children that end while the parent does', async () => {
    const { code, stderr } = await runProgram(module, ({ spawn }) => {
      for (let index = 0; index < 50; index++) spawn('true');
      setImmediate(() => process.exit(0));
    });
    expect([code, stderr]).toEqual([0, '']);
  });

  test('SIGKILL', async () => {
    const { signal, reports } = await runProgram(module, ({ spawn }, report) => {
      report(spawn('sleep', ['1000'], { stdio: 'ignore' }).pid);
      process.kill(process.pid, 'SIGKILL');
    });
    expect(signal).toBe('SIGKILL');
    expect(await survivors(reports)).toEqual(reports);
  });

  test("a start within process.on('exit')", async () => {
    const { code, stderr, reports } = await runProgram(module, ({ spawn }, report) => {
      process.on('exit', () => report(typeof spawn('true', { stdio: 'ignore' }).pid));
    });
    expect([code, stderr, reports]).toEqual([0, '', ['number']]);
  });

  test('process.abort and the addon do not mind each other', async () => {
    const { signal } = await runProgram(
      module,
      ({ spawn }) => {
        spawn('true');
        process.abort();
      },
      { through: ['sh', '-c', 'ulimit -c 0; exec "$@"', 'sh'] },
    );
    expect(signal).toBe('SIGABRT');
  });
});

describe('listeners that throw', () => {
  test.each(['spawn', 'exit', 'close'])('of %s: it is uncaught, and the next child works', async (event) => {
    const reports = await onBoth((module) =>
      reportsOf(
        module,
        ({ spawn }, report, event) => {
          process.on('uncaughtException', (error, origin) => {
            report([error.message, origin]);
            const child = spawn('sh', ['-c', 'echo next; exit 2']);
            child.stdout.setEncoding('utf8').on('data', report);
            child.on('close', (code) => report(code));
          });
          const child = spawn('true', { stdio: 'ignore' });
          child.on(event, () => {
            throw new Error('thrown in a listener');
          });
        },
        { args: [event] },
      ),
    );
    expect(reports).toEqual([['thrown in a listener', 'uncaughtException'], 'next\n', 2]);
  });

  test('of error', async () => {
    const reports = await onBoth((module) =>
      reportsOf(module, ({ spawn }, report) => {
        process.on('uncaughtException', (error) => {
          report(error.message);
          spawn('true').on('close', (code) => report(code));
        });
        spawn('/nowhere/x').on('error', () => {
          throw new Error('thrown in a listener');
        });
      }),
    );
    expect(reports).toEqual(['thrown in a listener', 0]);
  });

  test('without a handler the program ends by it', async () => {
    const ends = await onBoth(async (module) => {
      const { code, stderr } = await runProgram(module, ({ spawn }) => {
        spawn('true').on('exit', () => {
          throw new Error('thrown in a listener');
        });
      });
      return [code, stderr.includes('Error: thrown in a listener')];
    });
    expect(ends).toEqual([1, true]);
  });

  test('others that end at the same time are still told', async () => {
    const reports = await onBoth((module) =>
      reportsOf(module, ({ spawn }, report) => {
        let uncaught = 0;
        let exits = 0;
        process.on('uncaughtException', () => uncaught++);
        for (let index = 0; index < 20; index++) {
          spawn('true', { stdio: 'ignore' }).on('exit', () => {
            exits++;
            if (index % 2 === 0) throw new Error('every second');
          });
        }
        process.on('exit', () => report([exits, uncaught]));
      }),
    );
    expect(reports).toEqual([[20, 10]]);
  });

  test('a rejection within a listener is unhandled', async () => {
    const reports = await onBoth((module) =>
      reportsOf(module, ({ spawn }, report) => {
        process.on('unhandledRejection', (error) => report(error.message));
        spawn('true').on('exit', async () => {
          throw new Error('rejected in a listener');
        });
      }),
    );
    expect(reports).toEqual(['rejected in a listener']);
  });

  test('promises and ticks of a listener of exit run before the next event', async () => {
    const reports = await onBoth((module) =>
      reportsOf(module, ({ spawn }, report) => {
        const child = spawn('true', { stdio: 'ignore' });
        child.on('exit', () => {
          process.nextTick(() => report('tick'));
          Promise.resolve().then(() => report('promise'));
          setImmediate(() => report('immediate'));
          report('exit');
        });
        child.on('close', () => report('close'));
      }),
    );
    expect(reports).toEqual(['exit', 'close', 'tick', 'promise', 'immediate']);
  });
});
