'use strict';
// The kernel kills the program for the memory it takes: all that it has started ends with it.

const fs = require('node:fs');
const path = require('node:path');
const { closed } = require('../helpers/children.js');
const { builtin, FORKLESS } = require('../helpers/modules.js');
const { until } = require('../helpers/until.js');
const { Tree, isRoot, ownKeepers } = require('./trees.js');

const MOST = 200 * 1024 * 1024;

/** Where memory cgroups are made, of version 2 and 1, and the file for the limit. */
const KINDS = [
  { folder: '/sys/fs/cgroup', limit: 'memory.max', isHere: () => gives('memory') },
  { folder: '/sys/fs/cgroup/memory', limit: 'memory.limit_in_bytes', isHere: () => true },
];

/** Whether version 2 gives the groups below the first one this controller, or does so now. @param {string} controller */
function gives(controller) {
  const given = '/sys/fs/cgroup/cgroup.subtree_control';
  if (!fs.existsSync(given)) return false;
  if (!fs.readFileSync(given, 'utf8').includes(controller)) fs.writeFileSync(given, `+${controller}`);
  return true;
}

/** @returns {string | undefined} the folder of a group with a limit */
function makeGroup() {
  for (const { folder, limit, isHere } of KINDS) {
    const group = path.join(folder, `forkless-test-${process.pid}`);
    try {
      if (!isHere()) continue;
      fs.mkdirSync(group);
    } catch {
      continue;
    }
    try {
      fs.writeFileSync(path.join(group, limit), `${MOST}`);
      return group;
    } catch {
      fs.rmdirSync(group);
    }
  }
  return undefined;
}

(isRoot ? test : test.skip)('the kernel kills the program, and all ends with it', async () => {
  const group = makeGroup();
  if (!group) return console.warn('The OOM killer is not tried: there is no memory cgroup to be had.');
  const tree = new Tree();
  const source = `
    require('node:fs').writeFileSync(${JSON.stringify(`${group}/cgroup.procs`)}, String(process.pid));
    require(${JSON.stringify(FORKLESS)}).spawn('sh', ['-c', 'setsid -f sleep 600; exec sleep 600'],
      { dieWithParent: true, stdio: 'ignore' });
    process.stdin.once('data', () => {
      const all = [];
      for (;;) all.push(Buffer.alloc(8 * 1024 * 1024, 1));
    });`;
  const host = builtin.spawn(process.execPath, ['-e', source], {
    env: tree.env(),
    stdio: ['pipe', 'ignore', 'inherit'],
  });
  const end = closed(host);
  await tree.settled(3);
  host.stdin.write('x');
  expect(await end).toEqual({ code: null, signal: 'SIGKILL' });
  expect(await tree.gone()).toEqual([]);
  expect(await until(() => ownKeepers().length === 0)).toBe(true);
  const isRemoved = await until(() => {
    try {
      fs.rmdirSync(group);
    } catch {
      return !fs.existsSync(group);
    }
    return true;
  });
  expect(isRemoved).toBe(true);
});
