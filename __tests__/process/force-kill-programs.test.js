'use strict';
// forceKillAfterDelay in whole programs: while JavaScript is blocked, in workers, at the end of
// a program. See force-kill.test.js.

const path = require('node:path');
const { forkless } = require('../helpers/modules.js');
const { isAlive } = require('../helpers/proc.js');
const { reportsOf, runProgram } = require('../helpers/program.js');
const { linesOf } = require('../helpers/script.js');
const { strangersInFolder } = require('../helpers/strangers.js');
const { until } = require('../helpers/until.js');

const HELPERS = path.join(__dirname, '..', 'helpers');
const PROC = path.join(HELPERS, 'proc.js');
const INDEX = path.join(__dirname, '..', '..', 'index.js');

const { folder, strangers } = strangersInFolder();

/** Ignores SIGTERM, and tells who it is in a file as well. */
const deaf = () => `trap '' TERM; echo $$ >> '${strangers.file}'; echo ready; exec sleep 600`;

/** Blocks the event loop until a child has ended, or for half a minute. */
const BLOCK = `const blockUntil = (ask) => {
  const lock = new Int32Array(new SharedArrayBuffer(4));
  for (const last = Date.now() + 30_000; !ask() && Date.now() < last; ) Atomics.wait(lock, 0, 0, 5);
}`;

describe('the event loop is blocked', () => {
  test('the child is dead before any event', async () => {
    const [seen] = await reportsOf(
      forkless,
      async ({ spawn }, report, { script, proc, block }) => {
        const blockUntil = new Function(`${block}; return blockUntil;`)();
        const { statOf } = require(proc);
        const child = spawn('sh', ['-c', script], { forceKillAfterDelay: 50 });
        await new Promise((resolve) => child.stdout.once('data', resolve));
        const log = [];
        child.on('exit', (...args) => log.push(args));
        child.kill();
        blockUntil(() => statOf(child.pid).state === 'Z');
        report({ state: statOf(child.pid).state, before: [...log], ...(await child.exited), log });
      },
      { args: [{ script: deaf(), proc: PROC, block: BLOCK }] },
    );
    expect(seen).toMatchObject({ state: 'Z', before: [], forced: true, reason: 'kill', log: [[null, 'SIGKILL']] });
  });

  test.each(['spawn', 'execFile'])('a timeout of %s is punctual, and its signal is sent once', async (name) => {
    const file = path.join(folder, `terms-${name}`);
    const [seen] = await reportsOf(
      forkless,
      async (module, report, { name, file, proc, block }) => {
        const fs = require('node:fs');
        const { statOf } = require(proc);
        const blockUntil = new Function(`${block}; return blockUntil;`)();
        const said = () => (fs.existsSync(file) ? fs.readFileSync(file, 'utf8').trim().split('\n') : []);
        // With its output closed, as execFile does at the timeout, it goes on.
        const script = `trap 'echo term >> ${file}' TERM; echo ready >> ${file}; while :; do sleep 0.01; done`;
        // Where the machine is so busy that the child is not ready in time, it gets more.
        for (let timeout = 200; timeout < 10_000; timeout *= 2) {
          fs.rmSync(file, { force: true });
          const options = { timeout, forceKillAfterDelay: 300 };
          const child =
            name === 'spawn'
              ? module.spawn('sh', ['-c', script], options)
              : module.execFile('sh', ['-c', script], options, () => {});
          blockUntil(() => said().includes('term') || statOf(child.pid).state === 'Z');
          const atOnce = said();
          const { reason, forced, signal } = await child.exited;
          if (atOnce[0] !== 'ready') continue;
          return report({ atOnce, reason, forced, signal, killed: child.killed, all: said() });
        }
      },
      { args: [{ name, file, proc: PROC, block: BLOCK }] },
    );
    const once = ['ready', 'term'];
    const end = { reason: 'timeout', forced: true, signal: 'SIGKILL', killed: true };
    expect(seen).toEqual({ atOnce: once, all: once, ...end });
  });

  test.each([
    ['after', 'timeout'],
    ['before', 'kill'],
  ])('a kill() %s a timeout of that time: who was first is the reason', async (when, reason) => {
    const file = path.join(folder, `first-${when}`);
    const [seen] = await reportsOf(
      forkless,
      async ({ spawn }, report, { when, file, block }) => {
        const fs = require('node:fs');
        const blockUntil = new Function(`${block}; return blockUntil;`)();
        const hasSaid = (word) => fs.readFileSync(file, 'utf8').includes(word);
        const traps = `trap 'echo term >> ${file}' TERM; trap 'echo int >> ${file}' INT`;
        const script = `${traps}; echo ready >> ${file}; while :; do sleep 0.01; done`;
        fs.writeFileSync(file, '');
        const options = { timeout: 2_000, forceKillAfterDelay: 30_000, stdio: 'ignore' };
        const child = spawn('sh', ['-c', script], options);
        blockUntil(() => hasSaid('ready'));
        if (when === 'before') child.kill('SIGINT');
        blockUntil(() => hasSaid('term'));
        child.kill('SIGKILL');
        report((await child.exited).reason);
      },
      { args: [{ when, file, block: BLOCK }] },
    );
    expect(seen).toBe(reason);
  });
});

