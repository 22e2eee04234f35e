'use strict';
// fork()'s stdio: silent, a word, a list, and the channel's place in it.

const { output, text } = require('../helpers/children.js');
const { describeEach } = require('../helpers/modules.js');
const { runProgram } = require('../helpers/program.js');
const { RUN } = require('../ipc/nodes.js');

/** Writes to both outputs and says, by the channel, what came in. */
function talk() {
  process.stdout.write('out\n');
  process.stderr.write('err');
  process.send('ready', () => process.disconnect());
}

describeEach('stdio', (module) => {
  const run = (options) => module.fork(RUN, [String(talk), '[]'], { execArgv: [], ...options });
  const kinds = (child) => child.stdio.map((entry) => (entry ? 'stream' : entry));

  test.each([
    ['silent', { silent: true }],
    ['the word pipe', { stdio: 'pipe' }],
    ['the word overlapped', { stdio: 'overlapped' }],
    ['a word wins over silent: false', { silent: false, stdio: 'pipe' }],
    ['a list', { stdio: ['pipe', 'pipe', 'pipe', 'ipc'] }],
    ['a list of nothing in particular', { stdio: [undefined, null, undefined, 'ipc'] }],
    ['a list wins over silent: false', { silent: false, stdio: ['pipe', 'pipe', 'pipe', 'ipc'] }],
  ])('%s: pipes', async (_name, options) => {
    const child = run(options);
    expect(kinds(child)).toEqual(['stream', 'stream', 'stream', null]);
    expect(child.stdin).toBe(child.stdio[0]);
    const messages = [];
    child.on('message', (message) => messages.push(message));
    expect(await output(child)).toEqual({ code: 0, signal: null, stdout: 'out\n', stderr: 'err' });
    expect(messages).toEqual(['ready']);
  });

  test.each([
    ['the word ignore', { stdio: 'ignore' }],
    ['a word wins over silent', { silent: true, stdio: 'ignore' }],
    ['a list', { stdio: ['ignore', 'ignore', 'ignore', 'ipc'] }],
    ['a list wins over silent', { silent: true, stdio: ['ignore', 'ignore', 'ignore', 'ipc'] }],
  ])('%s: nothing', async (_name, options) => {
    const child = run(options);
    expect([child.stdin, child.stdout, child.stderr]).toEqual([null, null, null]);
    expect(kinds(child)).toEqual([null, null, null, null]);
    expect(await output(child)).toMatchObject({ code: 0, signal: null });
  });

  test.each([
    ['left out', {}],
    ['not silent', { silent: false }],
    ['the word inherit', { stdio: 'inherit' }],
    ['the word inherit wins over silent', { silent: true, stdio: 'inherit' }],
    ['a list', { stdio: ['inherit', 'inherit', 'inherit', 'ipc'] }],
    ['a list of fds', { stdio: [0, 1, 2, 'ipc'] }],
  ])('%s: those of the parent', async (_name, options) => {
    const body = ({ fork }, report, run, talk, options) => {
      const child = fork(run, [talk, '[]'], { execArgv: [], ...options });
      report(child.stdio);
      child.on('message', report);
    };
    const { code, stdout, stderr, reports } = await runProgram(module, body, { args: [RUN, String(talk), options] });
    expect({ code, stderr, reports }).toEqual({ code: 0, stderr: 'err', reports: [[null, null, null, null], 'ready'] });
    expect(stdout).toContain('out\n');
  });

  test('the channel in the first place', async () => {
    const child = run({ stdio: ['ipc', 'pipe', 'pipe'] });
    const messages = [];
    child.on('message', (message) => messages.push(message));
    expect(kinds(child)).toEqual([null, 'stream', 'stream']);
    expect(await output(child)).toEqual({ code: 0, signal: null, stdout: 'out\n', stderr: 'err' });
    expect(messages).toEqual(['ready']);
  });

  test('the channel behind other fds, and an fd behind it', async () => {
    const body = String(() => {
      const fs = require('node:fs');
      process.on('message', () => {
        fs.writeSync(3, 'three');
        fs.writeSync(5, 'five');
        process.disconnect();
      });
      process.send('ready');
    });
    const child = module.fork(RUN, [body, '[]'], {
      execArgv: [],
      stdio: ['ignore', 'ignore', 'inherit', 'pipe', 'ipc', 'pipe'],
    });
    expect(kinds(child)).toEqual([null, null, null, 'stream', null, 'stream']);
    child.on('message', () => child.send('write'));
    expect(await Promise.all([text(child.stdio[3]), text(child.stdio[5]), output(child)])).toEqual([
      'three',
      'five',
      { code: 0, signal: null, stdout: null, stderr: null },
    ]);
  });

  test('what is written to stdin', async () => {
    const child = module.fork(RUN, ['() => { process.stdin.pipe(process.stdout); process.disconnect(); }', '[]'], {
      execArgv: [],
      silent: true,
    });
    child.stdin.end('echo');
    expect(await output(child)).toEqual({ code: 0, signal: null, stdout: 'echo', stderr: '' });
  });

  test('the options are not changed', async () => {
    const stdio = ['ignore', 'ignore', 'ignore', 'ipc'];
    const options = { execArgv: [], stdio, silent: true };
    const copy = JSON.stringify(options);
    await output(run(options));
    expect(JSON.stringify(options)).toBe(copy);
  });
});
