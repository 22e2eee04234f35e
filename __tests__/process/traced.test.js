'use strict';
// Children that a debugger traces: the kernel gives their end to the tracer first, and to us when that has let go.

const fs = require('node:fs');
const path = require('node:path');
const { setTimeout: sleep } = require('node:timers/promises');
const { closed, next } = require('../helpers/children.js');
const { compileProgram } = require('../helpers/compile.js');
const { makeFolder, removeFolder } = require('../helpers/folder.js');
const { builtin, describeEach } = require('../helpers/modules.js');
const { statOf } = require('../helpers/proc.js');
const { reportsOf } = require('../helpers/program.js');
const { until } = require('../helpers/until.js');

/**
 * Ends with 3 when it has read a line, and says before that who it is. It starts nothing: a signal, such as that of a
 * child's end, would stop it under the tracer.
 */
const SCRIPT = 'echo $$ >"$0.pid"; read go <"$0"; exit 3';

let folder;
let tracer;
let isRefused;
beforeAll(async () => {
  folder = makeFolder();
  tracer = compileProgram(folder, 'tracer.rs');
  isRefused = await isTracingRefused();
  if (isRefused) console.warn('Traced children are not tried: ptrace is refused here.');
});
afterAll(() => removeFolder(folder));

/** Those that have not let go, where a test has failed. */
const tracers = new Set();
afterEach(() => {
  for (const child of tracers) child.kill('SIGKILL');
});

/** Starts a tracer and waits until it has said how that went. @param {number | undefined} pid */
async function trace(pid) {
  const child = builtin.spawn(tracer, [String(pid)], { stdio: ['pipe', 'pipe', 'inherit'] });
  tracers.add(child);
  const end = closed(child).then(() => tracers.delete(child));
  const [said] = await next(child.stdout.setEncoding('utf8'), 'data');
  const letGo = () => {
    child.stdin.end('\n');
    return end;
  };
  return { said: said.trim(), letGo };
}

async function isTracingRefused() {
  const child = builtin.spawn('cat', { stdio: ['pipe', 'ignore', 'ignore'] });
  const end = closed(child);
  const { said, letGo } = await trace(child.pid);
  child.stdin.end();
  await letGo();
  await end;
  return said !== 'attached';
}

let fifos = 0;
/** What a child reads its line from. */
function makeFifo() {
  const fifo = path.join(folder, `go-${fifos++}`);
  builtin.execFileSync('mkfifo', [fifo]);
  return fifo;
}

/** Has a child traced, has it end, and gives those time that would tell of it too early. */
async function endTraced(fifo) {
  const saidPid = () => fs.existsSync(`${fifo}.pid`) && fs.readFileSync(`${fifo}.pid`, 'utf8').endsWith('\n');
  await until(saidPid);
  const pid = Number(fs.readFileSync(`${fifo}.pid`, 'utf8'));
  const { said, letGo } = await trace(pid);
  expect(said).toBe('attached');
  await fs.promises.writeFile(fifo, 'go\n');
  await until(() => statOf(pid)?.state === 'Z');
  for (let turn = 0; turn < 20; turn++) await sleep(5);
  return { pid, letGo };
}

describeEach('a child that ends with 3 while it is traced', (module) => {
  const traced = (name, body) => test(name, () => (isRefused ? undefined : body()));

  traced("spawn: 'exit' comes when the tracer has let go", async () => {
    const fifo = makeFifo();
    const child = module.spawn('sh', ['-c', SCRIPT, fifo], { stdio: 'ignore' });
    const exits = [];
    const end = closed(child);
    child.on('exit', (...exit) => exits.push(exit));
    const { pid, letGo } = await endTraced(fifo);
    expect(exits).toEqual([]);
    await letGo();
    expect(await end).toEqual({ code: 3, signal: null });
    expect(exits).toEqual([[3, null]]);
    expect(statOf(pid)).toBeUndefined();
  });

  traced('execFile: its callback is called then, with the code', async () => {
    const fifo = makeFifo();
    const calls = [];
    const called = new Promise((resolve) => {
      module.execFile('sh', ['-c', SCRIPT, fifo], (error) => resolve(calls.push(error?.code)));
    });
    const { pid, letGo } = await endTraced(fifo);
    expect(calls).toEqual([]);
    await letGo();
    await called;
    expect(calls).toEqual([3]);
    expect(statOf(pid)).toBeUndefined();
  });

  traced('spawnSync: returns then', async () => {
    const fifo = makeFifo();
    const mark = `${fifo}.let-go`;
    const program = reportsOf(
      module,
      ({ spawnSync }, report, script, fifo, mark) => {
        const fs = require('node:fs');
        const { pid, status, signal } = spawnSync('sh', ['-c', script, fifo]);
        report({ status, signal, hasLetGo: fs.existsSync(mark), isLeft: fs.existsSync(`/proc/${pid}`) });
      },
      { args: [SCRIPT, fifo, mark] },
    );
    const { letGo } = await endTraced(fifo);
    fs.writeFileSync(mark, '');
    await letGo();
    expect(await program).toEqual([{ status: 3, signal: null, hasLetGo: true, isLeft: false }]);
  });
});