test('whoever is first to know of a timeout, it is the reason', async () => {
  const [seen] = await reportsOf(forkless, async ({ spawn, execFile }, report) => {
    const wrong = [];
    const look = async (child) => {
      const { reason, forced } = await child.exited;
      if (reason !== 'timeout' || !child.killed || forced) wrong.push([reason, child.killed, forced]);
    };
    const one = (number) => {
      const options = { timeout: 20 + number, forceKillAfterDelay: 30_000 };
      return number % 2
        ? look(spawn('sleep', ['600'], { stdio: 'ignore', ...options }))
        : new Promise((resolve) => {
            const child = execFile('sleep', ['600'], options, ({ killed }) => {
              if (!killed) wrong.push('killed');
              look(child).then(resolve);
            });
          });
    };
    for (let round = 0; round < 8; round++) await Promise.all(Array.from({ length: 40 }, (_, number) => one(number)));
    report(wrong);
  });
  expect(seen).toEqual([]);
});

describe('nothing is left', () => {
  const body = async ({ spawn }, report, script, options) => {
    const child = spawn('sh', ['-c', script], options);
    await new Promise((resolve) => child.stdout.once('data', resolve));
    child.kill();
    child.on('close', (code, signal) =>
      report([code, signal, process.getActiveResourcesInfo().filter((kind) => kind !== 'PipeWrap')]),
    );
  };

  test.each([
    ['of one that is forced', "trap '' TERM; echo ready; exec sleep 600", 50, 'SIGKILL'],
    // The program would last for a quarter of an hour.
    ['of one that ends in time', 'echo ready; exec sleep 600', 1_000_000, 'SIGTERM'],
  ])('%s, with and without native code', async (_name, script, forceKillAfterDelay, signal) => {
    const args = [script, { forceKillAfterDelay, stdio: ['ignore', 'pipe', 'ignore'] }];
    const [seen] = await reportsOf(forkless, body, { args });
    expect(seen).toEqual([null, signal, []]);
    const source = `(${body})(require('forkless'), (value) => console.log(JSON.stringify(value)), ...${JSON.stringify(args)})`;
    const [line] = linesOf(['--no-addons'], source);
    expect(JSON.parse(line)[1]).toBe(signal);
    expect(line).not.toContain('Timeout');
  });

  test('the loop goes on no longer than the child would have it', async () => {
    const reports = await reportsOf(
      forkless,
      async ({ spawn }, report, script) => {
        const child = spawn('sh', ['-c', script], { forceKillAfterDelay: 1_000_000 });
        await new Promise((resolve) => child.stdout.once('data', resolve));
        child.kill();
        child.stdout.destroy();
        child.stderr.destroy();
        child.stdin.destroy();
        child.unref();
        report('asked');
      },
      { args: [deaf()] },
    );
    expect(reports).toEqual(['asked']);
    expect(strangers.alive).toBe(1);
  });

  test.each(['spawn', 'exit', 'close'])("the program exits in a listener of '%s'", async (event) => {
    const { code, stderr } = await runProgram(
      forkless,
      ({ spawn }, _report, script, event) => {
        const child = spawn('sh', ['-c', script], { forceKillAfterDelay: 20, stdio: ['ignore', 'pipe', 'ignore'] });
        child.stdout.once('data', () => child.kill());
        child.on(event, () => process.exit(9));
      },
      { args: [deaf(), event] },
    );
    expect([code, stderr]).toEqual([9, '']);
    await until(() => strangers.pids.length === 1);
  });
});

describe('workers', () => {
  test.each(['before the delay is over', 'after', 'while it is'])('terminated %s: the child dies', async (when) => {
    const reports = await reportsOf(
      forkless,
      async (_module, report, { index, script, when, proc }) => {
        const { isAlive, childrenOf } = require(proc);
        const { Worker } = require('node:worker_threads');
        const source = `const { workerData: { index, script, when }, parentPort } = require('node:worker_threads');
          const forceKillAfterDelay = when === 'before the delay is over' ? 500 : 20;
          const child = require(index).spawn('sh', ['-c', script], { forceKillAfterDelay });
          child.stdout.once('data', () => {
            child.kill();
            if (when !== 'after') parentPort.postMessage(child.pid);
          });
          child.on('exit', () => when === 'after' && parentPort.postMessage(child.pid));`;
        const worker = new Worker(source, { eval: true, workerData: { index, script, when } });
        const pid = await new Promise((resolve) => worker.once('message', resolve));
        if (when === 'while it is') await new Promise((resolve) => setTimeout(resolve, 20));
        await worker.terminate();
        while (isAlive(pid)) await new Promise((resolve) => setTimeout(resolve, 10));
        while (childrenOf().length > 0) await new Promise((resolve) => setTimeout(resolve, 10));
        report('dead and reaped');
      },
      { args: [{ index: INDEX, script: deaf(), when, proc: PROC }] },
    );
    expect(reports).toEqual(['dead and reaped']);
    expect(strangers.pids.filter(isAlive)).toEqual([]);
  });
});
