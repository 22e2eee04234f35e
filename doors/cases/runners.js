'use strict';
// Test runners, which resolve and evaluate modules by themselves.

const fs = require('node:fs');
const path = require('node:path');
const { must } = require('../run.js');
const { ROOT } = require('../workplace.js');

const node = process.execPath;

/** By the globals that both runners have. */
const BODY = `
test('native, and of one piece', async () => {
  expect([forkless.native, forkless.reason]).toEqual([true, undefined]);
  expect(required.spawn === forkless.spawn).toBe(true);
  const child = forkless.spawn('echo', ['spawn']);
  let text = '';
  child.stdout.on('data', (data) => (text += data));
  await new Promise((resolve) => child.on('close', resolve));
  const { stdout } = await promisify(forkless.execFile)('echo', ['execFile']);
  const forked = forkless.fork(process.env.DOOR_CHILD);
  const message = await new Promise((resolve) => forked.on('message', resolve));
  forked.disconnect();
  await new Promise((resolve) => forked.on('close', resolve));
  expect([text, stdout, String(forkless.execFileSync('echo', ['sync'])), message]).toEqual(
    ['spawn\\n', 'execFile\\n', 'sync\\n', ['message']]);
});
`;

const REQUIRES = `
const forkless = require('forkless');
const required = require('forkless/index.js');
const { promisify } = require('node:util');`;

const IMPORTS = `
import forkless from 'forkless';
import { createRequire } from 'node:module';
import { promisify } from 'node:util';
const required = createRequire(import.meta.url)('forkless');`;

/** @param {import('../workplace.js').Workplace} workplace @param {string} name @param {string} source */
async function folderWith({ installed }, name, source) {
  const folder = path.join(await installed(), path.dirname(name));
  fs.mkdirSync(folder, { recursive: true });
  fs.writeFileSync(path.join(folder, path.basename(name)), source);
  return { folder, env: { DOOR_CHILD: path.join(await installed(), 'child.cjs'), CI: '1' } };
}

/**
 * @param {import('../workplace.js').Workplace} workplace
 * @param {string} name
 * @param {object} config
 */
async function jest(workplace, name, config) {
  const { folder, env } = await folderWith(workplace, `${name}/door.test.js`, `${REQUIRES}${BODY}`);
  const settings = { rootDir: folder, transform: {}, watchman: false, ...config };
  const args = [path.join(ROOT, 'node_modules/jest/bin/jest.js'), '--config', JSON.stringify(settings)];
  await must(node, args, { cwd: folder, env });
}

/** @type {import('../../scripts/doors.mjs').Door[]} */
module.exports = [
  ...['threads', 'forks', 'vmThreads'].map((pool) => ({
    name: `vitest: ${pool}`,
    needs: ['vitest@3'],
    /** @param {import('../workplace.js').Workplace} workplace @param {(...names: string[]) => string} tool */
    async run(workplace, tool) {
      const { folder, env } = await folderWith(workplace, `vitest-${pool}/door.test.mjs`, `${IMPORTS}${BODY}`);
      const args = ['run', '--root', folder, '--globals', '--pool', pool];
      await must(node, [tool('vitest/vitest.mjs'), ...args], { cwd: folder, env });
    },
  })),
  {
    name: 'Jest',
    run: (workplace) => jest(workplace, 'jest', { testEnvironment: 'node' }),
  },
  {
    name: 'Jest: jsdom, with the conditions of browsers',
    needs: ['jest-environment-jsdom@30'],
    run: (workplace, tool) =>
      jest(workplace, 'jsdom', { testEnvironment: tool('jest-environment-jsdom/build/index.js') }),
  },
  {
    name: 'Jest: Node with the conditions of browsers',
    run: (workplace) =>
      jest(workplace, 'browser', {
        testEnvironment: 'node',
        testEnvironmentOptions: { customExportConditions: ['browser', 'default'] },
      }),
  },
];
