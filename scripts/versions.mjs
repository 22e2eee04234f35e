// npm run test:versions: the tests and the tour on every Node forkless supports.
// `--only 26` takes one. The Nodes come from npm and stay in the folder for
// temporary files, so that they are fetched once.

import { delimiter, dirname, join } from 'node:path';
import { fetchNode } from './fetch.js';
import { jestCounts, runAll, scratch, tools } from './suites.mjs';

const VERSIONS = ['18.20.4', '20', '22', '24', '26'];

/**
 * @param {string} version
 * @returns {import('./suites.mjs').Suite[]}
 */
function suitesOf(version) {
  const node = fetchNode(version);
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
