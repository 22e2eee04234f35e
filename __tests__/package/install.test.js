'use strict';
// The package as people get it: packed, installed from the files into an empty
// folder without a network, and used in every way there is to load it.

const fs = require('node:fs');
const path = require('node:path');
const { makeFolder, removeFolder } = require('../helpers/folder.js');
const { builtin } = require('../helpers/modules.js');

const ROOT = path.join(__dirname, '..', '..');
const ADDON = fs.readdirSync(ROOT).find((name) => name.endsWith('.node')) ?? '';
const PLATFORM = ADDON.split('.')[1];

/** What npm and this test's own set-up leave in the environment is not for those who use the package. */
const ENV = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !/^(npm_|NODE_OPTIONS$|FORKLESS_)/i.test(name)),
);

/** Loads forkless, runs one child and prints what came of it. */
const PROGRAM = `
const told = { native: forkless.native, replaced: require('node:child_process').spawn === forkless.spawn };
const print = (more) => console.log(JSON.stringify({ ...told, ...more }));
try {
  const child = forkless.spawn('echo', ['hello']);
  child.stdout.on('data', (data) => print({ text: String(data) }));
} catch (error) {
  print({ code: error.code });
}
`;

let work;
let installed;
let withoutAddon;

beforeAll(() => {
  work = makeFolder();
  const main = pack(ROOT);
  const platform = pack(platformFolder());
  installed = install('installed', [main, platform]);
  withoutAddon = install('without-addon', [main]);
});

afterAll(() => removeFolder(work));

/** The platform package as scripts/release.mjs fills it. */
function platformFolder() {
  const folder = path.join(work, PLATFORM);
  fs.cpSync(path.join(ROOT, 'npm', PLATFORM), folder, { recursive: true });
  fs.copyFileSync(path.join(ROOT, ADDON), path.join(folder, ADDON));
  return folder;
}

/** @param {string[]} args @param {string} cwd */
function npm(args, cwd) {
  const { status, stdout, stderr } = builtin.spawnSync('npm', args, { cwd, env: ENV, encoding: 'utf8' });
  if (status !== 0) throw new Error(`npm ${args.join(' ')} ended with ${status}:\n${stdout}${stderr}`);
  return stdout;
}

/** @param {string} folder @returns {string} the tarball */
function pack(folder) {
  const [{ filename }] = JSON.parse(npm(['pack', '--json', '--pack-destination', work], folder));
  return path.join(work, filename);
}

/** @param {string} name @param {string[]} tarballs */
function install(name, tarballs) {
  const folder = path.join(work, name);
  fs.mkdirSync(folder);
  fs.writeFileSync(path.join(folder, 'package.json'), '{ "private": true }');
  fs.writeFileSync(path.join(folder, 'by-require.cjs'), `const forkless = require('forkless');${PROGRAM}`);
  fs.writeFileSync(
    path.join(folder, 'by-import.mjs'),
    `import { createRequire } from 'node:module';
    import byDefault, { exec, execFile, execFileSync, execSync, fork, spawn, spawnSync, ChildProcess, native } from 'forkless';
    const named = { exec, execFile, execFileSync, execSync, fork, spawn, spawnSync, ChildProcess };
    for (const name in named) if (named[name] !== byDefault[name]) throw new Error(name);
    const require = createRequire(import.meta.url);
    const forkless = { ...named, native };${PROGRAM}`,
  );
  npm(['install', '--offline', '--no-audit', '--no-fund', '--ignore-scripts', '--prefix', folder, ...tarballs], folder);
  return folder;
}

/**
 * @param {string} folder
 * @param {string[]} args for node
 * @param {Record<string, string>} [env]
 */
function node(folder, args, env) {
  return builtin.spawnSync(process.execPath, args, { cwd: folder, env: { ...ENV, ...env }, encoding: 'utf8' });
}

/** What a program that must end well printed. @type {(...args: Parameters<typeof node>) => any} */
function report(...args) {
  const { status, stdout, stderr } = node(...args);
  expect({ status, stderr: withoutWarnings(stderr) }).toEqual({ status: 0, stderr: '' });
  return JSON.parse(stdout);
}

