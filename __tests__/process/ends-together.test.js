'use strict';
// Children whose ends come in one turn of the event loop.

const path = require('node:path');
const { makeFolder, removeFolder } = require('../helpers/folder.js');
const { describeEach } = require('../helpers/modules.js');
const { reportsOf } = require('../helpers/program.js');

let folder;
beforeEach(() => {
  folder = makeFolder();
});
afterEach(() => removeFolder(folder));

describeEach('children that have ended before the loop looks', (module) => {
  test.each([
    ['the last one first', (pids) => [...pids].reverse()],
    ['the odd ones first', (pids) => [...pids.filter((_, i) => i % 2), ...pids.filter((_, i) => i % 2 === 0)]],
  ])('%s: they are told of in the order of their starts', async (_name, order) => {
    const [told] = await reportsOf(
      module,
      ({ spawn }, report, order) => {
        const { readFileSync } = require('node:fs');
        // More than one look of the loop brings.
        const children = Array.from({ length: 150 }, () => spawn('sleep', ['1000'], { stdio: 'ignore' }));
        const told = [];
        for (const [index, child] of children.entries()) {
          child.on('exit', () => told.push(index) === children.length && report(told));
        }
        children.at(-1).on('spawn', () => {
          for (const index of order) {
            process.kill(children[index].pid, 'SIGKILL');
            while (!readFileSync(`/proc/${children[index].pid}/stat`, 'utf8').includes(') Z'));
          }
        });
      },
      { args: [order(Array.from({ length: 150 }, (_, index) => index))] },
    );
    expect(told).toEqual(Array.from({ length: 150 }, (_, index) => index));
  });
});

describeEach('an unreferenced child that has ended, with output still to read', (module) => {
  test('gives the loop nothing to stay alive for', async () => {
    const reports = await reportsOf(
      module,
      ({ spawn }, report, folder) => {
        const fs = require('node:fs');
        const isZombie = ({ pid }) => fs.readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z');
        const immediates = () => process.getActiveResourcesInfo().filter((kind) => kind === 'Immediate').length;
        // What writes to its stdout outlives it.
        const late = `(until [ -e ${folder}/go ]; do :; done; echo late; : > ${folder}/written) & exit 0`;
        const child = spawn('sh', ['-c', late], { stdio: ['ignore', 'pipe', 'ignore'] });
        child.stdout.on('data', () => {}).unref();
        child.unref();
        const other = spawn('sh', ['-c', 'echo now; kill -STOP $$'], { stdio: ['ignore', 'pipe', 'ignore'] });
        other.stdout.once('data', () => {
          // The turn that brings this has the end of the child as well. Its output comes now, too late for that turn.
          fs.writeFileSync(`${folder}/go`, '');
          while (!fs.existsSync(`${folder}/written`));
        });
        child.on('spawn', () => {
          const isStopped = () => fs.readFileSync(`/proc/${other.pid}/stat`, 'utf8').includes(') T');
          while (!isZombie(child) || !isStopped());
          // Before what the end of the child brings, if that is an immediate.
          setImmediate(() => {
            report(immediates());
            other.kill('SIGKILL');
          });
        });
      },
      { args: [path.join(folder)] },
    );
    expect(reports).toEqual([0]);
  });
});
