// npm run test:versions: the tests and the tour on every Node forkless supports.
// `--only 26` takes one; `--others` leaves Jest out on the very version that runs this, as npm test has it. The Nodes
// come from npm and stay in the folder for temporary files, so that they are fetched once.

import { delimiter, dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { fetchNode, run } from './fetch.js';
import { jestCounts, runAll, scratch, tools } from './suites.mjs';

const VERSIONS = ['18.20.4', '20', '22', '24', '26'];

const { values: flags } = parseArgs({
  options: { only: { type: 'string' }, others: { type: 'boolean', default: false } },
});

/**
 * @param {string} version
 * @returns {import('./suites.mjs').Suite[]}
 */
function suitesOf(version) {
  const node = fetchNode(version);
  const report = join(scratch, `jest-${version}.json`);
  const isTested = flags.others && run(node, ['--version']).trim() === process.version;
  const env = { PATH: [dirname(node), tools, process.env.PATH].join(delimiter) };
  return [
    {
      name: `jest on ${version}`,
      command: [node, join(tools, 'jest'), '--json', `--outputFile=${report}`],
      env,
      skip: isTested ? `npm test is that, on ${process.version}` : undefined,
      count: () => jestCounts(report),
    },
    { name: `tour on ${version}`, command: [node, 'examples/tour.js'], env },
  ];
}

runAll((flags.only ? [flags.only] : VERSIONS).flatMap(suitesOf));
