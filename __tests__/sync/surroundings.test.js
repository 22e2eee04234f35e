'use strict';
// The blocking functions wherever a program may call them: and nothing else in
// it is disturbed.

const { closed, output } = require('../helpers/children.js');
const { builtin, BUILTIN, describeEach, forkless, FORKLESS } = require('../helpers/modules.js');
const { childrenOf, openFds } = require('../helpers/proc.js');
const { reportsOf, runProgram } = require('../helpers/program.js');

const BOTH = [
  ['node:child_process', builtin],
  ['forkless', forkless],
];

/** How a worker requires it. */
const nameOf = (module) => (module === builtin ? BUILTIN : FORKLESS);

describeEach('at the end of a program', (module) => {
  /** Runs all three and says what came of it. */
  const run = ({ execFileSync, execSync, spawnSync }) => [
    execSync('echo a', { encoding: 'utf8' }),
    execFileSync('cat', { input: 'b', encoding: 'utf8' }),
    spawnSync('sh', ['-c', 'exit 3']).status,
  ];
  const expected = ['a\n', 'b', 3];
  const asText = String(run);

  test.each([
    ['in an exit handler', 0, "process.on('exit', () => report(run(childProcess)))"],
    [
      'in an exit handler after process.exit()',
      7,
      "process.on('exit', () => report(run(childProcess))); process.exit(7)",
    ],
    [
      'in an exit handler after an error',
      1,
      "process.on('exit', () => report(run(childProcess))); throw new Error('x')",
    ],
    ['in beforeExit', 0, "process.once('beforeExit', () => report(run(childProcess)))"],
    [
      'in a handler of an uncaught exception',
      0,
      "process.on('uncaughtException', () => report(run(childProcess))); throw 1",
    ],
    [
      'in the handler of a signal',
      0,
      "process.once('SIGUSR2', () => { clearTimeout(timer); report(run(childProcess)); }); const timer = setTimeout(() => {}, 50_000); process.kill(process.pid, 'SIGUSR2')",
    ],
    ['in a microtask', 0, 'Promise.resolve().then(() => report(run(childProcess)))'],
    ['in a tick', 0, 'process.nextTick(() => report(run(childProcess)))'],
  ])('%s', async (_name, code, statement) => {
    const body = `function (childProcess, report) { const run = ${asText}; ${statement}; }`;
    const end = await runProgram(module, body);
    expect([end.code, end.signal, end.reports]).toEqual([code, null, [expected]]);
  });
});

describeEach('with more than a thousand fds open', (module) => {
  test('all is well, and none of them in the child', async () => {
    const [seen] = await reportsOf(module, ({ execSync, spawnSync }, report) => {
      const fs = require('node:fs');
      const fds = Array.from({ length: 1100 }, () => fs.openSync('/dev/null'));
      const count = () => fs.readdirSync('/proc/self/fd').length;
      const before = count();
      const { status, stdout, stderr } = spawnSync('sh', ['-c', 'cat; echo e >&2; exit 3'], {
        input: 'in',
        encoding: 'utf8',
      });
      const listed = execSync('ls /proc/$$/fd; exit', { encoding: 'utf8' }).trim().split('\n').map(Number);
      const late = spawnSync('sleep', ['60'], { timeout: 20 });
      const after = count();
      report({
        ran: [status, stdout, stderr],
        leaked: listed.filter((fd) => fds.includes(fd)),
        late: [late.error.code, late.signal],
        grown: after - before,
        high: Math.max(...fds) > 1024,
      });
    });
    expect(seen).toEqual({ ran: [3, 'in', 'e\n'], leaked: [], late: ['ETIMEDOUT', 'SIGTERM'], grown: 0, high: true });
  });
});

describeEach('nothing is left behind', ({ execSync, spawnSync }) => {
  const ends = {
    'a run that did well': () => spawnSync('echo', ['x']),
    'a long output': () => spawnSync('head', ['-c', '1000000', '/dev/zero']),
    'a long input': () => spawnSync('cat', { input: Buffer.alloc(1_000_000) }),
    'five pipes': () => spawnSync('true', { stdio: ['pipe', 'pipe', 'pipe', 'pipe', 'pipe'] }),
    'no pipes': () => spawnSync('true', { stdio: 'ignore' }),
    'a command that is not there': () => spawnSync('forkless-no-such-command'),
    'a cwd that is not there': () => spawnSync('true', { cwd: '/nowhere' }),
    'an fd that is not open': () => spawnSync('true', { stdio: ['pipe', 'pipe', 9999] }),
    'too long an argument': () => spawnSync('true', ['x'.repeat(300_000)]),
    'a timeout': () => spawnSync('sleep', ['60'], { timeout: 20 }),
    'too much output': () => spawnSync('yes', { maxBuffer: 10 }),
    'an input that nobody reads': () => spawnSync('true', { input: Buffer.alloc(8_000_000) }),
    'a signal': () => spawnSync('sh', ['-c', 'kill -KILL $$']),
    'an error that is thrown': () => expect(() => execSync('exit 1')).toThrow(),
    'wrong options': () => expect(() => spawnSync('true', { timeout: -1 })).toThrow(),
    'an encoding that is none': () => expect(() => spawnSync('echo', ['x'], { encoding: 'nope' })).toThrow(),
  };

  test.each(Object.entries(ends))('%s', (_name, run) => {
    run();
    const before = { fds: openFds(), children: childrenOf() };
    run();
    run();
    expect({ fds: openFds(), children: childrenOf() }).toEqual(before);
  });
});

