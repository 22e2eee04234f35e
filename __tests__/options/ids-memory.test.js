'use strict';
// A child that gets another uid shares our memory until its exec. That user may not look into it meanwhile, whatever
// other threads start. See fixtures/held.js.

const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { compileAddon, compileProgram } = require('../helpers/compile.js');
const { makeFolder, removeFolder } = require('../helpers/folder.js');
const { BUILTIN, FORKLESS, builtin, describeEach } = require('../helpers/modules.js');
const { reportsOf } = require('../helpers/program.js');

const NOBODY = 65534;
const HELD = path.join(__dirname, 'fixtures', 'held.js');
const folder = makeFolder();
afterAll(() => removeFolder(folder));

// Here and not in a hook: what can be had decides which tests there are.
const program = compileProgram(folder, 'other-user.rs');
const addon = compileAddon(folder, 'limits.rs');
const copy = (name) => {
  const file = path.join(folder, name);
  fs.copyFileSync(program, file);
  return file;
};

/** Why it cannot be tried here, where it cannot. */
function hindrance() {
  if (process.getuid() !== 0) return 'not root';
  const answer = String(execFileSync(program, ['hold', copy('probe')], { input: '' })).trim();
  return answer === 'held' ? undefined : `no leases on files: ${answer}`;
}

/** Two workers, each with many starts of which every other fails, and then whether we are dumpable as before. */
const startMany = async (_module, report, data) => {
  const { once } = require('node:events');
  const { Worker } = require('node:worker_threads');
  const { dumpable } = require(data.addon);
  const start = async ({ path, program, uid, starts, way }) => {
    const { spawn, spawnSync } = require(path);
    const options = { uid, gid: uid, stdio: 'ignore' };
    const closed = (child) => new Promise((resolve) => child.on('error', () => {}).on('close', resolve));
    for (let count = 0; count < starts; count++) {
      const file = count % 2 === 0 ? program : '/nowhere/x';
      if (way === 'spawnSync') spawnSync(file, ['end'], options);
      else await closed(spawn(file, ['end'], options));
    }
  };
  const before = dumpable();
  const source = `(${start})(require('node:worker_threads').workerData)`;
  const workers = [1, 2].map(() => new Worker(source, { eval: true, workerData: data }));
  await Promise.all(workers.map((worker) => once(worker, 'exit')));
  report([before, dumpable()]);
};

const why = hindrance();
// No hook runs where all tests are skipped.
if (why) removeFolder(folder);
const ways = (why ? describe.skip : describe).each(['spawn', 'spawnSync']);

describeEach(`two workers of root start children of another user${why ? `: ${why}` : ''}`, (module) => {
  ways('%s', (way) => {
    const data = { path: module === builtin ? BUILTIN : FORKLESS, way, uid: NOBODY, program, addon };

    test.each([
      ['set out first goes on first', { early: 0, end: 'released' }],
      ['set out last goes on first', { early: 1, end: 'released' }],
      ['set out first goes on first, and the other is killed', { early: 0, end: 'killed' }],
    ])('that user sees nothing of us: the one that %s', async (name, order) => {
      const files = [copy(`${way} ${name} 1`), copy(`${way} ${name} 2`)];
      const [seen] = await reportsOf(
        module,
        async (_module, report, held, data) => report(await require(held).lookAtHeld(data)),
        { args: [HELD, { ...data, ...order, files }] },
      );
      const refused = 'environ refused\nmaps refused\nmem refused';
      expect(seen).toEqual({
        both: Array(3).fill(refused),
        last: Array(2).fill(refused),
        stillHeld: true,
        intact: true,
        dumpable: [1, 1],
      });
    });

    test('afterwards we are as dumpable as before', async () => {
      const reports = await reportsOf(module, startMany, { args: [{ ...data, starts: 200 }] });
      expect(reports).toEqual([[1, 1]]);
    });
  });
});
