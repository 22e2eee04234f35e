'use strict';
// Children that are stopped before their exec: only the thread that starts such a child waits for it.

const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { compileProgram } = require('../helpers/compile.js');
const { makeFolder, removeFolder } = require('../helpers/folder.js');
const { BUILTIN, describeEach, FORKLESS } = require('../helpers/modules.js');
const { reportsOf } = require('../helpers/program.js');
const { hold } = require('./slow-exec.js');

let folder;
let lease;
let isPossible;
beforeAll(async () => {
  folder = makeFolder();
  lease = compileProgram(folder, 'lease.rs');
  isPossible = await hold(lease, newProgram()).then(
    ({ letGo }) => letGo(),
    ({ message }) => console.warn(`Not tried: a file in ${os.tmpdir()} cannot be held (${message})`),
  );
  isPossible = isPossible === 0;
});
afterAll(() => removeFolder(folder));

let programs = 0;
/** A shell of this test's own, that can be held. */
function newProgram() {
  const program = path.join(folder, `program-${programs++}`);
  fs.copyFileSync(fs.realpathSync('/bin/sh'), program);
  return program;
}

/** The reports of a program about a new file; none where files cannot be held. */
async function reportsAbout(module, body, expected, more = {}) {
  if (!isPossible) return;
  const given = {
    path: module.native ? FORKLESS : BUILTIN,
    lease,
    program: newProgram(),
    helper: require.resolve('./slow-exec.js'),
    procPath: require.resolve('../helpers/proc.js'),
    untilPath: require.resolve('../helpers/until.js'),
    ...more,
  };
  expect(await reportsOf(module, body, { args: [given] })).toEqual(expected);
}

describeEach('a worker whose child is stopped before its exec', (module) => {
  test.each([
    ['', false],
    [', and by a signal too', true],
  ])('by a lease%s: this thread goes on with timers, files, other children and their kills', (_title, isStopped) =>
    reportsAbout(
      module,
      async ({ spawn, spawnSync }, report, { path, lease, program, helper, isStopped }) => {
        const { once } = require('node:events');
        const { hold, someTurns, startedBeside, startInWorker } = require(helper);
        const holder = await hold(lease, program);
        const worker = startInWorker(path, program, ['-c', 'exit 7']);
        const exited = once(worker.on('message', report), 'exit');
        await holder.asked;
        const [child] = startedBeside(holder);
        if (isStopped) process.kill(child, 'SIGSTOP');
        await someTurns();
        const other = spawn('sleep', ['1000']);
        report(other.kill());
        report(await once(other, 'close'));
        report(spawnSync('sh', ['-c', 'exit 3']).status);
        report(await once(spawn('sh', ['-c', 'exit 4']), 'exit'));
        report('lets go');
        await holder.letGo();
        if (isStopped) process.kill(child, 'SIGCONT');
        report(await exited);
      },
      [
        ...[true, [null, 'SIGTERM'], 3, [4, null], 'lets go'],
        ...[['returned', true], ['spawn'], ['exit', 7, null], ['close', 7, null], [0]],
      ],
      { isStopped },
    ),
  );

  test('terminate() waits for the exec, and nothing is left', () =>
    reportsAbout(
      module,
      async ({ native, spawn }, report, { path, lease, program, helper, procPath, untilPath }) => {
        const { once } = require('node:events');
        const { hold, someTurns, startInWorker } = require(helper);
        const { childrenOf, openSockets } = require(procPath);
        const { until } = require(untilPath);
        await once(spawn('true'), 'close');
        const before = openSockets();
        const holder = await hold(lease, program);
        const worker = startInWorker(path, program, ['-c', 'exit 7']);
        worker.on('message', report);
        await holder.asked;
        let isOver = false;
        const end = worker.terminate().then((code) => {
          isOver = true;
          return code;
        });
        await someTurns();
        const other = spawn('sleep', ['1000']);
        other.kill();
        report([...(await once(other, 'close')), isOver]);
        await holder.letGo();
        report(await end);
        // The built-in leaves zombies: nodejs/node#46569.
        const left = () => (native ? childrenOf() : []);
        await until(() => openSockets() <= before && left().length === 0);
        report([openSockets() <= before, left()]);
      },
      [[null, 'SIGTERM', false], 1, [true, []]],
    ));

  test.each(['SIGTERM', 'SIGKILL'])('ended there by %s, it has run: so its events say', (signal) =>
    reportsAbout(
      module,
      async (_module, report, { path, lease, program, helper, signal }) => {
        const { once } = require('node:events');
        const { hold, startedBeside, startInWorker } = require(helper);
        const holder = await hold(lease, program);
        const worker = startInWorker(path, program, ['-c', 'exit 7']);
        const exited = once(worker.on('message', report), 'exit');
        await holder.asked;
        const [child, ...more] = startedBeside(holder);
        report(more.length);
        process.kill(child, signal);
        report(await exited);
        await holder.letGo();
      },
      [0, ['returned', true], ['spawn'], ['exit', null, signal], ['close', null, signal], [0]],
      { signal },
    ),
  );
});

describeEach('a child that is stopped before its exec', (module) => {
  test('all kinds of starts wait for it, and say how it went', () =>
    reportsAbout(
      module,
      async ({ execFile, fork, spawn, spawnSync }, report, { lease, program, helper }) => {
        const { once } = require('node:events');
        const { hold } = require(helper);
        const args = ['-c', 'echo out; exit 7'];
        const STARTS = {
          spawn: () => once(spawn(program, args), 'close'),
          'spawn ignore': () => once(spawn(program, args, { stdio: 'ignore' }), 'close'),
          execFile: () => new Promise((resolve) => execFile(program, args, ({ code }, out) => resolve([code, out]))),
          spawnSync: () => [spawnSync(program, args).status],
          fork: () => once(fork('module', { silent: true, execPath: program, execArgv: args }), 'close'),
        };
        for (const [kind, start] of Object.entries(STARTS)) {
          // More than once: whatever is remembered of a program must not matter.
          for (let time = 0; time < 3; time++) {
            const holder = await hold(lease, program, 'yield');
            const end = await start();
            await holder.asked;
            await holder.letGo();
            report([kind, ...end]);
          }
        }
      },
      [
        ['spawn', 7, null],
        ['spawn ignore', 7, null],
        ['execFile', 7, 'out\n'],
        ['spawnSync', 7],
        ['fork', 7, null],
      ].flatMap((end) => [end, end, end]),
    ));
});
