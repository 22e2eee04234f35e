'use strict';
// The asynchronous context of the spawning call, in all that comes of it.

const { AsyncLocalStorage } = require('node:async_hooks');
const { closed } = require('../helpers/children.js');
const { describeEach, onBoth } = require('../helpers/modules.js');
const { reportsOf } = require('../helpers/program.js');

describeEach('AsyncLocalStorage', ({ spawn }) => {
  const storage = new AsyncLocalStorage();

  test('every listener runs in the context of the call, and each child has its own', async () => {
    const seen = {};
    const start = (name) =>
      storage.run(name, () => {
        const child = spawn('sh', ['-c', 'cat; echo err >&2']);
        const note = (event) => () => {
          seen[name] ??= {};
          seen[name][event] = storage.getStore();
        };
        for (const event of ['spawn', 'exit', 'close']) child.on(event, note(event));
        child.stdout.on('data', note('stdout data')).on('end', note('stdout end')).on('close', note('stdout close'));
        child.stderr.on('data', note('stderr data')).on('end', note('stderr end'));
        return child;
      });
    const names = ['one', 'two', 'three'];
    const children = names.map(start);
    const ends = children.map(closed);
    // Written from outside: what the child answers is still the matter of its call.
    for (const child of children) child.stdin.end('answer\n');
    await Promise.all(ends);
    const events = ['close', 'exit', 'spawn', 'stderr data', 'stderr end', 'stdout close', 'stdout data', 'stdout end'];
    for (const name of names) {
      expect(Object.keys(seen[name]).sort()).toEqual(events);
      expect(new Set(Object.values(seen[name]))).toEqual(new Set([name]));
    }
  });

  test('outside of any context there is none', async () => {
    const seen = [];
    const child = spawn('echo', ['x']);
    child.on('exit', () => seen.push(storage.getStore()));
    child.stdout.on('data', () => seen.push(storage.getStore()));
    await storage.run('elsewhere', () => closed(child));
    expect(seen).toEqual([undefined, undefined]);
  });

  test('the error of a start that failed, and its close', async () => {
    const seen = [];
    await storage.run('failed', () => {
      const child = spawn('/nowhere/x');
      child.on('error', () => seen.push(storage.getStore()));
      const end = closed(child);
      child.on('close', () => seen.push(storage.getStore()));
      return end;
    });
    expect(seen).toEqual(['failed', 'failed']);
  });

  test('what listeners start inherits it', async () => {
    const seen = await new Promise((resolve) => {
      storage.run('outer', () => {
        spawn('true').on('exit', () => {
          spawn('true').on('exit', () => setImmediate(() => resolve(storage.getStore())));
        });
      });
    });
    expect(seen).toBe('outer');
  });

  test('an abort, in the context of the call', async () => {
    const seen = await onBoth(async ({ spawn }) => {
      const controller = new AbortController();
      const stores = [];
      const child = storage.run('call', () => spawn('sleep', ['1000'], { signal: controller.signal }));
      child.on('error', () => stores.push(storage.getStore() ?? 'none'));
      child.on('exit', () => stores.push(storage.getStore()));
      const end = closed(child);
      storage.run('abort', () => controller.abort());
      await end;
      return stores;
    });
    expect(seen.at(-1)).toBe('call');
  });
});

test('an error that a listener throws is uncaught in the context of the call', async () => {
  await onBoth((module) =>
    reportsOf(module, ({ execFile, spawn }, report) => {
      const { AsyncLocalStorage } = require('node:async_hooks');
      const storage = new AsyncLocalStorage();
      const steps = [
        () => spawn('true', { stdio: 'ignore' }),
        () => spawn('echo', { stdio: ['ignore', 'pipe', 'ignore'] }).on('close', fail),
        () => execFile('echo', fail),
      ];
      const fail = () => {
        throw new Error('of the listener');
      };
      const next = () => {
        const step = steps.shift();
        if (step) storage.run(steps.length, () => step().on('exit', fail));
      };
      process.on('uncaughtException', ({ message }) => {
        report([message, storage.getStore()]);
        setImmediate(() => storage.exit(next));
      });
      next();
    }),
  );
});

