'use strict';
// cross-spawn: spawn and spawnSync that hand on what they get, errors included.

const { makeFolder, removeFolder, writeScript } = require('../helpers/folder.js');
const { runsBareScript } = require('../helpers/running-node.js');
const { onBothWays } = require('./programs.js');

let folder;

beforeAll(() => {
  folder = makeFolder();
});

afterAll(() => removeFolder(folder));

test('events, outputs and arguments with everything that shells mind', async () => {
  const reports = await onBothWays((report) => {
    const spawn = require('cross-spawn');
    const args = ['a b', '"quoted"', "it's", '$HOME', '*', '', 'ü\n', '\\'];
    const child = spawn('node', ['-p', 'JSON.stringify(process.argv.slice(1))', '--', ...args]);
    report([child instanceof require('node:child_process').ChildProcess, child.spawnargs.length]);
    let stdout = '';
    child.stdout.on('data', (chunk) => {
      stdout += chunk;
    });
    child.on('close', (...end) => report([JSON.parse(stdout), end]));
  });
  const args = ['a b', '"quoted"', "it's", '$HOME', '*', '', 'ü\n', '\\'];
  expect(reports).toEqual([
    [true, args.length + 4],
    [args, [0, null]],
  ]);
});

test('commands that fail, are killed, are not there or may not be run', async () => {
  const data = writeScript(`${folder}/data`, 'no program\n', 0o644);
  const reports = await onBothWays(async (report, data) => {
    const spawn = require('cross-spawn');
    const ended = (child) =>
      new Promise((resolve) => {
        const events = [];
        child.on('spawn', () => events.push('spawn'));
        child.on('error', (error) => events.push({ message: error.message, ...error }));
        child.on('exit', (...end) => events.push(['exit', ...end]));
        child.on('close', (...end) => resolve([...events, ['close', ...end]]));
      });
    report(await ended(spawn('sh', ['-c', 'exit 17'])));
    const asleep = spawn('sleep', ['60']);
    asleep.on('spawn', () => asleep.kill('SIGHUP'));
    report(await ended(asleep));
    report(await ended(spawn('forkless-no-such-command', ['x'])));
    report(await ended(spawn(data)));
    report(await ended(spawn('sleep', ['60'], { timeout: 50, killSignal: 'SIGINT' })));
  }, data);
  const refused = (code, errno, path, spawnargs) => [
    { message: `spawn ${path} ${code}`, errno, code, syscall: `spawn ${path}`, path, spawnargs },
    ['close', errno, null],
  ];
  expect(reports).toEqual([
    ['spawn', ['exit', 17, null], ['close', 17, null]],
    ['spawn', ['exit', null, 'SIGHUP'], ['close', null, 'SIGHUP']],
    refused('ENOENT', -2, 'forkless-no-such-command', ['x']),
    refused('EACCES', -13, data, []),
    ['spawn', ['exit', null, 'SIGINT'], ['close', null, 'SIGINT']],
  ]);
});

test('scripts with a shebang, found by PATH and by path', async () => {
  writeScript(`${folder}/bin/forkless-script`, '#!/usr/bin/env node\nconsole.log(process.argv[2]);\n');
  const bare = writeScript(`${folder}/bin/bare-script`, 'echo bare $1\n');
  const reports = await onBothWays((report, bin) => {
    const spawn = require('cross-spawn');
    const env = { ...process.env, PATH: `${bin}:${process.env.PATH}` };
    const run = (file, options) => {
      const { status, stdout, error } = spawn.sync(file, ['hello'], { encoding: 'utf8', ...options });
      report([status, stdout, error?.code ?? null]);
    };
    run('forkless-script', { env });
    run('forkless-script', {});
    run('./forkless-script', { cwd: bin });
    run('bare-script', { env });
  }, `${folder}/bin`);
  expect(reports).toEqual([
    [0, 'hello\n', null],
    [null, null, 'ENOENT'],
    [0, 'hello\n', null],
    runsBareScript(bare) ? [0, 'bare hello\n', null] : [null, null, 'ENOEXEC'],
  ]);
});

test('megabytes through a chain of children', async () => {
  const reports = await onBothWays(async (report) => {
    const spawn = require('cross-spawn');
    const { pipeline } = require('node:stream/promises');
    const { createHash } = require('node:crypto');
    const { Readable } = require('node:stream');
    const input = Buffer.alloc(6 << 20, 'line of text\n');
    const [zip, unzip, hash] = [spawn('gzip', ['-1']), spawn('gunzip'), spawn('sha256sum')];
    let sum = '';
    hash.stdout.on('data', (chunk) => {
      sum += chunk;
    });
    const closed = new Promise((resolve) => hash.on('close', resolve));
    await Promise.all([
      pipeline(Readable.from([input]), zip.stdin),
      pipeline(zip.stdout, unzip.stdin),
      pipeline(unzip.stdout, hash.stdin),
    ]);
    report([await closed, sum.slice(0, 64) === createHash('sha256').update(input).digest('hex')]);
  });
  expect(reports).toEqual([[0, true]]);
});

test('sync: results, errors, timeouts, input and inherited outputs', async () => {
  const reports = await onBothWays((report) => {
    const { sync } = require('cross-spawn');
    const told = ({ status, signal, stdout, stderr, output, error }) =>
      report({
        status,
        signal,
        // Null or undefined, as the version will.
        stdout: stdout ? String(stdout) : null,
        stderr: stderr ? String(stderr) : null,
        output: output?.length ?? null,
        error: error ? { message: error.message, ...error } : null,
      });
    told(sync('sh', ['-c', 'cat; echo err >&2; exit 2'], { input: 'in' }));
    told(sync('forkless-no-such-command', ['x']));
    told(sync('sleep', ['60'], { timeout: 50, killSignal: 'SIGKILL' }));
    told(sync('sh', ['-c', 'echo hidden'], { stdio: 'ignore' }));
    report(sync('wc', ['-c'], { input: Buffer.alloc(4 << 20) }).stdout.toString());
    report(sync('head', ['-c', '3000000', '/dev/zero'], { maxBuffer: Infinity }).stdout.length);
  });
  const none = { signal: null, error: null };
  const refused = { stdout: null, stderr: null, output: null, status: null, signal: null };
  expect(reports).toEqual([
    { ...none, status: 2, stdout: 'in', stderr: 'err\n', output: 3 },
    { ...refused, error: expect.objectContaining({ code: 'ENOENT', syscall: 'spawnSync forkless-no-such-command' }) },
    {
      ...{ status: null, signal: 'SIGKILL', stdout: '', stderr: '', output: 3 },
      error: expect.objectContaining({ code: 'ETIMEDOUT', message: 'spawnSync sleep ETIMEDOUT' }),
    },
    { ...none, status: 0, stdout: null, stderr: null, output: 3 },
    `${4 << 20}\n`,
    3_000_000,
  ]);
});
