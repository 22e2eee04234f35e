'use strict';
// child.resourceUsage() and `resourceUsage` of how a child ended: what the kernel says that it has used.

const { describeForms } = require('../helpers/additions.js');
const { closed, next } = require('../helpers/children.js');
const { FORKLESS, forkless } = require('../helpers/modules.js');
const { reportsOf } = require('../helpers/program.js');

const { spawn, exec } = forkless;

/** Which of the two it was the kernel guesses by where its ticks have come; that is none for what takes few. */
const cpuTime = ({ systemCPUTime, userCPUTime }) => systemCPUTime + userCPUTime;

/** A Node that runs this. */
const node = (script) => spawn(process.execPath, ['-e', script], { stdio: 'ignore' });

const MB = 1024;

test("null until 'exit', and then what it has used", async () => {
  const child = spawn('true');
  const seen = [child.resourceUsage()];
  child.on('spawn', () => seen.push(child.resourceUsage()));
  child.on('exit', () => seen.push(child.resourceUsage()));
  await closed(child);
  expect(seen.slice(0, 2)).toEqual([null, null]);
  expect(seen[2]).not.toBe(null);
  expect(child.resourceUsage()).toEqual(seen[2]);
  expect((await child.exited).resourceUsage).toEqual(seen[2]);
});

test('of execFile() and of fork(), too', async () => {
  const collected = await new Promise((resolve) => {
    const child = forkless.execFile('true', () => resolve(child));
  });
  const forked = forkless.fork('it has none', { execArgv: ['--eval', '0'] });
  await closed(forked);
  for (const child of [collected, forked]) expect(child.resourceUsage().minorPageFault).toBeGreaterThan(0);
});

test('its shape is that of process.resourceUsage()', async () => {
  const child = node('let text = ""; for (let i = 0; i < 1e6; i++) text += i;');
  await child.exited;
  const usage = child.resourceUsage();
  const own = process.resourceUsage();
  expect(Object.keys(usage)).toEqual(Object.keys(own));
  for (const [name, value] of Object.entries(usage)) {
    if (name === 'maxRSS' && value === undefined) continue;
    expect([name, typeof value, value >= 0, Number.isInteger(value)]).toEqual([name, 'number', true, true]);
  }
  expect(usage.minorPageFault).toBeGreaterThan(0);
});

test('it is an object of its own each time', async () => {
  const child = spawn('true');
  await child.exited;
  child.resourceUsage().maxRSS = 'changed';
  expect(child.resourceUsage().maxRSS).not.toBe('changed');
});

test('the time of a child that has computed, in microseconds', async () => {
  const child = node('while (process.cpuUsage().user < 300_000);');
  const { resourceUsage } = await child.exited;
  expect(resourceUsage.userCPUTime).toBeGreaterThan(250_000);
  // Whatever else the machine does, it is time of that child alone.
  expect(resourceUsage.userCPUTime).toBeLessThan(20_000_000);
});

test('and of those that it has waited for', async () => {
  const script = `require('child_process').spawnSync(process.execPath,
    ['-e', 'while (process.cpuUsage().user < 300_000);'])`;
  expect((await node(script).exited).resourceUsage.userCPUTime).toBeGreaterThan(300_000);
});

describe('maxRSS', () => {
  test('of a small child of a large program it is not known', async () => {
    const reports = await reportsOf(forkless, ({ spawn, spawnSync }, report) => {
      Buffer.alloc(300 * 1024 * 1024, 1);
      const child = spawn('/bin/true');
      child.on('close', () => {
        const usage = child.resourceUsage();
        report(['maxRSS' in usage, usage.maxRSS ?? 'unknown', usage.userCPUTime >= 0]);
        report(spawnSync('/bin/true').resourceUsage.maxRSS ?? 'unknown');
      });
    });
    expect(reports).toEqual([[true, 'unknown', true], 'unknown']);
  });

  // In a program of its own: after some files this one, Jest's worker, has had a gigabyte.
  test('of a large child of a small program it is', async () => {
    const reports = await reportsOf(forkless, ({ spawn, spawnSync }, report) => {
      const args = ['-e', 'Buffer.alloc(300 * 1024 * 1024, 1)'];
      report(spawnSync(process.execPath, args).resourceUsage.maxRSS);
      const child = spawn(process.execPath, args);
      child.on('exit', () => report(child.resourceUsage().maxRSS));
      child.exited.then(({ resourceUsage }) => report(resourceUsage.maxRSS));
    });
    expect(reports).toHaveLength(3);
    for (const maxRSS of reports) {
      expect(maxRSS).toBeGreaterThan(300 * MB);
      expect(maxRSS).toBeLessThan(600 * MB);
    }
  });
});