describe('async_hooks', () => {
  test('sees the resources of a start', async () => {
    const [types] = await onBoth((module) =>
      reportsOf(module, ({ spawn }, report) => {
        const types = [];
        const hook = require('node:async_hooks').createHook({
          init(_id, type) {
            types.push(type);
          },
        });
        hook.enable();
        const child = spawn('true', { stdio: ['pipe', 'pipe', 'pipe', 'pipe', 'ignore'] });
        hook.disable();
        child.on('close', () => report(types.filter((type) => type === 'PROCESSWRAP' || type === 'PIPEWRAP').sort()));
        for (const stream of child.stdio) stream?.resume?.();
      }),
    );
    expect(types).toEqual(['PIPEWRAP', 'PIPEWRAP', 'PIPEWRAP', 'PIPEWRAP', 'PROCESSWRAP']);
  });

  test.each([
    ['that somebody reads', true],
    ['that nobody asks for', false],
  ])('sees of the streams %s what it sees of the built-in', async (_title, reads) => {
    const [seen] = await onBoth((module) =>
      reportsOf(
        module,
        ({ spawn }, report, reads) => {
          // The built-in looks at these at the end of a stream, and they are pipes here.
          if (!process.stdout || !process.stderr) return;
          const wraps = new Map();
          const count = (step) => (id) => {
            if (wraps.has(id)) wraps.get(id)[step]++;
          };
          require('node:async_hooks')
            .createHook({
              init(id, type, trigger) {
                if (type === 'PIPEWRAP') wraps.set(id, { trigger, before: 0, after: 0, destroy: 0 });
              },
              before: count('before'),
              after: count('after'),
              destroy: count('destroy'),
            })
            .enable();
          const child = spawn('echo', ['x']);
          if (reads) for (const stream of [child.stdout, child.stderr]) stream.on('data', () => {});
          // Two turns later, for what is told when the loop closes handles.
          child.on('close', () => setImmediate(() => setImmediate(() => report([...wraps.values()]))));
        },
        { args: [reads] },
      ),
    );
    const wrap = (calls) => ({ trigger: expect.any(Number), before: calls, after: calls, destroy: 1 });
    // Stdin is closed; the others have an end as well, and stdout some data.
    expect(seen).toEqual([wrap(1), wrap(3), wrap(2)]);
  });

  test('before, after and destroy come for the process', async () => {
    const [steps] = await onBoth((module) =>
      reportsOf(module, ({ spawn }, report) => {
        const steps = [];
        let process;
        require('node:async_hooks')
          .createHook({
            init(id, type) {
              if (type === 'PROCESSWRAP') process = id;
            },
            before(id) {
              if (id === process) steps.push('before');
            },
            after(id) {
              if (id === process) steps.push('after');
            },
            destroy(id) {
              if (id === process) steps.push('destroy');
            },
          })
          .enable();
        spawn('true', { stdio: 'ignore' }).on('exit', () => steps.push('exit'));
        globalThis.process.on('exit', () => report(steps));
      }),
    );
    expect(steps.slice(0, 3)).toEqual(['before', 'exit', 'after']);
  });

  test('the trigger of the process is the code that called', async () => {
    const [same] = await onBoth((module) =>
      reportsOf(module, ({ spawn }, report) => {
        const { createHook, executionAsyncId } = require('node:async_hooks');
        let trigger;
        createHook({
          init(_id, type, triggerId) {
            if (type === 'PROCESSWRAP') trigger = triggerId;
          },
        }).enable();
        setImmediate(() => {
          spawn('true');
          report(trigger === executionAsyncId());
        });
      }),
    );
    expect(same).toBe(true);
  });
});

describeEach('a global of the name of a module, as the REPL has them,', (module) => {
  test('is not taken for the domain of an exit or a message', async () => {
    const body = ({ spawn }, report) => {
      globalThis.domain = require('node:domain');
      globalThis.domain.create().enter();
      const source = `process.send('hello'); process.disconnect()`;
      const child = spawn(process.execPath, ['-e', source], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
      child.on('message', report);
      child.on('exit', (code) => report(code));
    };
    const reports = await reportsOf(module, body, { flags: ['--no-deprecation'] });
    expect(reports).toEqual(['hello', 0]);
  });
});
