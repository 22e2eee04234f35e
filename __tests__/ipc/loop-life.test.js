'use strict';
// What keeps a program alive: its child, the channel, both or neither. Each is
// a whole program that ends by itself, and says at its end in which state the child was.

const { describeEach, onBoth } = require('../helpers/modules.js');
const { reportsOf } = require('../helpers/program.js');
const { forkNode, gone } = require('./nodes.js');

/**
 * Starts a Node with a channel, lets `prepare` do what is under test, and
 * reports the child's state at the end of this program.
 */
function live({ spawn }, report, code, prepare) {
  const child = spawn(process.execPath, ['-e', code], { stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
  process.on('exit', () => {
    report({ connected: child.connected, exited: child.exitCode !== null || child.signalCode !== null });
    child.kill('SIGKILL');
  });
  new Function('child', 'report', prepare)(child, report);
}

/** Lives until it is killed. */
const FOREVER = 'setInterval(() => {}, 1e6)';
/** Lives as long as its channel. */
const LISTENS = 'process.on("message", () => {})';
/** Disconnects, and lives on. */
const DISCONNECTS = 'process.disconnect(); setInterval(() => {}, 1e6)';
/** Closes its channel by exiting. */
const EXITS = 'process.send("bye", () => process.exit(3))';

describeEach('the program ends', (module) => {
  test.each([
    ['after the child, when nothing is done', EXITS, () => {}, { connected: false, exited: true }],
    [
      'at once, without child and channel',
      FOREVER,
      (child) => {
        child.unref();
        child.channel.unref();
      },
      { connected: true, exited: false },
    ],
    [
      'at once, whatever the order of the two',
      FOREVER,
      (child) => {
        child.channel.unref();
        child.unref();
      },
      { connected: true, exited: false },
    ],
    [
      'at the end of the channel, without the child',
      DISCONNECTS,
      (child) => child.unref(),
      { connected: false, exited: false },
    ],
    [
      'at the end of the child, without the channel',
      EXITS,
      (child) => child.channel.unref(),
      { connected: false, exited: true },
    ],
    [
      'at the end of the channel, when it is referenced again',
      DISCONNECTS,
      (child) => {
        child.unref();
        child.channel.unref();
        child.channel.ref();
      },
      { connected: false, exited: false },
    ],
    [
      'at the end of the child, when that is referenced again',
      EXITS,
      (child) => {
        child.unref();
        child.channel.unref();
        child.ref();
      },
      { connected: false, exited: true },
    ],
    [
      'at once after unref() twice, ref() and unref()',
      FOREVER,
      (child) => {
        child.unref();
        child.channel.unref();
        child.channel.unref();
        child.channel.ref();
        child.channel.unref();
      },
      { connected: true, exited: false },
    ],
    [
      'at once without the child, after disconnect()',
      FOREVER,
      (child) => {
        child.unref();
        child.disconnect();
      },
      { connected: false, exited: false },
    ],
    [
      'at once, listeners or not',
      FOREVER,
      (child) => {
        child.on('message', () => {});
        child.on('disconnect', () => {});
        child.unref();
        child.channel.unref();
        child.once('message', () => {});
      },
      { connected: true, exited: false },
    ],
    [
      'at the end of the channel, though the listener is gone',
      DISCONNECTS,
      (child) => {
        const listener = () => {};
        child.on('message', listener);
        child.removeListener('message', listener);
        child.unref();
      },
      { connected: false, exited: false },
    ],
    [
      'at once, though messages were sent',
      LISTENS,
      (child) => {
        child.unref();
        child.channel.unref();
        child.send('x');
        child.send('y', () => {});
      },
      { connected: true, exited: false },
    ],
    [
      'after disconnect() the child ends, and the program with it',
      LISTENS,
      (child) => child.disconnect(),
      { connected: false, exited: true },
    ],
  ])('%s', async (_name, code, prepare, expected) => {
    const body = `(${prepare})(child)`;
    expect(await reportsOf(module, live, { args: [code, body] })).toEqual([expected]);
  });

  test('after the callback of what was waiting to be written', async () => {
    // The child reads, and so the write ends; nothing else is waited for.
    const prepare = (child, report) => {
      child.unref();
      child.send('x'.repeat(3_000_000), (error) => {
        report(error);
        child.channel.unref();
      });
    };
    const args = [LISTENS, `(${prepare})(child, report)`];
    expect(await reportsOf(module, live, { args })).toEqual([null, { connected: true, exited: false }]);
  });

  test('after the write of what was waiting, without child and channel', async () => {
    const prepare = (child, report) => {
      child.unref();
      child.channel.unref();
      child.send('x'.repeat(3_000_000), report);
    };
    const args = [LISTENS, `(${prepare})(child, report)`];
    expect(await reportsOf(module, live, { args })).toEqual([null, { connected: true, exited: false }]);
  });

  test('without the child, when it has taken a handle', async () => {
    const prepare = (child, report) => {
      const server = require('node:net')
        .createServer()
        .listen(0, '127.0.0.1', () => child.send('x', server, report));
      child.once('message', (message) => {
        report(message);
        server.close();
        child.unref();
      });
    };
    const takes = 'process.on("message", (_, server) => server.close(() => process.send("taken")))';
    const args = [takes, `(${prepare})(child, report)`];
    expect(await reportsOf(module, live, { args })).toEqual([null, 'taken', { connected: true, exited: false }]);
  });

  test('when a start with a channel has failed', async () => {
    const body = ({ spawn }, report) => {
      const child = spawn('/none/such', { stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
      child.on('error', ({ code }) => report(code));
      child.on('close', () => report('close'));
      child.on('disconnect', () => report('disconnect'));
    };
    const reports = await reportsOf(module, body);
    expect(reports.sort()).toEqual(['ENOENT', 'close', 'disconnect']);
  });

  test('after all of many children', async () => {
    const body = ({ spawn }, report) => {
      let ended = 0;
      for (let index = 0; index < 5; index++) {
        const child = spawn('sh', ['-c', 'echo 1 >&3'], { stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
        child.channel.unref();
        child.channel.ref();
        child.on('exit', () => ended++);
      }
      process.on('exit', () => report(ended));
    };
    expect(await reportsOf(module, body)).toEqual([5]);
  });
});

describeEach('the child ends', (module) => {
  test.each([
    ['by itself, when it does not listen', () => {}, 0],
    [
      'at the end of the channel, when it listens',
      () => {
        process.on('message', () => {});
        process.on('disconnect', () => {
          process.exitCode = 4;
        });
      },
      4,
    ],
    [
      'by itself, when it listens and does not hold the channel',
      () => {
        process.on('message', () => {});
        process.channel.unref();
        process.exitCode = process.connected ? 8 : 9;
      },
      8,
    ],
  ])('%s', async (_name, body, code) => {
    const child = forkNode(module, body);
    if (code === 4) child.disconnect();
    expect(await gone(child)).toEqual({ code, signal: null });
  });
});

describeEach('channel', (module) => {
  test('has ref(), unref() and an fd, and no more once it is closed', async () => {
    const child = forkNode(module, () => process.on('message', () => {}));
    const { channel } = child;
    expect(channel.constructor.name).toBe('Control');
    expect([typeof channel.ref, typeof channel.unref]).toEqual(['function', 'function']);
    expect(channel.fd).toBeGreaterThan(2);
    expect([channel.ref(), channel.unref(), channel.ref()]).toEqual([undefined, undefined, undefined]);
    child.disconnect();
    expect(child.channel).toBe(null);
    await gone(child);
    expect(() => {
      channel.unref();
      channel.ref();
    }).not.toThrow();
  });
});

describe('a parent whose child is unref-ed', () => {
  /** Whether the channel alone keeps it alive after these calls. 'send' is one that has to wait for the socket. */
  const outlives = (module, calls) =>
    reportsOf(
      module,
      ({ fork }, report, file, calls) => {
        const child = fork(file, ['() => process.on("message", () => {})', '[]'], {
          execArgv: [],
          stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
        });
        const { channel } = child;
        channel.on('unref', () => report('unref'));
        child.unref();
        // What was decided holds from the next turn on; then the child is told to go.
        const end = () =>
          setTimeout(() => {
            report('alive');
            process.exit();
          }, 500).unref();
        process.on('exit', () => process.kill(child.pid, 'SIGKILL'));
        const next = () => {
          const call = calls.shift();
          if (call === undefined) return end();
          if (call === 'send') return child.send('x'.repeat(3_000_000), next);
          channel[call]();
          next();
        };
        child.once('spawn', next);
      },
      { args: [require.resolve('./fixtures/run.js'), calls] },
    );

  test.each([
    [['ref'], true],
    [['unref'], false],
    [['refCounted', 'unrefCounted'], false],
    [['refCounted', 'unrefCounted', 'refCounted'], true],
    [['refCounted', 'refCounted', 'unrefCounted'], true],
    [['ref', 'refCounted', 'unrefCounted'], true],
    [['unref', 'refCounted'], false],
    [['unrefCounted', 'refCounted', 'unrefCounted'], true],
    [['send'], false],
    [['ref', 'send'], true],
  ])('%j', async (calls, stays) => {
    const reports = await onBoth((module) => outlives(module, calls));
    expect(reports.includes('alive')).toBe(stays);
  });
});
