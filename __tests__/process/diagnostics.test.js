'use strict';
// diagnostics_channel: what the running Node tells of children, where it does.

const { tellsCreated, tracesSpawn } = require('../helpers/running-node.js');
const { onBoth } = require('../helpers/modules.js');
const { reportsOf } = require('../helpers/program.js');

test("'child_process' tells of every child that is made", async () => {
  const reports = await onBoth((module) =>
    reportsOf(module, ({ spawn, ChildProcess }, report) => {
      const { subscribe, channel } = require('node:diagnostics_channel');
      const told = [];
      const listener = (message, name) => told.push([message.process, Object.keys(message), name]);
      if (subscribe) subscribe('child_process', listener);
      else channel('child_process').subscribe(listener);
      const children = [spawn('true'), spawn('/nowhere/x'), new ChildProcess()];
      children[1].on('error', () => {});
      for (const [child, keys, name] of told) report([children.indexOf(child), keys, name]);
    }),
  );
  if (!tellsCreated) return;
  expect(reports).toEqual([0, 1, 2].map((index) => [index, ['process'], 'child_process']));
});

test("'child_process' tells before the start", async () => {
  const reports = await onBoth((module) =>
    reportsOf(module, ({ spawn }, report) => {
      require('node:diagnostics_channel')
        .channel('child_process')
        .subscribe(({ process: child }) => {
          report([child.pid ?? null, child.spawnfile, child.killed]);
        });
      spawn('true');
    }),
  );
  if (tellsCreated) expect(reports).toEqual([[null, null, false]]);
});

describe("'child_process.spawn' traces the start", () => {
  const trace = (module, options) =>
    reportsOf(
      module,
      ({ spawn, ChildProcess }, report, { file, args, options }) => {
        const { tracingChannel } = require('node:diagnostics_channel');
        if (!tracingChannel) return report('none');
        const steps = ['start', 'end', 'asyncStart', 'asyncEnd', 'error'];
        const subscribers = {};
        for (const step of steps) {
          subscribers[step] = (message) => {
            const { process: child, error, options } = message;
            report({
              step,
              keys: Object.keys(message),
              isChild: child instanceof ChildProcess,
              hasPid: typeof child.pid,
              file: child.spawnfile,
              args: child.spawnargs,
              error: error && { message: error.message, ...error },
              options: options && [options.file, options.args, Object.keys(options)],
              // Of a pipe the built-in gives the handle too; of ours there is none before the start.
              stdio: options?.stdio?.map(({ type, fd, ipc, readable, writable }) => [
                type,
                fd,
                ipc,
                readable,
                writable,
              ]),
            });
          };
        }
        tracingChannel('child_process.spawn').subscribe(subscribers);
        try {
          spawn(file, args, options).on('error', () => report('error event'));
        } catch (error) {
          report(`thrown ${error.code}`);
        }
      },
      { args: [options] },
    );

  test('that works', async () => {
    const stdio = ['pipe', 'inherit', 2, 'ipc', 'ignore', null, undefined, 'pipe'];
    const reports = await onBoth((module) => trace(module, { file: 'true', args: ['a'], options: { stdio } }));
    const steps = reports.map((report) => report.step ?? report);
    expect([['start', 'end'], [], ['none']]).toContainEqual(steps);
    if (tracesSpawn) expect(steps).toEqual(['start', 'end']);
  });

  test('that fails and is emitted', async () => {
    const reports = await onBoth((module) => trace(module, { file: '/nowhere/x', args: ['a'] }));
    // Node 18.17 has no tracing channels.
    if (reports.includes('none')) return;
    expect(reports.some((report) => report === 'error event')).toBe(true);
    if (tracesSpawn) expect(reports.some(({ error }) => error?.code === 'ENOENT')).toBe(true);
  });

  test('that fails and is thrown', async () => {
    const reports = await onBoth((module) => trace(module, { file: 'true', args: [], options: { stdio: [9999] } }));
    expect(reports).toContain(reports.includes('none') ? 'none' : 'thrown EBADF');
  });

  test('and a subscriber may change what is started', async () => {
    const reports = await onBoth((module) =>
      reportsOf(module, ({ spawn }, report) => {
        const { tracingChannel } = require('node:diagnostics_channel');
        if (!tracingChannel) return;
        const start = ({ options }) => {
          options.file = 'sh';
          options.args = ['sh', '-c', 'echo "$ADDED in $PWD"; exit 5'];
          options.envPairs.push('ADDED=added');
          options.cwd = '/';
        };
        tracingChannel('child_process.spawn').subscribe({ start, end() {}, error() {} });
        const child = spawn('true', ['a']);
        child.stdout.setEncoding('utf8').on('data', report);
        child.on('close', (code) => report([code, child.spawnfile, child.spawnargs]));
      }),
    );
    if (tracesSpawn) expect(reports).toEqual(['added in /\n', [5, 'true', ['true', 'a']]]);
  });
});

test("'child_process' tells nothing of children that only a question to the built-in is about", async () => {
  const reports = await onBoth((module) =>
    reportsOf(
      module,
      ({ execFile, spawn }, report) => {
        const { pathToFileURL } = require('node:url');
        let count = 0;
        require('node:diagnostics_channel')
          .channel('child_process')
          .subscribe(() => count++);
        spawn('true', [], { cwd: pathToFileURL('/') });
        report(count);
        spawn('true', { cwd: pathToFileURL('/'), env: { A: 'b' } });
        report(count);
        spawn('true', ['a'], { shell: true });
        report(count);
        execFile('true', ['a'], { cwd: pathToFileURL('/') });
        report(count);
        for (const options of [{ cwd: 5 }, { shell: 5 }, { uid: 'x' }, { argv0: 'a\0b' }]) {
          try {
            spawn('true', options);
          } catch {
            report(count);
          }
        }
      },
      { flags: ['--no-deprecation'] },
    ),
  );
  if (tellsCreated) expect(reports).toEqual([1, 2, 3, 4, 4, 4, 4, 4]);
});