/** Nodes where permissions are an experiment say so. @param {string} stderr */
function withoutWarnings(stderr) {
  return stderr.replace(/^(\(node:\d+\)|\(Use `node) .*\n/gm, '');
}

const works = { native: true, replaced: false, text: 'hello\n' };

test('nothing but what a program needs is in the package', () => {
  const files = fs.readdirSync(path.join(installed, 'node_modules/forkless'));
  expect(files.sort()).toEqual([
    'CHANGELOG.md',
    'LICENSE',
    'README.md',
    'bin',
    'command',
    'dist',
    'docs',
    'index.d.ts',
    'index.js',
    'package.json',
    'register.d.ts',
    'register.js',
  ]);
  const pages = fs.readdirSync(path.join(installed, 'node_modules/forkless/docs'));
  expect(pages.every((name) => name.endsWith('.md'))).toBe(true);
});

test('the command', () => {
  const command = path.join(installed, 'node_modules/.bin/forkless');
  const source = "console.log(require('child_process').spawn === require('forkless').spawn)";
  const options = { cwd: installed, env: ENV, encoding: 'utf8' };
  const { stdout, stderr } = builtin.spawnSync(command, ['run', process.execPath, '-e', source], options);
  expect({ stdout, stderr }).toEqual({ stdout: 'true\n', stderr: '' });
});

test('by require', () => {
  expect(report(installed, ['by-require.cjs'])).toEqual(works);
});

test('by import, with every name', () => {
  expect(report(installed, ['by-import.mjs'])).toEqual(works);
});

describe.each(['--require', '--import'])('%s forkless/register', (flag) => {
  test.each(['by-require.cjs', 'by-import.mjs'])('%s', (program) => {
    expect(report(installed, [flag, 'forkless/register', program])).toEqual({ ...works, replaced: true });
  });

  test('import of the built-in', () => {
    const source = `
      import { spawn } from 'node:child_process';
      import * as forkless from 'forkless';
      console.log(JSON.stringify(spawn === forkless.spawn));`;
    expect(report(installed, [flag, 'forkless/register', '--input-type=module', '--eval', source])).toBe(true);
  });
});

test('register reaches those who already hold the module object', () => {
  const source = `
    const held = require('child_process');
    const before = held.spawn;
    require('forkless/register');
    console.log(JSON.stringify([held.spawn === before, held.spawn === require('forkless').spawn]));`;
  expect(report(installed, ['--eval', source])).toEqual([false, true]);
});

describe('without native code', () => {
  // Its functions are the built-in's in a wrapper of ours, which has what forkless adds.
  const fallsBack = { native: false, replaced: false, text: 'hello\n' };

  test.each(['by-require.cjs', 'by-import.mjs'])('--no-addons: the built-in, %s', (program) => {
    expect(report(installed, ['--no-addons', program])).toEqual(fallsBack);
  });

  test('--no-addons with register', () => {
    const told = report(installed, ['--no-addons', '--require', 'forkless/register', 'by-require.cjs']);
    expect(told).toEqual({ ...fallsBack, replaced: true });
  });

  test('no platform package: the built-in', () => {
    expect(report(withoutAddon, ['by-require.cjs'])).toEqual(fallsBack);
  });

  test('FORKLESS_REQUIRE_NATIVE=1 names the platform, what was tried and what to do', () => {
    const { status, stderr } = node(withoutAddon, ['by-require.cjs'], { FORKLESS_REQUIRE_NATIVE: '1' });
    expect(status).toBe(1);
    expect(stderr).toContain(`${process.platform} ${process.arch}`);
    expect(stderr).toContain(`forkless-${process.platform}-${process.arch}`);
    expect(stderr).toContain('What to do:');
  });

  test('FORKLESS_REQUIRE_NATIVE=1 with --no-addons throws too', () => {
    const { status, stderr } = node(installed, ['--no-addons', 'by-require.cjs'], { FORKLESS_REQUIRE_NATIVE: '1' });
    expect(status).toBe(1);
    expect(stderr).toContain('--no-addons');
  });
});

const PERMISSION = ['--permission', '--experimental-permission'].find((flag) =>
  process.allowedNodeEnvironmentFlags.has(flag),
);

// Node 18 has no permission model.
(PERMISSION ? describe : describe.skip)('with the permission model', () => {
  /** @type {(...allowed: string[]) => any} */
  const reportWith = (...allowed) =>
    report(installed, [String(PERMISSION), '--allow-fs-read=*', ...allowed, 'by-require.cjs']);

  test('addons and children allowed: native', () => {
    expect(reportWith('--allow-addons', '--allow-child-process')).toEqual(works);
  });

  test('no children allowed: refused, in spite of the addon', () => {
    expect(reportWith('--allow-addons')).toEqual({ native: true, replaced: false, code: 'ERR_ACCESS_DENIED' });
  });

  test('no addons allowed: the built-in', () => {
    expect(reportWith('--allow-child-process')).toEqual({ native: false, replaced: false, text: 'hello\n' });
  });

  test('neither: refused by the built-in', () => {
    expect(reportWith()).toEqual({ native: false, replaced: false, code: 'ERR_ACCESS_DENIED' });
  });
});