test('after a signal', async () => {
  const child = node('process.kill(process.pid, "SIGKILL")');
  const { resourceUsage, signal } = await child.exited;
  expect(signal).toBe('SIGKILL');
  expect(cpuTime(resourceUsage)).toBeGreaterThan(0);
});

test('of exec', async () => {
  const child = await new Promise((resolve) => {
    const started = exec(`"${process.execPath}" -e 0`, () => resolve(started));
  });
  expect(cpuTime(child.resourceUsage())).toBeGreaterThan(0);
});

test('of a start that failed there is none', async () => {
  const child = spawn('/nowhere/x');
  child.on('error', () => {});
  await next(child, 'close');
  expect(child.resourceUsage()).toBe(null);
});

test('of a ChildProcess that was never started there is none', () => {
  expect(new forkless.ChildProcess().resourceUsage()).toBe(null);
});

test('many that end at once have each its own', async () => {
  const children = Array.from({ length: 20 }, (_, index) =>
    spawn('sh', ['-c', index % 2 ? ':' : 'i=0; while [ $i -lt 300000 ]; do i=$((i + 1)); done']),
  );
  const used = (await Promise.all(children.map((child) => child.exited))).map(({ resourceUsage }) =>
    cpuTime(resourceUsage),
  );
  const busy = used.filter((_, index) => index % 2 === 0);
  const idle = used.filter((_, index) => index % 2 === 1);
  expect(Math.min(...busy)).toBeGreaterThan(Math.max(...idle));
});

test('in a worker', async () => {
  const reports = await reportsOf(
    forkless,
    (_childProcess, report, file) => {
      const { Worker } = require('node:worker_threads');
      const source = `
        const child = require(${JSON.stringify(file)}).spawn(process.execPath, ['-e', '0']);
        child.exited.then(({ resourceUsage }) => require('worker_threads').parentPort.postMessage(resourceUsage));`;
      const listen = ({ systemCPUTime, userCPUTime }) => report(systemCPUTime + userCPUTime > 0);
      new Worker(source, { eval: true }).on('message', listen);
    },
    { args: [FORKLESS] },
  );
  expect(reports).toEqual([true]);
});

describe('of the blocking three', () => {
  test('a property that nobody sees', () => {
    const result = forkless.spawnSync(process.execPath, ['-e', '0']);
    expect(Object.keys(result)).not.toContain('resourceUsage');
    expect(JSON.stringify(result)).not.toContain('resourceUsage');
    expect(Object.keys(result.resourceUsage)).toEqual(Object.keys(process.resourceUsage()));
    expect(cpuTime(result.resourceUsage)).toBeGreaterThan(0);
  });

  test('also of what they throw', () => {
    for (const call of [
      () => forkless.execSync('exit 3', { stdio: 'pipe' }),
      () => forkless.execFileSync('false'),
      () => forkless.execFileSync('sleep', ['60'], { timeout: 20 }),
    ]) {
      expect(call).toThrow();
      try {
        call();
      } catch (error) {
        expect(error.resourceUsage.minorPageFault).toBeGreaterThan(0);
        expect(Object.keys(error)).not.toContain('resourceUsage');
      }
    }
  });

  test('null where nothing was started', () => {
    expect(forkless.spawnSync('/nowhere/x').resourceUsage).toBe(null);
  });
});

describeForms('what is not known', ({ spawn }, isNative) => {
  test('stays null without native code', async () => {
    const child = spawn('true');
    expect(child.resourceUsage()).toBe(null);
    const { resourceUsage } = await child.exited;
    expect([resourceUsage === null, child.resourceUsage() === null]).toEqual([!isNative, !isNative]);
  });
});
