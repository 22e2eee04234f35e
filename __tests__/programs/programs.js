'use strict';
// Programs that use a package people already run, in a process of their own:
// as they are, and with `--require register.js`.

const path = require('node:path');
const { output } = require('../helpers/children.js');
const { builtin } = require('../helpers/modules.js');
const { WAYS, parseReports } = require('../helpers/program.js');

const FIXTURES = path.join(__dirname, 'fixtures');
const RUN = path.join(FIXTURES, 'run.js');

/**
 * Runs a program both ways, each to a good end, and gives what it reported, which must be the same.
 * @param {(report: (value: any) => void, ...args: any[]) => void} program crosses as text; `require` is all it has
 *   from around it
 * @param {any[]} args plain data
 * @returns {Promise<any[]>}
 */
async function onBothWays(program, ...args) {
  const [plain, registered] = [await reportsOf(WAYS[0], program, args), await reportsOf(WAYS[1], program, args)];
  expect(registered).toEqual(plain);
  return registered;
}

/** What it reported on one way, after it told that it was on it. */
async function reportsOf([name, flags], program, args) {
  const child = builtin.spawn(process.execPath, [...flags, RUN], {
    env: {
      ...process.env,
      FORKLESS_REQUIRE_NATIVE: '1',
      FORKLESS_TEST_PROGRAM: JSON.stringify({ program: String(program), args }),
      // Packages colour what they print where they take a log for a terminal.
      NO_COLOR: '1',
      FORCE_COLOR: undefined,
      // Some start children in ways that newer Nodes warn of.
      NODE_NO_WARNINGS: '1',
    },
    timeout: 25_000,
    killSignal: 'SIGKILL',
  });
  child.stdin.end();
  const { code, signal, stdout, stderr } = await output(child);
  expect({ code, signal, stderr }).toEqual({ code: 0, signal: null, stderr: '' });
  const [modules, ...reports] = parseReports(stdout);
  expect(modules).toEqual([name, name, name, name]);
  return reports;
}

module.exports = { FIXTURES, onBothWays };
