// npm run test:versions: the tests and the tour on every Node forkless supports.
// `--only 26` takes one. The Nodes come from npm and stay in the folder for
// temporary files, so that they are fetched once.

import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { jestCounts, runAll, scratch, tools } from './suites.mjs';

const VERSIONS = ['18.20.4', '20', '22', '24', '26'];

/**
 * The path of that Node, fetched if need be.
 * @param {string} version
 */
function nodeOf(version) {
  const folder = join(tmpdir(), 'forkless-nodes', version);
  const name = `node-linux-${process.arch}`;
  const node = join(folder, 'node_modules', name, 'bin/node');
  if (existsSync(node)) return node;
  mkdirSync(folder, { recursive: true });
  const args = ['install', '--prefix', folder, '--no-save', '--no-audit', '--no-fund', `${name}@${version}`];
  const { status } = spawnSync('npm', args, { cwd: folder, stdio: ['ignore', 2, 2] });
  if (status !== 0) console.error(`Node ${version} could not be fetched: npm ended with ${status}`);
  return node;
}

/**
 * @param {string} version
 * @returns {import('./suites.mjs').Suite[]}
 */
function suitesOf(version) {
  const node = nodeOf(version);
  const report = join(scratch, `jest-${version}.json`);
  const env = { PATH: [dirname(node), tools, process.env.PATH].join(delimiter) };
  return [
    {
      name: `jest on ${version}`,
      command: [node, join(tools, 'jest'), '--json', `--outputFile=${report}`],
      env,
      count: () => jestCounts(report),
    },
    { name: `tour on ${version}`, command: [node, 'examples/tour.js'], env },
  ];
}

const [flag, only] = process.argv.slice(2);
runAll((flag === '--only' ? [only] : VERSIONS).flatMap(suitesOf));
