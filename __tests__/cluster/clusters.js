'use strict';
// Whole programs that use node:cluster, on the built-in and with `--require register.js`.

const path = require('node:path');
const { output } = require('../helpers/children.js');
const { builtin } = require('../helpers/modules.js');
const { WAYS, parseReports } = require('../helpers/program.js');

const RUN = path.join(__dirname, 'fixtures', 'run.js');

/**
 * describe() once for each way: (title, (run) => tests).
 * @param {string} title
 * @param {(run: (primary: any, worker: any, ...args: any[]) => Promise<any[]>, name: string) => void} tests
 */
const describeWays = (title, tests) =>
  describe.each(WAYS)(`${title} (%s)`, (name, flags) => tests((...rest) => reportsOf(flags, ...rest), name));

/**
 * Runs a cluster to its end, which must be a good one, and gives what its processes reported.
 * @param {string[]} flags
 * @param {(cluster: any, report: (value: any) => void, ...args: any[]) => void} primary crosses as text
 * @param {(cluster: any, report: (value: any) => void, ...args: any[]) => void} worker crosses as text
 * @param {any[]} args plain data for both
 */
async function reportsOf(flags, primary, worker, ...args) {
  const child = startCluster(flags, primary, worker, ...args);
  child.stdin.end();
  const { code, signal, stdout, stderr } = await output(child);
  expect({ code, signal, stderr }).toEqual({ code: 0, signal: null, stderr: '' });
  return parseReports(stdout);
}

/** The same, running; killed when it takes too long. */
function startCluster(flags, primary, worker, ...args) {
  const bodies = JSON.stringify({ primary: String(primary), worker: String(worker), args });
  return builtin.spawn(process.execPath, [...flags, RUN], {
    env: { ...process.env, FORKLESS_REQUIRE_NATIVE: '1', FORKLESS_TEST_CLUSTER: bodies },
    timeout: 55_000,
    killSignal: 'SIGKILL',
  });
}

module.exports = { describeWays, startCluster };
