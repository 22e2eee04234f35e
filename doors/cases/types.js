'use strict';
// Compilers of TypeScript: every way to resolve modules, with and without the types of Node.

const assert = require('node:assert');
const fs = require('node:fs');
const path = require('node:path');
const { run } = require('../run.js');
const { ROOT } = require('../workplace.js');

const PROGRAM = `
import { type ChildProcess, native, reason, spawn } from 'forkless';
import * as index from 'forkless/index.js';
import 'forkless/register';
import 'forkless/register.js';
const child: ChildProcess = spawn('ls');
const told: [boolean, string | undefined, boolean] = [native, reason, index.native];
child.on('exit', (code: number | null) => [code, told]);
// @ts-expect-error
spawn(1);
`;

const WAYS = [
  ['--module', 'commonjs'],
  ['--module', 'node16'],
  ['--module', 'nodenext'],
  ['--module', 'esnext', '--moduleResolution', 'bundler'],
];

/** @type {{ name: string, needs: string[], at: (tool: (...names: string[]) => string) => string }[]} */
const COMPILERS = [
  { name: 'TypeScript 5', needs: ['typescript@5', '@types/node@20'], at: (tool) => tool('typescript/bin/tsc') },
  {
    name: 'TypeScript of today',
    needs: ['typescript@5', '@types/node@20'],
    at: () => path.join(ROOT, 'node_modules/typescript/bin/tsc'),
  },
];

/**
 * @param {import('../workplace.js').Workplace} workplace
 * @param {string} name of the folder
 * @param {string} [typesOfNode]
 */
async function folderWith({ installed, at }, name, typesOfNode) {
  const folder = at(name);
  if (fs.existsSync(folder)) return folder;
  fs.cpSync(await installed(), folder, { recursive: true });
  fs.writeFileSync(path.join(folder, 'program.ts'), PROGRAM);
  if (typesOfNode) {
    fs.mkdirSync(path.join(folder, 'node_modules/@types'));
    fs.symlinkSync(typesOfNode, path.join(folder, 'node_modules/@types/node'));
  }
  return folder;
}

/** @type {import('../../scripts/doors.mjs').Door[]} */
module.exports = COMPILERS.flatMap(({ name, needs, at }) =>
  WAYS.map((way) => ({
    name: `${name}: ${way.join(' ')}`,
    needs,
    /** @param {import('../workplace.js').Workplace} workplace @param {(...names: string[]) => string} tool */
    async run(workplace, tool) {
      const compile = (/** @type {string} */ cwd, /** @type {string[]} */ ...more) =>
        run(process.execPath, [at(tool), '--noEmit', '--strict', '--lib', 'es2023', ...way, ...more, 'program.ts'], {
          cwd,
        });
      const typed = await folderWith(workplace, 'typed', tool('@types/node'));
      const { code, output } = await compile(typed);
      assert.strictEqual(code, 0, output);
      // Without them, the first error says what is missing, also where libraries are not looked at.
      const untyped = await folderWith(workplace, 'untyped');
      const [first] = (await compile(untyped)).stdout.split('\n');
      assert.match(first, /TS2688: Cannot find type definition file for 'node'/);
      const unchecked = (await compile(untyped, '--skipLibCheck')).stdout;
      assert.match(unchecked, /'TypesOfNodeAreMissing' has no call signatures/);
    },
  })),
);
