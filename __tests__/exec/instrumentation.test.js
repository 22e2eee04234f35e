'use strict';
// What wraps the exported execFile (tracers do) sees the calls of exec as well:
// on the built-in, on forkless, and on the built-in under forkless/register.

const path = require('node:path');
const { builtin, forkless } = require('../helpers/modules.js');
const { reportsOf } = require('../helpers/program.js');

const REGISTER = path.join(__dirname, '..', '..', 'register.js');

/** Wraps execFile and reports what it is called with and what comes out. */
function wrapAndCall(childProcess, report) {
  const { promisify } = require('node:util');
  const { execFile } = childProcess;
  const calls = [];
  childProcess.execFile = function wrapped(...args) {
    calls.push(args);
    return execFile.apply(this, args);
  };
  const called = () => calls.splice(0).map(([file, options, done]) => [file, options, typeof done]);
  const plain = promisify(execFile);

  const run = async () => {
    await new Promise((resolve) => childProcess.exec('echo a', { cwd: '/', timeout: 0 }, resolve));
    report(['exec', called()]);
    await new Promise((resolve) => childProcess.exec('echo b', { shell: '/bin/bash' }, resolve));
    report(['exec in a shell', called()]);
    await new Promise((resolve) => childProcess.exec('echo c').on('close', resolve));
    report(['exec without a callback', called()]);
    report(['promised', await promisify(childProcess.exec)('echo d'), called()]);
    report(['promised execFile of before', await plain('echo', ['e']), called()]);
    await new Promise((resolve) => require('node:child_process').exec('true', resolve));
    report(['by the name of the built-in', called().length]);
  };
  run();
}

const plainExec = (file, options, done) => [[file, { ...options }, done]];

describe.each([
  ['node:child_process', builtin, [], true],
  ['forkless', forkless, [], false],
  ['node:child_process under forkless/register', builtin, ['--require', REGISTER], true],
])('a wrapped execFile of %s', (_name, module, flags, isBuiltin) => {
  test('is what exec calls', async () => {
    expect(await reportsOf(module, wrapAndCall, { flags })).toEqual([
      ['exec', plainExec('echo a', { cwd: '/', timeout: 0, shell: true }, 'function')],
      ['exec in a shell', plainExec('echo b', { shell: '/bin/bash' }, 'function')],
      ['exec without a callback', plainExec('echo c', { shell: true }, 'undefined')],
      ['promised', { stdout: 'd\n', stderr: '' }, plainExec('echo d', { shell: true }, 'function')],
      ['promised execFile of before', { stdout: 'e\n', stderr: '' }, []],
      ['by the name of the built-in', isBuiltin ? 1 : 0],
    ]);
  });

  test('is what exec returns from', async () => {
    const [seen] = await reportsOf(
      module,
      (childProcess, report) => {
        childProcess.execFile = () => 'from the wrapper';
        report(childProcess.exec('echo never'));
      },
      { flags },
    );
    expect(seen).toBe('from the wrapper');
  });
});

test('under forkless/register it is forkless that runs', async () => {
  const [seen] = await reportsOf(
    builtin,
    (childProcess, report, index) => {
      const forkless = require(index);
      const names = ['exec', 'execFile', 'execFileSync', 'execSync', 'spawnSync'];
      report(names.filter((name) => childProcess[name] !== forkless[name]));
    },
    { flags: ['--require', REGISTER], args: [path.join(__dirname, '..', '..', 'index.js')] },
  );
  expect(seen).toEqual([]);
});
