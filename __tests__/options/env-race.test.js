'use strict';
// process.env changes in one thread while another, which shares it, starts children. See fixtures/env-race.js.

const path = require('node:path');
const { BUILTIN, FORKLESS, builtin, describeEach } = require('../helpers/modules.js');
const { reportsOf } = require('../helpers/program.js');

const STARTS = 100;
const PROGRAM = path.join(__dirname, 'fixtures', 'env-race.js');

describeEach('the environment is shared, and written to meanwhile', (module) => {
  test.each([
    ['spawn', 'main thread'],
    ['spawn', 'worker'],
    ['spawnSync', 'main thread'],
    ['spawnSync', 'worker'],
  ])('%s in the %s: no crash, and each variable is whole', async (way, starter) => {
    const data = { path: module === builtin ? BUILTIN : FORKLESS, way, starter, starts: STARTS };
    const [seen] = await reportsOf(
      module,
      async (_module, report, program, data) => report(await require(program).race(data)),
      { args: [PROGRAM, data] },
    );
    const { writes, variables, ...others } = seen;
    expect(others).toEqual({ environments: STARTS, broken: [], twice: [] });
    // Else it would prove nothing.
    expect(writes).toBeGreaterThan(STARTS);
    expect(variables).toBeGreaterThan(STARTS);
  });
});
