'use strict';
// Reads of a child's output that fail: the same errors, at the same places, as with the built-in, and no hang.
// See fixtures/read_errors.rs.

const fs = require('node:fs');
const { constants } = require('node:os');
const path = require('node:path');
const { compileAddon } = require('../helpers/compile.js');
const { makeFolder, removeFolder } = require('../helpers/folder.js');
const { onBoth } = require('../helpers/modules.js');
const { reportsOf, runProgram } = require('../helpers/program.js');

let folder;
let library;
let script;
beforeAll(() => {
  folder = makeFolder();
  library = compileAddon(folder, 'read_errors.rs');
  const file = path.join(folder, 'output');
  // More than a pipe holds, so that its end is not there yet when a read fails.
  fs.writeFileSync(file, Buffer.alloc(4_000_000, 'forkless'));
  // It ends well whatever becomes of its pipes.
  script = `trap '' PIPE; cat ${file} 2>/dev/null; exit 0`;
});
afterAll(() => removeFolder(folder));

/** A program whose reads from sockets fail after so many bytes. */
const failing = (errno, bytes) => ({ env: { LD_PRELOAD: library, READ_ERROR: `${errno} ${bytes}` } });

/** Starts one child and reports all that anybody is told of it, in an order that does not depend on the kernel. */
const runOne = async (childProcess, report, { call, script, encoding, who }) => {
  // The child's own reads do not fail.
  delete process.env.LD_PRELOAD;
  const plain = (error) => ({ class: error?.constructor.name, message: error?.message, ...error });
  const uncaught = [];
  process.on('uncaughtException', (error) => uncaught.push(plain(error)));
  const told = [];
  const callback = (error, stdout, stderr) => told.push([error && plain(error), stdout.length, stderr.length]);
  const START = {
    exec: () => childProcess.exec(script, { encoding }, callback),
    execFile: () => childProcess.execFile('sh', ['-c', script], { encoding }, callback),
    spawn: () => childProcess.spawn('sh', ['-c', script]),
  };
  const child = START[call]();
  const errors = [];
  if (who === 'touched') child.stdout;
  if (who === 'listened to') {
    for (const name of ['stdout', 'stderr']) child[name].on('error', (error) => errors.push([name, plain(error)]));
  }
  if (call === 'spawn') for (const stream of [child.stdout, child.stderr]) stream.on('data', () => {});
  const events = [];
  for (const event of ['spawn', 'error', 'exit', 'close']) child.on(event, (...args) => events.push([event, ...args]));
  await new Promise((resolve) => child.on('close', resolve));
  // What is told by a tick of its own.
  await new Promise(setImmediate);
  const states = [child.stdout, child.stderr].map(({ destroyed, errored }) => [destroyed, errored?.code ?? null]);
  report({ told, events, uncaught, errors: errors.sort(), states });
};

/** Runs it on both modules, and expects the error at both streams. */
async function expectErrors(code, bytes, [call, encoding, who]) {
  const errno = constants.errno[code];
  const error = { class: 'Error', message: `read ${code}`, errno: -errno, code, syscall: 'read' };
  const given = { call, encoding, script, who };
  const [seen] = await onBoth((module) => reportsOf(module, runOne, { args: [given], ...failing(errno, bytes) }));
  const byStream = ['stderr', 'stdout'].map((name) => [name, error]);
  const isHeard = who === 'listened to';
  expect(seen).toMatchObject({ uncaught: isHeard ? [] : [error, error], errors: isHeard ? byStream : [] });
  // What was read before it is not lost.
  expect(seen.told).toEqual(call === 'spawn' ? [] : [[null, bytes, 0]]);
}

describe.each([0, 1000, 100_000])('after %i bytes', (bytes) => {
  const calls = [
    ['exec', 'utf8'],
    ['execFile', 'utf8'],
    ['execFile', 'buffer'],
    ['spawn', null],
  ];
  const cases = calls.flatMap((call) => ['not touched', 'touched', 'listened to'].map((who) => [...call, who]));

  test.each(cases)('%s, %p, streams %s', (...kind) => expectErrors('EIO', bytes, kind));
});

test.each(
  ['ECONNRESET', 'ENOMEM', 'EBADF', 'ENOTCONN'].flatMap((code) =>
    ['utf8', 'buffer'].map((encoding) => [code, encoding]),
  ),
)('%s: any error is told as it is (%s)', (code, encoding) =>
  expectErrors(code, 1000, ['execFile', encoding, 'not touched']),
);

test('with nobody to hear of it, the program ends as with the built-in', async () => {
  const end = await onBoth(async (module) => {
    const { code, signal, stderr, reports } = await runProgram(
      module,
      ({ execFile }, report, script) => {
        delete process.env.LD_PRELOAD;
        execFile('sh', ['-c', script], () => report('called'));
      },
      { args: [script], ...failing(constants.errno.EIO, 1000) },
    );
    return { code, signal, reports, error: stderr.match(/^Error: .*$/m)?.[0] };
  });
  expect(end).toEqual({ code: 1, signal: null, reports: [], error: 'Error: read EIO' });
});

test.each([
  ['spawnSync', 'spawnSync sh EIO', [3, null, 1000, 0]],
  ['execFileSync', 'spawnSync sh EIO', []],
])('%s: the error, with all that was read before it', async (call, message, rest) => {
  const reports = await onBoth((module) =>
    reportsOf(
      module,
      (childProcess, report, call) => {
        delete process.env.LD_PRELOAD;
        const plain = ({ message, code, syscall, stdout }) => ({ message, code, syscall, read: stdout?.length });
        try {
          // No more than a pipe holds: the built-in waits for such a child for ever.
          const { error, status, signal, stdout, stderr } = childProcess[call]('sh', [
            '-c',
            'printf "%02000d"; exit 3',
          ]);
          report([plain(error), status, signal, stdout.length, stderr.length]);
        } catch (error) {
          report([plain(error)]);
        }
      },
      { args: [call], ...failing(constants.errno.EIO, 1000) },
    ),
  );
  const read = call === 'execFileSync' ? { read: 1000 } : {};
  expect(reports).toEqual([[{ message, code: 'EIO', syscall: 'spawnSync sh', ...read }, ...rest]]);
});
