'use strict';
// Package managers, and what they may leave: no addon, that of another machine, several copies.

const assert = require('node:assert');
const fs = require('node:fs');
const path = require('node:path');
const { fallsBack, isNative, isRegistered, refuses, told, writePrograms } = require('../programs.js');
const { must } = require('../run.js');
const { PACKAGE, PLATFORMS } = require('../workplace.js');

const node = process.execPath;
const PROGRAMS = ['required.cjs', 'imported.mjs'];
const REGISTER = 'node_modules/forkless/register.js';

/** One program has one forkless, whichever way it comes by it. */
const SAME = `
  import { createRequire } from 'node:module';
  import forkless, { spawn } from 'forkless';
  const required = createRequire(import.meta.url)('forkless');
  console.log(required === forkless, required.spawn === spawn, required.native);`;

/** @param {string} folder @param {string[]} [flags] @param {NodeJS.ProcessEnv} [env] */
async function isOne(folder, flags = [], env = {}) {
  fs.writeFileSync(path.join(folder, 'same.mjs'), SAME);
  const { stdout } = await must(node, [...flags, 'same.mjs'], { cwd: folder, env });
  assert.strictEqual(stdout, 'true true true\n');
}

/** The package of another platform, which does not work here. @param {RegExp} pattern */
const other = (pattern) => `forkless-${PLATFORMS.find((name) => pattern.test(name) && !PACKAGE.endsWith(name))}`;

/**
 * @param {import('../workplace.js').Workplace} workplace
 * @param {string} name of an installation, whose own addon goes
 * @param {string} instead
 */
async function replaced({ install, at, env }, name, instead) {
  const folder = await install(name);
  fs.rmSync(path.join(folder, 'node_modules', PACKAGE), { recursive: true });
  const { stdout } = await must('npm', ['pack', '--json', '--pack-destination', at(), instead], { cwd: at(), env });
  const there = path.join(folder, 'node_modules', instead);
  fs.mkdirSync(there);
  await must('tar', ['-xzf', at(JSON.parse(stdout)[0].filename), '-C', there, '--strip-components=1']);
  return folder;
}

