'use strict';
// What the calling thread has, its children have: limits that an addon gives to this one thread, as those that make
// sandboxes do, and what else the kernel keeps for each thread. See fixtures/limits.rs.

const { execFileSync } = require('node:child_process');
const { getSystemErrorName } = require('node:util');
const { compileAddon } = require('../helpers/compile.js');
const { makeFolder, removeFolder } = require('../helpers/folder.js');
const { BUILTIN, FORKLESS, builtin, onBoth } = require('../helpers/modules.js');
const { reportsOf } = require('../helpers/program.js');

const folder = makeFolder();
// Here and not in a hook: which limits are to be had here decides which tests there are.
const addon = compileAddon(folder, 'limits.rs');
afterAll(() => removeFolder(folder));

const status = (name) => `sed -n 's/^${name}:[[:space:]]*//p' /proc/self/status`;

/** What a child that has the limit shows, and the script that shows it. */
const LIMITS = {
  no_new_privs: [/^1$/, status('NoNewPrivs')],
  seccomp: [/^kill refused$/, 'kill -0 $$ 2>/dev/null && echo kill allowed || echo kill refused'],
  Landlock: [/^mkdir refused$/, `cd ${folder} && mkdir x 2>/dev/null && rmdir x && echo made || echo mkdir refused`],
  capabilities: [/^0{16}$/, status('CapEff')],
  ids: [/^(65534\t?){4},(65534\t?){4},,0{16}$/, `echo "${['Uid', 'Gid', 'Groups', 'CapEff'].map(sub).join()}"`],
  'network namespace': [/^net:\[\d+\]$/, 'readlink /proc/self/ns/net'],
  'UTS namespace': [/^uts:\[\d+\]$/, 'readlink /proc/self/ns/uts'],
  'mount namespace': [/^mnt:\[\d+\]$/, 'readlink /proc/self/ns/mnt'],
  'folder and umask': [/^0?027 \/usr$/, 'echo $(umask) $(pwd -P)'],
  personality: [/^00040000$/, 'cat /proc/self/personality'],
  nice: [/^5$/, "cut -d' ' -f19 /proc/self/stat"],
  policy: [/^3$/, "cut -d' ' -f41 /proc/self/stat"],
  core: [/^\d+$/, status('Cpus_allowed_list')],
  'timer slack': [/^123456$/, 'cat /proc/self/timerslack_ns'],
};

function sub(name) {
  return `$(${status(name)})`;
}

/** Why a thread cannot have a limit here, where it cannot. */
function hindrance(name, look) {
  const script = `const { spawnSync } = require('node:child_process');
    const look = () => String(spawnSync('sh', ['-c', ${JSON.stringify(look)}]).stdout);
    const before = look();
    const errno = require(${JSON.stringify(addon)}).limit(${JSON.stringify(name)});
    console.log(JSON.stringify([errno, before === look()]));`;
  const [errno, same] = JSON.parse(String(execFileSync(process.execPath, ['-e', script])));
  if (errno < 0) throw new Error(`${name}?`);
  if (errno > 0) return `${getSystemErrorName(-errno)}${process.getuid() === 0 ? '' : ', not root'}`;
  return same ? 'this program has it already, or nobody can see it' : undefined;
}

const HINDRANCES = Object.fromEntries(Object.entries(LIMITS).map(([name, [, look]]) => [name, hindrance(name, look)]));

const WAYS = ['spawn', 'exec', 'execFile', 'spawnSync', 'fork'];
const EACH = 20;

/** On the thread it is called on: three children, the limit, and then 20 children of each kind. */
const body = async (_module, report, workerData) => {
  const run = async (module, { addon, name, look, ways, each }) => {
    const { once } = require('node:events');
    const end = async (child) => {
      let text = '';
      child.stdout.setEncoding('utf8').on('data', (chunk) => {
        text += chunk;
      });
      await once(child, 'close');
      return text.trim();
    };
    const called = (call) => new Promise((resolve) => call((error, stdout) => resolve(String(error ?? stdout).trim())));
    const start = {
      spawn: () => end(module.spawn('sh', ['-c', look])),
      exec: () => called((done) => module.exec(look, done)),
      execFile: () => called((done) => module.execFile('sh', ['-c', look], done)),
      spawnSync: () => String(module.spawnSync('sh', ['-c', look]).stdout).trim(),
      // A shell in the place of Node: that sooner tells what it has.
      fork: () => end(module.fork(look, { execPath: '/bin/sh', execArgv: ['-c'], silent: true })),
    };
    const before = [];
    for (let count = 0; count < 3; count++) before.push(await start.spawn());
    const refused = require(addon).limit(name);
    const reference = require('node:child_process').spawnSync('sh', ['-c', look], { encoding: 'utf8' }).stdout.trim();
    const after = {};
    for (const way of ways) {
      const seen = [];
      for (let count = 0; count < each; count++) seen.push(await start[way]());
      after[way] = seen.filter((text) => text === reference).length;
    }
    return { refused, before, reference, after };
  };
  const { Worker } = require('node:worker_threads');
  if (workerData.thread === 'main thread') return report(await run(require(workerData.path), workerData));
  const source = `const { parentPort, workerData } = require('node:worker_threads');
    (${run})(require(workerData.path), workerData).then((seen) => parentPort.postMessage(seen));`;
  new Worker(source, { eval: true, workerData }).on('message', report);
};

const seenBy = async (module, thread, name, look) => {
  const path = module === builtin ? BUILTIN : FORKLESS;
  const [seen] = await reportsOf(module, body, { args: [{ thread, path, addon, name, look, ways: WAYS, each: EACH }] });
  return seen;
};

const ALL = Object.fromEntries(WAYS.map((way) => [way, EACH]));

describe.each(['main thread', 'worker'])('a limit of the %s alone: all its children have it', (thread) => {
  for (const [name, [limited, look]] of Object.entries(LIMITS)) {
    const why = HINDRANCES[name];
    (why ? test.skip : test)(`${name}${why ? `: ${why}` : ''}`, async () => {
      const [before, after] = await onBoth(async (module) => {
        const { refused, before, reference, after } = await seenBy(module, thread, name, look);
        expect(refused).toBe(0);
        expect(reference).toMatch(limited);
        // Else it would prove nothing.
        expect(before).not.toContain(reference);
        return [new Set(before), after];
      });
      expect(before.size).toBe(1);
      expect(after).toEqual(ALL);
    });
  }

  test('but for blocked signals: none of them has those', async () => {
    const after = await onBoth(async (module) => {
      const { refused, before, after } = await seenBy(module, thread, 'signal mask', status('SigBlk'));
      expect([refused, ...before]).toEqual([0, ...Array(3).fill('0'.repeat(16))]);
      return after;
    });
    expect(after).toEqual(ALL);
  });
});
