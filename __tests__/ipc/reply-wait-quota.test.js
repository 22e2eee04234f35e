'use strict';
// Where a cgroup gives a program less than two processors, forkless does not wait for replies without sleep: the child
// needs the time (src/sys/cpus.rs). Skipped where this process may make no cgroup with a quota.

const fs = require('node:fs');
const path = require('node:path');
const { forkless } = require('../helpers/modules.js');
const { reportsOf } = require('../helpers/program.js');
const { until } = require('../helpers/until.js');
const { RUN } = require('./nodes.js');

const PERIOD = 100_000;
const NAME = `forkless-test-${process.pid}`;

/** How each version of cgroups is told a quota: cgroups(7). @type {Record<string, (folder: string, quota: number) => void>} */
const SET_QUOTA = {
  'cpu.max': (folder, quota) => fs.writeFileSync(path.join(folder, 'cpu.max'), `${quota} ${PERIOD}`),
  'cpu.cfs_quota_us': (folder, quota) => fs.writeFileSync(path.join(folder, 'cpu.cfs_quota_us'), String(quota)),
};

/** A new cgroup that can have a quota, with that file of it. @returns {[string, string] | undefined} */
function makeGroup() {
  for (const mount of [
    '/sys/fs/cgroup',
    '/sys/fs/cgroup/unified',
    '/sys/fs/cgroup/cpu',
    '/sys/fs/cgroup/cpu,cpuacct',
  ]) {
    const folder = path.join(mount, NAME);
    try {
      // Where no quota can be had there is no such file.
      fs.mkdirSync(folder);
      const file = Object.keys(SET_QUOTA).find((name) => fs.existsSync(path.join(folder, name)));
      if (file) {
        SET_QUOTA[file](folder, PERIOD);
        return [folder, file];
      }
    } catch {}
    try {
      fs.rmdirSync(folder);
    } catch {}
  }
  return undefined;
}

/** Says whether the channel of a child waits for replies. */
const ask = ({ fork }, report, run) => {
  const child = fork(run, ['() => process.disconnect()', '[]'], { execArgv: [] });
  const symbol = Object.getOwnPropertySymbols(child).find(({ description }) => description === 'kChannelHandle');
  report(child[symbol].waitsForReplies);
};

const group = makeGroup();
const where = group ? test : test.skip;

afterAll(async () => {
  const isGone = () => {
    try {
      fs.rmdirSync(group[0]);
    } catch ({ code }) {
      return code === 'ENOENT';
    }
    return true;
  };
  // The last program may be on its way out of it.
  if (group) expect(await until(isGone)).toBe(true);
});

where('forkless does not wait with less than two processors, and does as ever with more', async () => {
  const [folder, file] = group;
  const enter = ['sh', '-c', 'echo $$ > "$1/cgroup.procs" && shift && exec "$@"', 'sh', folder];
  const [without] = await reportsOf(forkless, ask, { args: [RUN] });
  const withQuota = async (quota) => {
    SET_QUOTA[file](folder, quota);
    const [waits] = await reportsOf(forkless, ask, { args: [RUN], through: enter });
    return waits;
  };
  expect(await withQuota(3 * PERIOD)).toBe(without);
  expect(await withQuota(2 * PERIOD)).toBe(without);
  expect(await withQuota(1.9 * PERIOD)).toBe(false);
  expect(await withQuota(0.5 * PERIOD)).toBe(false);
});
