'use strict';
// Node itself: every way to load the package, and to be told that there may be no native code.

const assert = require('node:assert');
const path = require('node:path');
const { fallsBack, isNative, isRegistered, refuses } = require('../programs.js');
const { must } = require('../run.js');

const node = process.execPath;
const PROGRAMS = ['required.cjs', 'imported.mjs'];
const PERMISSION = ['--permission', '--experimental-permission'].find((flag) =>
  process.allowedNodeEnvironmentFlags.has(flag),
);

/** Nodes where permissions are an experiment say so. */
const QUIET = { NODE_NO_WARNINGS: '1' };

/** @typedef {import('../workplace.js').Workplace} Workplace */

/** @type {import('../../scripts/doors.mjs').Door[]} */
module.exports = [
  ...PROGRAMS.map((program) => ({
    name: `Node: ${program}`,
    run: async (/** @type {Workplace} */ { installed }) => isNative([node, program], await installed()),
  })),
  {
    name: 'Node: every path that is exported, with and without .js, is one module',
    async run({ installed }) {
      const source = `
        const { spawn } = require('forkless');
        const paths = ['forkless/index', 'forkless/index.js'];
        const same = paths.every((name) => require(name).spawn === spawn);
        require('forkless/register');
        require('forkless/register.js');
        import('forkless/index.js').then((module) => console.log(same, module.spawn === spawn,
          module.default.spawn === spawn, require('forkless/package.json').name, require('child_process').spawn === spawn));`;
      const { stdout } = await must(node, ['-e', source], { cwd: await installed() });
      assert.strictEqual(stdout, 'true true true forkless true\n');
    },
  },
  ...PROGRAMS.flatMap((program) => [
    {
      name: `Node: NODE_OPTIONS with the path of register, ${program}`,
      async run(/** @type {Workplace} */ { installed, at }) {
        const register = at('installed/node_modules/forkless/register.js');
        await isRegistered([node, program], await installed(), { NODE_OPTIONS: `--require ${register}` });
      },
    },
    {
      name: `Node: --no-addons, ${program}`,
      async run(/** @type {Workplace} */ { installed }) {
        await fallsBack(/by --no-addons$/, [node, '--no-addons', program], await installed());
        await refuses(/by --no-addons$/, [node, '--no-addons', program], await installed());
      },
    },
    {
      name: `Node: permissions without addons, ${program}`,
      async run(/** @type {Workplace} */ { installed }) {
        // Node 18 has none.
        if (!PERMISSION) return;
        const flags = [PERMISSION, '--allow-fs-read=*', '--allow-child-process'];
        const folder = await installed();
        await fallsBack(/it takes --allow-addons$/, [node, ...flags, program], folder, QUIET);
        await fallsBack(/by --no-addons$/, [node, ...flags, '--no-addons', program], folder, QUIET);
        await isNative([node, ...flags, '--allow-addons', program], folder, QUIET);
      },
    },
  ]),
  {
    name: 'Node: --import of register, in a folder that has no forkless',
    async run({ installed, at }) {
      const folder = await installed();
      const register = path.join(folder, 'node_modules/forkless/register.js');
      const source = `console.log(require('child_process').spawn === require(${JSON.stringify(path.dirname(register))}).spawn)`;
      const { stdout } = await must(node, ['--import', register, '-e', source], { cwd: at() });
      assert.strictEqual(stdout, 'true\n');
    },
  },
];
