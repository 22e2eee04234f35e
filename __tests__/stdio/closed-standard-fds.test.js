'use strict';
// Programs that have closed fds 0, 1 or 2, as daemons do: what their children find there, and that nothing of
// forkless's own takes such a number.

const fs = require('node:fs');
const path = require('node:path');
const { makeFolder, removeFolder } = require('../helpers/folder.js');
const { describeEach } = require('../helpers/modules.js');
const { reportsOf } = require('../helpers/program.js');

let folder;
beforeEach(() => {
  folder = makeFolder();
});
afterEach(() => removeFolder(folder));

const COMBINATIONS = [[0], [1], [2], [0, 1], [0, 2], [1, 2], [0, 1, 2]];

/** What each start promises its child as fds 0, 1 and 2. */
const PROMISED = {
  spawn: ['pipe', 'pipe', 'pipe'],
  'spawn inherit': ['inherit', 'inherit', 'inherit'],
  'spawn ignore': ['ignore', 'ignore', 'ignore'],
  'spawn mixed': ['inherit', 'pipe', 'ignore'],
  'spawn by number': [0, 1, 2],
  exec: ['pipe', 'pipe', 'pipe'],
  execFile: ['pipe', 'pipe', 'pipe'],
  spawnSync: ['pipe', 'pipe', 'pipe'],
  'spawnSync inherit': ['inherit', 'inherit', 'inherit'],
  'spawnSync ignore': ['ignore', 'ignore', 'ignore'],
  fork: ['inherit', 'inherit', 'inherit'],
  'fork silent': ['pipe', 'pipe', 'pipe'],
};
const KINDS = Object.keys(PROMISED);

/** Runs each kind of start, one after the other, and notes what the child found and what this program has there. */
const lookAtChildren = async (childProcess, _report, { closed, taken, kinds, folder }) => {
  const fs = require('node:fs');
  const { once } = require('node:events');
  const { exec, execFile, fork, spawn, spawnSync } = childProcess;
  const found = `${folder}/found`;
  const script = 'for fd in 0 1 2; do (readlink /proc/$$/fd/$fd || echo closed) >>"$0"; done; exit 0';
  const sh = ['-c', script, found];
  const forked = { execPath: 'sh', execArgv: sh };
  const STARTS = {
    spawn: () => spawn('sh', sh),
    'spawn inherit': () => spawn('sh', sh, { stdio: 'inherit' }),
    'spawn ignore': () => spawn('sh', sh, { stdio: 'ignore' }),
    'spawn mixed': () => spawn('sh', sh, { stdio: ['inherit', 'pipe', 'ignore'] }),
    'spawn by number': () => spawn('sh', sh, { stdio: [0, 1, 2] }),
    exec: () => exec(`exec sh -c '${script}' ${found}`),
    execFile: () => execFile('sh', sh),
    spawnSync: () => spawnSync('sh', sh),
    'spawnSync inherit': () => spawnSync('sh', sh, { stdio: 'inherit' }),
    'spawnSync ignore': () => spawnSync('sh', sh, { stdio: 'ignore' }),
    fork: () => fork('module', forked),
    'fork silent': () => fork('module', { ...forked, silent: true }),
  };
  const kindOf = (target) => target.replace(/:\[\d+\]/, '');
  const here = (fd) => {
    try {
      return kindOf(fs.readlinkSync(`/proc/self/fd/${fd}`));
    } catch {
      return 'closed';
    }
  };
  // Not by fd 1, which may be closed.
  const note = (value) => fs.appendFileSync(`${folder}/notes`, `${JSON.stringify(value)}\n`);
  for (const fd of closed) fs.closeSync(fd);
  for (const _fd of taken ? closed : []) fs.openSync(`${folder}/taken`, 'a+');
  note([0, 1, 2].map(here));
  for (const kind of kinds) {
    const child = STARTS[kind]();
    const during = [0, 1, 2].map(here);
    const [code] = child.on ? await once(child, 'close') : [child.error?.message ?? child.status];
    const has = fs.readFileSync(found, 'utf8').trim().split('\n').map(kindOf);
    fs.unlinkSync(found);
    note({ kind, code, has, during, after: [0, 1, 2].map(here) });
  }
};

/** What such a program has as fds 0, 1 and 2 when it starts its children, and what it noted of these. */
async function look(module, closed, taken, kinds) {
  await reportsOf(module, lookAtChildren, { args: [{ closed, taken, kinds, folder }] });
  const lines = fs.readFileSync(path.join(folder, 'notes'), 'utf8').trim().split('\n');
  const [own, ...seen] = lines.map((line) => JSON.parse(line));
  const whatTook = taken ? path.join(folder, 'taken') : 'closed';
  expect(own).toEqual([0, 1, 2].map((fd) => (closed.includes(fd) ? whatTook : 'socket')));
  return { own, seen };
}

/** Each child has what it was promised, and /dev/null for what is closed here. */
function expectPromised({ own, seen }, kinds) {
  const has = (promised, fd) => {
    if (promised === 'pipe') return 'socket';
    return promised === 'ignore' || own[fd] === 'closed' ? '/dev/null' : own[fd];
  };
  const expected = kinds.map((kind) => ({ kind, code: 0, has: PROMISED[kind].map(has) }));
  expect(seen.map(({ kind, code, has }) => ({ kind, code, has }))).toEqual(expected);
}

/** Nothing takes these numbers but the /dev/null that libuv opens before its first pipe. */
function expectNothingOfOurs({ own, seen }) {
  for (const { during, after } of seen) {
    for (const now of [during, after]) {
      expect(now.map((target, fd) => (own[fd] === 'closed' && target === '/dev/null' ? 'closed' : target))).toEqual(
        own,
      );
    }
  }
}

describeEach('files have taken the numbers', (module) => {
  test.each(COMBINATIONS.map((closed) => [closed]))('closed: %j', async (closed) => {
    const looked = await look(module, closed, true, KINDS);
    expectPromised(looked, KINDS);
    if (module.native) expectNothingOfOurs(looked);
  });
});

describeEach('nothing has taken the number', (module) => {
  // The built-in's first start with pipes opens a /dev/null, which takes it.
  test.each([0, 1, 2])('closed: %i, all kinds after a start with pipes', async (fd) => {
    const looked = await look(module, [fd], false, KINDS);
    expectPromised(looked, KINDS);
    if (module.native) expectNothingOfOurs(looked);
  });

  // As their first start other kinds are no matter of comparison: the built-in hands on a pipe of its own, or is
  // ended by an assertion.
  const kinds = module.native ? KINDS : ['spawn', 'spawn mixed', 'exec', 'execFile', 'fork silent'];
  const combinations = module.native ? [[0], [1], [2], [0, 1, 2]] : [[0], [1], [2]];
  test.each(combinations.flatMap((closed) => kinds.map((kind) => [closed, kind])))(
    'closed: %j, first start: %s',
    async (closed, kind) => {
      const looked = await look(module, closed, false, [kind]);
      expectPromised(looked, [kind]);
      if (module.native) expectNothingOfOurs(looked);
    },
  );

  if (!module.native) return;
  test.each(COMBINATIONS.map((closed) => [closed]))('closed: %j, all kinds', async (closed) => {
    const looked = await look(module, closed, false, [...KINDS].reverse());
    expectPromised(looked, [...KINDS].reverse());
    expectNothingOfOurs(looked);
  });
});
