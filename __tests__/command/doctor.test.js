'use strict';
// forkless doctor: what it finds here, and where forkless is not native.

const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { makeFolder, removeFolder, writeScript } = require('../helpers/folder.js');
const { ROOT } = require('../helpers/script.js');
const { forkless } = require('./program.js');

const ADDON = path.join(
  ROOT,
  fs.readdirSync(ROOT).find((name) => name.endsWith('.node')),
);

const { version } = require('../../package.json');

/** @param {Parameters<typeof forkless>[1]} [options] */
async function doctor(options) {
  const { status, stdout, stderr } = await forkless(['doctor', '--json'], options);
  return { status, stderr, found: JSON.parse(stdout) };
}

const row = (what, megabytes, ours) => ({ what, megabytes, unit: 'us', builtin: expect.any(Number), forkless: ours });
const rows = (ours) => expect.arrayContaining([row('spawn', 0, ours), row('execFile', 0, ours)]);

test('where forkless is native', async () => {
  const { status, stderr, found } = await doctor();
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  expect(found).toEqual({
    version,
    path: ROOT,
    native: true,
    reason: null,
    isExpected: true,
    addon: ADDON,
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    libc: expect.stringMatching(/^(glibc \d|musl$)/),
    kernel: `${os.type()} ${os.release()}`,
    pidfd: expect.any(Boolean),
    vfork: expect.stringMatching(/^(shared|copied)$/),
    registered: false,
    isNamed: false,
    rows: rows(expect.any(Number)),
    judgement: expect.stringMatching(/^forkless .* machine/),
    error: null,
  });
});

test('the same as text', async () => {
  const { status, stdout, stderr } = await forkless(['doctor']);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  const facts = ['forkless', 'native', 'Node', 'kernel', 'pidfd', 'vfork', 'registered'];
  const lines = stdout.trimEnd().split('\n');
  expect(lines.slice(0, 7).map((line) => line.split(' ')[0])).toEqual(facts);
  expect(lines[1]).toBe(`native      yes, ${ADDON}`);
  expect(lines).toContainEqual(
    expect.stringMatching(/^one spawn\(\) stops the loop for, 0 MB alive( +[\d.]+ [um]s){2} +[\d.]+$/),
  );
  expect(lines).toContainEqual(
    expect.stringMatching(/^execFile\('true'\) to its callback( +[\d.]+ [um]s){2} +[\d.]+$/),
  );
  expect(lines.at(-1)).toMatch(/^forkless .* machine/);
});

describe('registered', () => {
  const REGISTER = path.join(ROOT, 'register.js');

  test('by its path, and the built-in is measured without it', async () => {
    const folder = makeFolder();
    const log = path.join(folder, 'log');
    const preload = writeScript(
      path.join(folder, 'preload.js'),
      `require('node:fs').appendFileSync(${JSON.stringify(log)}, process.argv[1] + '\\n');`,
    );
    const { found } = await doctor({ env: { NODE_OPTIONS: `--require ${REGISTER} --require ${preload}` } });
    const loading = fs.readFileSync(log, 'utf8');
    removeFolder(folder);
    expect(found).toMatchObject({ native: true, registered: REGISTER, isNamed: false, addon: ADDON });
    expect(found.rows).toEqual(rows(expect.any(Number)));
    expect(loading).toBe(`${path.join(ROOT, 'bin', 'forkless.js')}\n`);
  });

  test('by its name, which is a warning', async () => {
    const env = { NODE_OPTIONS: '--require=forkless/register' };
    const { stdout } = await forkless(['doctor'], { env, cwd: ROOT });
    expect(stdout).toMatch(
      /^registered {2}yes, by NODE_OPTIONS: .*a Node that starts where forkless does not resolve ends$/m,
    );
  });
});

describe('where forkless is not native though it could be', () => {
  test('--no-addons, and demanded: the reason, the built-in measured, status 1', async () => {
    const { status, found } = await doctor({ flags: ['--no-addons'], env: { FORKLESS_REQUIRE_NATIVE: '1' } });
    expect(status).toBe(1);
    expect(found).toMatchObject({
      native: false,
      reason: 'Node was told not to load native code, by --no-addons',
      addon: null,
      pidfd: null,
      vfork: null,
      rows: rows(null),
      judgement: expect.stringMatching(/^forkless is node:child_process here/),
    });
  });

  describe('without its package', () => {
    let folder;
    beforeAll(() => {
      folder = makeFolder();
      for (const name of ['index.js', 'dist', 'register.js', 'register.d.ts', 'package.json', 'bin', 'command']) {
        fs.cpSync(path.join(ROOT, name), path.join(folder, name), { recursive: true });
      }
    });
    afterAll(() => removeFolder(folder));

    test('the reason, as text, and status 1', async () => {
      const { status, stdout } = await forkless(['doctor'], { folder });
      expect(status).toBe(1);
      expect(stdout).toMatch(/^native {6}no: the package forkless-linux-.* is not installed/m);
      expect(stdout).toMatch(/^pidfd {7}not known$/m);
      expect(stdout).toMatch(/^forkless is node:child_process here/m);
    });
  });
});

test('where nothing can be measured it says so', async () => {
  const folder = makeFolder();
  // Neither cat nor true is there.
  const { status, found } = await doctor({ env: { PATH: folder } });
  removeFolder(folder);
  expect(status).toBe(0);
  expect(found).toMatchObject({ native: true, rows: null, judgement: null, error: expect.stringContaining('ENOENT') });
});
