'use strict';
// The export table: names, functions and their shapes.

const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { builtin, forkless } = require('./helpers/modules.js');

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

test('the methods of ChildProcess are those of the built-in', () => {
  const shapes = ({ ChildProcess: { prototype } }) =>
    Reflect.ownKeys(prototype).map((key) => {
      const { enumerable, value } = Object.getOwnPropertyDescriptor(prototype, key);
      return { key, enumerable, name: value.name, length: value.length, constructs: 'prototype' in value };
    });
  expect(shapes(forkless)).toEqual(shapes(builtin));
});

// Each part of calls.js is compiled by itself.
test.each(['spawn', 'spawnSync', 'fork'])(
  'the stack of an error of %s has the lines and columns of calls.js',
  (name) => {
    const file = path.join(__dirname, '..', 'calls.js');
    const lines = fs.readFileSync(file, 'utf8').split('\n');
    const script = `try { require('forkless').${name}('', [], { cwd: 1 }) } catch ({ stack }) { console.log(stack) }`;
    const { stdout } = spawnSync(process.execPath, ['-e', script], { cwd: path.dirname(file), encoding: 'utf8' });
    const frames = [...stdout.matchAll(/at (?:async )?(\S+) .*?([^/]*\.js):(\d+):(\d+)\)/g)];
    const calls = frames.flatMap(([, callee], index) => {
      const [, , caller, line, column] = frames[index + 1] ?? [];
      return caller === 'calls.js' ? [{ callee, at: lines[line - 1].slice(column - 1) }] : [];
    });
    expect(calls.length).toBeGreaterThan(1);
    for (const { callee, at } of calls) expect(at.slice(0, callee.length)).toBe(callee);
  },
);

test('native says that the addon is at work, and is not enumerable', () => {
  expect(forkless.native).toBe(true);
  expect(Object.getOwnPropertyDescriptor(forkless, 'native').enumerable).toBe(false);
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
  expect(JSON.parse(stdout)).toEqual([[...NAMES].sort(), 'function', 'function', true]);
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
    const fs = require('fs');
    const { readFileSync } = fs;
    fs.readFileSync = (file, ...rest) => (String(file).endsWith('calls.js') ? ${result} : readFileSync(file, ...rest));
    const { native, execFileSync } = require('forkless');
    fs.readFileSync = readFileSync;
    console.log(native, String(execFileSync('echo', ['made'])));`;
  const { stdout } = spawnSync(process.execPath, ['-e', script], { cwd: path.join(__dirname, '..'), encoding: 'utf8' });
  expect(stdout).toBe('true made\n\n');
});