/** @type {import('../../scripts/doors.mjs').Door[]} */
module.exports = [
  {
    name: 'npm: require and import are one module',
    run: async ({ installed }) => isOne(await installed()),
  },
  {
    name: 'npm install --omit=optional',
    async run({ install }) {
      const folder = await install('omitted', ['--omit=optional']);
      const reason = new RegExp(`^the package ${PACKAGE} is not installed: `);
      for (const program of PROGRAMS) {
        assert.strictEqual(await fallsBack(reason, [node, program], folder), '');
        await refuses(reason, [node, program], folder);
        const stderr = await fallsBack(reason, [node, '--require', path.join(folder, REGISTER), program], folder);
        assert.match(stderr, /\[FORKLESS_NOT_NATIVE\] ForklessWarning: the package .* is not installed/);
        // The program once, and the Node that it forks, which gets the same flags.
        assert.strictEqual(stderr.match(/FORKLESS_NOT_NATIVE/g)?.length, 2);
      }
      // Of a program that is read from stdin the name is '-'.
      const input = "console.log(require('forkless').reason)";
      const { stdout } = await must(node, ['-'], { cwd: folder, input });
      assert.match(stdout, reason);
    },
  },
  {
    name: 'node_modules of another architecture',
    async run(workplace) {
      const instead = other(process.arch === 'x64' ? /arm64-gnu/ : /x64-gnu/);
      const folder = await replaced(workplace, 'other-architecture', instead);
      const reason = new RegExp(`^the package ${PACKAGE} is not installed, but ${instead}: `);
      await fallsBack(reason, [node, 'required.cjs'], folder);
      await refuses(reason, [node, 'required.cjs'], folder);
    },
  },
  {
    name: 'node_modules of another C library',
    async run(workplace) {
      const instead = other(new RegExp(`${process.arch}-`));
      const folder = await replaced(workplace, 'other-libc', instead);
      const reason = new RegExp(`^the package ${PACKAGE} is not installed, but ${instead}: `);
      await fallsBack(reason, [node, 'required.cjs'], folder);
    },
  },
  {
    name: 'two copies in one program',
    async run({ install, at }) {
      const first = await install('first');
      const second = await install('first/second');
      const source = `
        const one = require(${JSON.stringify(path.join(first, 'node_modules/forkless'))});
        const two = require(${JSON.stringify(path.join(second, 'node_modules/forkless'))});
        for (const { spawn } of [one, two]) spawn('echo', ['x'], { stdio: 'inherit' });
        console.log(one.native, two.native, one.spawn === two.spawn);`;
      const separate = await must(node, ['-e', source], { cwd: at() });
      assert.deepStrictEqual(separate.stdout.trim().split('\n').sort(), ['true true false', 'x', 'x']);
      const register = path.join(first, REGISTER);
      const registered = await must(node, ['--require', register, '-e', source], { cwd: at() });
      assert.deepStrictEqual(registered.stdout.trim().split('\n').sort(), ['true true true', 'x', 'x']);
      for (const program of PROGRAMS) await isRegistered([node, '--require', register, program], second);
    },
  },
  {
    name: 'a registered copy without native code beside one that has it',
    async run({ install, installed }) {
      const without = path.join(await install('without', ['--omit=optional']), REGISTER);
      const folder = await installed();
      const { native, isBuiltin } = await told([node, '--require', without, 'required.cjs'], folder);
      assert.deepStrictEqual({ native, isBuiltin }, { native: true, isBuiltin: false });
      const both = ['--require', without, '--require', path.join(folder, REGISTER)];
      assert.strictEqual((await told([node, ...both, 'required.cjs'], folder)).isBuiltin, true);
    },
  },
  {
    name: 'pnpm',
    needs: ['pnpm@10'],
    async run({ at, env }, tool) {
      const folder = at('pnpm');
      writePrograms(folder);
      fs.writeFileSync(path.join(folder, 'package.json'), '{ "name": "program", "private": true }');
      await must(node, [tool('pnpm/bin/pnpm.cjs'), 'add', 'forkless', '--store-dir', at('pnpm-store')], {
        cwd: folder,
        env,
      });
      for (const program of PROGRAMS) await isNative([node, program], folder);
      await isOne(folder);
    },
  },
  {
    name: "Yarn Plug'n'Play",
    needs: ['@yarnpkg/cli-dist@4'],
    async run({ at, registry }, tool) {
      const folder = at('pnp');
      writePrograms(folder);
      fs.writeFileSync(path.join(folder, 'package.json'), '{ "name": "program", "private": true }');
      const settings = {
        nodeLinker: 'pnp',
        npmRegistryServer: registry.url,
        unsafeHttpWhitelist: ['127.0.0.1'],
        enableGlobalCache: false,
        enableTelemetry: false,
        pnpEnableEsmLoader: true,
        globalFolder: at('yarn'),
      };
      // JSON is YAML.
      fs.writeFileSync(path.join(folder, '.yarnrc.yml'), JSON.stringify(settings));
      fs.writeFileSync(path.join(folder, 'yarn.lock'), '');
      const yarn = (/** @type {string[]} */ ...args) =>
        must(node, [tool('@yarnpkg/cli-dist/bin/yarn.js'), ...args], { cwd: folder, env: { YARN_IGNORE_PATH: '1' } });
      await yarn('add', 'forkless');
      assert.ok(!fs.existsSync(path.join(folder, 'node_modules')));
      const flags = ['--require', path.join(folder, '.pnp.cjs'), '--loader', path.join(folder, '.pnp.loader.mjs')];
      const env = { NODE_NO_WARNINGS: '1' };
      for (const program of PROGRAMS) await isNative([node, ...flags, program], folder, env);
      await isOne(folder, flags, env);
      const { stdout } = await yarn('node', '-p', "require('forkless').native");
      assert.match(stdout, /true/);
    },
  },
];