describeEach('beside asynchronous children', ({ execSync, spawnSync }) => {
  describe.each(BOTH)('of %s', (_name, { exec, spawn }) => {
    test('that end meanwhile: each with its own exit', async () => {
      const ends = [1, 2, 3, 4].map((code) => output(spawn('sh', ['-c', `echo ${code}; exit ${code}`])));
      // Long enough for all of them to be zombies that nobody may reap but their owner.
      const { status, stdout } = spawnSync('sh', ['-c', 'sleep 0.5; echo sync; exit 9'], { encoding: 'utf8' });
      expect([status, stdout]).toEqual([9, 'sync\n']);
      expect(await Promise.all(ends)).toEqual(
        [1, 2, 3, 4].map((code) => ({ code, signal: null, stdout: `${code}\n`, stderr: '' })),
      );
    });

    test('that live on: they are not touched', async () => {
      const child = spawn('cat');
      const end = output(child);
      child.stdin.write('before ');
      for (let index = 0; index < 10; index++)
        expect(execSync(`echo ${index}`, { encoding: 'utf8' })).toBe(`${index}\n`);
      expect(spawnSync('sleep', ['60'], { timeout: 20 }).error.code).toBe('ETIMEDOUT');
      child.stdin.end('after');
      expect(await end).toEqual({ code: 0, signal: null, stdout: 'before after', stderr: '' });
    });

    test('from inside of a stream callback', async () => {
      const child = spawn('sh', ['-c', 'echo one; read line; echo two; read line; exit 5']);
      const log = [];
      child.stdout.setEncoding('utf8').on('data', (chunk) => {
        log.push(chunk, execSync(`echo inner ${log.length}`, { encoding: 'utf8' }));
        child.stdin.write('\n');
      });
      expect(await closed(child)).toEqual({ code: 5, signal: null });
      expect(log).toEqual(['one\n', 'inner 0\n', 'two\n', 'inner 2\n']);
    });

    test('from inside of their exit, spawn, error and exec callbacks', async () => {
      const run = (word) => execSync(`echo ${word}`, { encoding: 'utf8' });
      const child = spawn('true');
      const log = [];
      for (const event of ['spawn', 'exit', 'close']) child.on(event, () => log.push(run(event)));
      await closed(child);
      const failed = spawn('forkless-no-such-command');
      failed.on('error', () => log.push(run('error')));
      await closed(failed);
      await new Promise((resolve) =>
        exec('echo x', (_error, stdout) => resolve(log.push(run(`exec ${stdout.trim()}`)))),
      );
      expect(log).toEqual(['spawn\n', 'exit\n', 'close\n', 'error\n', 'exec x\n']);
    });

    test('that are killed right before', async () => {
      const child = spawn('sleep', ['60']);
      const end = closed(child);
      child.kill('SIGKILL');
      expect(spawnSync('sh', ['-c', 'exit 6']).status).toBe(6);
      expect(await end).toEqual({ code: null, signal: 'SIGKILL' });
    });
  });

  test('the event loop does not turn meanwhile', async () => {
    const log = [];
    setImmediate(() => log.push('immediate'));
    setTimeout(() => log.push('timer'), 0);
    process.nextTick(() => log.push('tick'));
    Promise.resolve().then(() => log.push('microtask'));
    execSync('sleep 0.1');
    expect(log).toEqual([]);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(log.sort()).toEqual(['immediate', 'microtask', 'tick', 'timer']);
  });
});

describeEach('nested', (module) => {
  test('a blocking run in a blocking run', async () => {
    const source = `console.log(require(${JSON.stringify(nameOf(module))}).execSync('echo inner', { encoding: 'utf8' }).trim())`;
    const { stdout } = module.spawnSync(process.execPath, ['-e', source], { encoding: 'utf8' });
    expect(stdout).toBe('inner\n');
  });
});
