'use strict';
// drainTimeout with a channel, in whole programs, and with what can end them meanwhile. See drain.test.js.

const path = require('node:path');
const { describeForms } = require('../helpers/additions.js');
const { next } = require('../helpers/children.js');
const { writeScript } = require('../helpers/folder.js');
const { forkless } = require('../helpers/modules.js');
const { reportsOf, runProgram, WAYS } = require('../helpers/program.js');
const { linesOf, ROOT } = require('../helpers/script.js');
const { strangersInFolder } = require('../helpers/strangers.js');
const { until } = require('../helpers/until.js');

const { folder, strangers } = strangersInFolder();

/** A program that leaves a stranger with its channel. */
const talker = writeScript(
  path.join(folder, 'talker.js'),
  `const { spawn } = require('child_process');
   const stdio = ['ignore', 'inherit', 'inherit', Number(process.env.CHANNEL)];
   const stranger = spawn('sleep', ['600'], { stdio, detached: true });
   require('fs').appendFileSync(process.env.STRANGERS, stranger.pid + '\\n');
   for (let number = 1; number < 1000; number++) process.send({ number });
   process.send('x'.repeat(300_000), () => process.exit(7));`,
);

describeForms('drainTimeout of fork()', (module) => {
  test.each([0, 50])('of %i ms: all messages, the end of the channel, exit and close', async (drainTimeout) => {
    const env = { ...process.env, STRANGERS: strangers.file, CHANNEL: '3' };
    const child = module.fork(talker, { silent: true, drainTimeout, env });
    const log = [];
    child.on('message', (message) => log.push(message.number ?? message.length));
    for (const event of ['disconnect', 'error']) child.on(event, () => log.push(event));
    child.on('exit', () => log.push('exit'));
    expect(await next(child, 'close')).toEqual([7, null]);
    expect(strangers.alive).toBe(1);
    expect(log.filter((entry) => typeof entry === 'number')).toEqual([...Array(1000).keys()].slice(1).concat(300_000));
    expect(log.filter((entry) => typeof entry === 'string').sort()).toEqual(['disconnect', 'exit']);
    expect(child.connected).toBe(false);
    expect((await child.exited).drained).toBe(true);
  });
});

/** Reports each step of a child whose stranger holds its streams. */
const body = ({ spawn, exec }, report, script, options, how) => {
  if (how.hooks)
    require('node:async_hooks')
      .createHook({ init() {} })
      .enable();
  const start = () =>
    how.exec ? exec(script, options, (error, stdout) => report([error, stdout])) : spawn('sh', ['-c', script], options);
  const child = start();
  if (how.atOnce) child.stdio.at(0);
  if (how.unref) child.unref();
  if (how.exitIn) child.on(how.exitIn, () => process.exit(5));
  if (how.exitInEnd) child.stdout.resume().on('end', () => process.exit(5));
  child.on('close', (code) => report([code, process.getActiveResourcesInfo().filter((name) => name !== 'PipeWrap')]));
};

describe('a program', () => {
  const script = () => `${strangers.leave()} echo hi`;

  test.each(
    Object.entries({ 'streams on demand': {}, 'streams at once': { atOnce: true }, 'async hooks': { hooks: true } }),
  )('%s: it ends with its child, and nothing is pending', async (_name, how) => {
    const reports = await reportsOf(forkless, body, { args: [script(), { drainTimeout: 50 }, how] });
    expect(reports).toEqual([[0, []]]);
    expect(strangers.alive).toBe(1);
  });

  test('exec() in it', async () => {
    const reports = await reportsOf(forkless, body, { args: [script(), { drainTimeout: 50 }, { exec: true }] });
    expect(reports).toContainEqual([null, 'hi\n']);
    expect(strangers.alive).toBe(1);
  });

  test('one that is not held by its child is not held by the time either', async () => {
    const how = { unref: true };
    const options = { drainTimeout: 1_000_000, stdio: 'ignore' };
    expect(await reportsOf(forkless, body, { args: [strangers.stay, options, how] })).toEqual([]);
    expect(await until(() => strangers.alive)).toBe(1);
  });

  test.each([{ exitIn: 'spawn' }, { exitIn: 'exit' }, { exitInEnd: true }, { exitIn: 'close' }])(
    'that exits in a callback: %j',
    async (how) => {
      const { code, stderr } = await runProgram(forkless, body, { args: [script(), { drainTimeout: 50 }, how] });
      expect({ code, stderr }).toEqual({ code: 5, stderr: '' });
      // The child may have ended later.
      expect(await until(() => strangers.alive)).toBe(1);
    },
  );

  test('whose workers are terminated meanwhile', async () => {
    const reports = await reportsOf(
      forkless,
      async (_module, report, file, script) => {
        const { Worker } = require('node:worker_threads');
        const source = `const { workerData: { file, script }, parentPort } = require('node:worker_threads');
          const child = require(file).spawn('sh', ['-c', script], { drainTimeout: 20 });
          child.stdout.resume();
          child.on('exit', () => parentPort.postMessage('exit'));`;
        for (let round = 0; round < 10; round++) {
          const worker = new Worker(source, { eval: true, workerData: { file, script } });
          await new Promise((resolve) => worker.once('message', resolve));
          await new Promise((resolve) => setTimeout(resolve, round * 4));
          await worker.terminate();
        }
        report('over');
      },
      { args: [path.join(ROOT, 'index.js'), script()] },
    );
    expect(reports).toEqual(['over']);
  });

  test('that knows nothing of forkless: by register, all functions', async () => {
    const [, flags] = WAYS[1];
    const lines = linesOf(
      flags,
      `const { exec, execFile, execFileSync, execSync, spawn, spawnSync } = require('child_process');
       const { promisify } = require('util');
       const script = ${JSON.stringify(script())};
       const options = { drainTimeout: 50, encoding: 'utf8' };
       console.log(spawnSync('sh', ['-c', script], options).stdout.trim());
       console.log(execSync(script, options).trim());
       console.log(execFileSync('sh', ['-c', script], options).trim());
       (async () => {
         console.log((await promisify(exec)(script, options)).stdout.trim());
         console.log((await promisify(execFile)('sh', ['-c', script], options)).stdout.trim());
         await new Promise((resolve) => spawn('sh', ['-c', script], { drainTimeout: 50, stdio: ['ignore', 'pipe', 'pipe'] })
           .on('close', resolve).stdout.on('data', (data) => console.log(String(data).trim())));
       })();`,
    );
    expect(lines).toEqual(Array(6).fill('hi'));
    expect(strangers.alive).toBe(6);
  });

  test('without native code', () => {
    const lines = linesOf(
      ['--no-addons'],
      `const { exec } = require('forkless');
       exec(${JSON.stringify(script())}, { drainTimeout: 50 }, (error, stdout) => console.log(error, stdout.trim()));`,
    );
    expect(lines).toEqual(['null hi']);
    expect(strangers.alive).toBe(1);
  });
});
