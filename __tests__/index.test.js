'use strict';
// The export table: names, functions and their shapes.

const { spawnSync } = require('node:child_process');
const path = require('node:path');
const { kAsyncDispose } = require('./helpers/additions.js');
const { builtin, forkless } = require('./helpers/modules.js');

const byName = (one, other) => (String(one) < String(other) ? -1 : 1);

const NAMES = [
  '_forkChild',
  'ChildProcess',
  'exec',
  'execFile',
  'execFileSync',
  'execSync',
  'fork',
  'spawn',
  'spawnSync',
];

test('the enumerable names are those of the built-in', () => {
  expect(Object.keys(forkless)).toEqual(Object.keys(builtin));
  expect(Object.keys(forkless).sort()).toEqual([...NAMES].sort());
});

test.each(NAMES)('%s has the name and the length of the built-in', (name) => {
  expect(typeof forkless[name]).toBe('function');
  expect(forkless[name].name).toBe(builtin[name].name);
  expect(forkless[name].length).toBe(builtin[name].length);
});

test('the methods of ChildProcess are those of the built-in, and those that are added are not enumerable', () => {
  const added = ['exited', 'stop', 'resourceUsage', 'killTree', 'descendants', 'containment', kAsyncDispose];
  const keys = Reflect.ownKeys(builtin.ChildProcess.prototype).filter((key) => !added.includes(key));
  expect(Reflect.ownKeys(forkless.ChildProcess.prototype).sort(byName)).toEqual([...keys, ...added].sort(byName));
  for (const key of added) {
    expect(Object.getOwnPropertyDescriptor(forkless.ChildProcess.prototype, key).enumerable).toBe(false);
  }
  const shapes = ({ ChildProcess: { prototype } }) =>
    keys.map((key) => {
      const { enumerable, value } = Object.getOwnPropertyDescriptor(prototype, key);
      return { key, enumerable, name: value.name, length: value.length, constructs: 'prototype' in value };
    });
  expect(shapes(forkless)).toEqual(shapes(builtin));
});

test('native says that the addon is at work, and is not enumerable', () => {
  expect(forkless.native).toBe(true);
  expect(Object.getOwnPropertyDescriptor(forkless, 'native').enumerable).toBe(false);
});

test('supports is not enumerable', () => {
  expect(Object.getOwnPropertyDescriptor(forkless, 'supports').enumerable).toBe(false);
});

test('spawn and ChildProcess are our own', () => {
  expect(forkless.spawn).not.toBe(builtin.spawn);
  expect(forkless.ChildProcess).not.toBe(builtin.ChildProcess);
});

test('ESM has every name', () => {
  const script = `import * as all from 'forkless'; import { spawn, ChildProcess } from 'forkless';
    console.log(JSON.stringify([Object.keys(all).filter((key) => typeof all[key] === 'function' && key !== 'module.exports').sort(), typeof spawn, typeof ChildProcess, all.default.native]));`;
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
    cwd: path.join(__dirname, '..'),
    encoding: 'utf8',
  });
  expect(stderr).toBe('');
  expect(JSON.parse(stdout)).toEqual([[...NAMES, 'supports'].sort(), 'function', 'function', true]);
});

test('what a program replaces before its first start is not used', () => {
  const script = (name) => `
    const { spawn } = require('${name}');
    const real = process.env;
    const timers = require('timers');
    timers.setImmediate = timers.setTimeout = () => console.log('replaced');
    process.env = { PATH: real.PATH, ONLY: 'this' };
    const child = spawn('sh', ['-c', 'echo $ONLY; echo $HOME$LEFT']);
    let said = '';
    child.stdout.on('data', (text) => { said += text; });
    child.on('close', (code) => console.log(said + code));`;
  const [expected, actual] = ['node:child_process', 'forkless'].map((name) =>
    spawnSync(process.execPath, ['-e', script(name)], {
      cwd: path.join(__dirname, '..'),
      env: { ...process.env, LEFT: 'over' },
      encoding: 'utf8',
    }),
  );
  expect([actual.stdout, actual.stderr]).toEqual([expected.stdout, '']);
  // Newer Nodes give children the environment of the process in any case.
  expect([
    ['this', '', '0', ''],
    ['', `${process.env.HOME}over`, '0', ''],
  ]).toContainEqual(actual.stdout.split('\n'));
});

test('works where no code may be made of strings', () => {
  const flags = ['--disallow-code-generation-from-strings'];
  const code = `console.log(String(require('forkless').execFileSync('echo', ['made'])))`;
  const { stdout } = spawnSync(process.execPath, [...flags, '-e', code], {
    cwd: path.join(__dirname, '..'),
    encoding: 'utf8',
  });
  expect(stdout).toBe('made\n\n');
});

test.each([
  ['gives nothing', 'undefined'],
  ['finds nothing', '(() => { throw new Error("ENOENT"); })()'],
])('works where a file system put in the place of the real one %s', (_name, result) => {
  const script = `
    const { ChildProcess, execFileSync, fork, native, spawn } = require('forkless');
    const fs = require('fs');
    const { readFileSync } = fs;
    fs.readFileSync = (file, ...rest) => (String(file).includes('dist') ? ${result} : readFileSync(file, ...rest));
    const blocking = String(execFileSync('echo', ['made']));
    spawn('true').on('close', (code) => {
      const child = new ChildProcess();
      child.spawn({ file: 'true', args: ['true'], stdio: 'ignore' });
      child.on('exit', (second) => console.log(native, blocking, code, second));
    });`;
  const { stdout, stderr } = spawnSync(process.execPath, ['-e', script], {
    cwd: path.join(__dirname, '..'),
    encoding: 'utf8',
  });
  expect({ stdout, stderr }).toEqual({ stdout: 'true made\n 0 0\n', stderr: '' });
});

test.each(['spawn', 'execFile', 'fork', 'spawnSync', 'ChildProcess'])('the first call finds no fd left: %s', (name) => {
  const told = ['node:child_process', 'forkless'].map((module) => {
    const script = `
      const cp = require('${module}');
      const fs = require('fs');
      // The streams of this program, before there are no fds left for them.
      process.stdout; process.stderr;
      const held = [];
      try { for (;;) held.push(fs.openSync('/dev/null')); } catch {}
      const tell = (what) => fs.writeSync(1, JSON.stringify(what) + '\\n');
      const watch = (child) => child.on('error', ({ code, syscall }) => tell([code, syscall]))
        .on('exit', () => tell('exit')).on('close', (code) => tell(['close', code]));
      const calls = {
        spawn: () => watch(cp.spawn('true')),
        execFile: () => watch(cp.execFile('true', ({ code }) => tell(['callback', code]))),
        fork: () => watch(cp.fork('x')),
        spawnSync: () => { const { error, status } = cp.spawnSync('true'); tell([error?.code, status]); },
        ChildProcess: () => {
          const child = watch(new cp.ChildProcess());
          tell(child.spawn({ file: 'true', args: ['true'] }));
        },
      };
      try { calls.${name}(); } catch ({ code }) { tell(['thrown', code]); }`;
    const command = 'ulimit -n 40; exec "$0" -e "$1"';
    const { stdout, stderr } = spawnSync('sh', ['-c', command, process.execPath, script], {
      cwd: path.join(__dirname, '..'),
      encoding: 'utf8',
    });
    return { stdout, stderr };
  });
  expect(told[1]).toEqual(told[0]);
  expect(told[0].stdout).toContain('EMFILE');
});
