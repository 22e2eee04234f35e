'use strict';
// forceKillAfterDelay of many children at once, and where there is no fd or thread left. See force-kill.test.js.

const fs = require('node:fs');
const path = require('node:path');
const { forkless } = require('../helpers/modules.js');
const { reportsOf } = require('../helpers/program.js');
const { strangersInFolder } = require('../helpers/strangers.js');

const PROC = path.join(__dirname, '..', 'helpers', 'proc.js');

const { strangers } = strangersInFolder();

/** Ignores SIGTERM, and tells who it is in a file as well. */
const deaf = () => `trap '' TERM; echo $$ >> '${strangers.file}'; echo ready; exec sleep 600`;

test('a thousand at once: all are ended, by one thread', async () => {
  const [seen] = await reportsOf(
    forkless,
    async ({ spawn }, report, proc) => {
      const { childrenOf, openFds, threads } = require(proc);
      const start = () => {
        const script = "trap '' TERM; echo ready; exec sleep 600";
        const child = spawn('sh', ['-c', script], { forceKillAfterDelay: 50, stdio: ['ignore', 'pipe', 'ignore'] });
        return new Promise((resolve) => child.stdout.once('data', () => resolve(child)));
      };
      const first = await start();
      first.kill('SIGKILL');
      await first.exited;
      const before = openFds().length;
      const children = await Promise.all(Array.from({ length: 1000 }, start));
      const ends = children.map(({ exited }) => exited);
      for (const child of children) child.kill();
      const during = threads().filter((name) => name.startsWith('forkless'));
      const forced = (await Promise.all(ends)).filter((end) => end.forced && end.signal === 'SIGKILL').length;
      report({ forced, during, left: childrenOf(), fds: openFds().length - before });
    },
    { args: [PROC], timeout: 55_000 },
  );
  expect(seen).toEqual({ forced: 1000, during: ['forkless-timer'], left: [], fds: 0 });
});

const root = process.getuid() === 0 ? test : test.skip;

describe('where something is used up', () => {
  test.each(['before the start', 'after it'])('no fd is left %s', async (when) => {
    const [seen] = await reportsOf(
      forkless,
      async ({ spawn }, report, script, when) => {
        const fs = require('node:fs');
        const taken = [];
        const take = () => {
          try {
            for (;;) taken.push(fs.openSync('/dev/null'));
          } catch {
            // All are.
          }
        };
        const start = () =>
          new Promise((resolve) => {
            const child = spawn('sh', ['-c', script], { forceKillAfterDelay: 50, stdio: ['ignore', 'pipe', 'ignore'] });
            child.on('error', ({ code }) => resolve(code));
            child.stdout?.once('data', () => resolve(child));
          });
        let child = when === 'after it' ? await start() : undefined;
        take();
        const failed = await start();
        if (!child) {
          for (const fd of taken.splice(0)) fs.closeSync(fd);
          child = await start();
        }
        child.kill();
        const { forced, reason } = await child.exited;
        report({ failed, forced, reason });
      },
      { args: [deaf(), when], through: ['prlimit', '--nofile=64:64', '--'] },
    );
    expect(seen).toEqual({ failed: 'EMFILE', forced: true, reason: 'kill' });
  });

  root('no thread for it: the start fails, and nothing runs', async () => {
    fs.writeFileSync(strangers.file, '', { mode: 0o666 });
    fs.chmodSync(strangers.file, 0o666);
    const uid = 61_234;
    const [seen] = await reportsOf(
      forkless,
      async ({ spawn }, report, script) => {
        const { spawnSync } = require('node:child_process');
        const threads = require('node:fs').readdirSync('/proc/self/task').length;
        spawnSync('prlimit', [`--pid=${process.pid}`, `--nproc=${threads}:${threads}`]);
        const child = spawn('sh', ['-c', script], { forceKillAfterDelay: 50 });
        child.on('error', ({ code, syscall }) => report({ code, syscall, pid: child.pid === undefined }));
      },
      { args: [deaf()], uid, gid: uid, cwd: '/' },
    );
    expect(seen).toEqual({ code: 'EAGAIN', syscall: 'spawn sh', pid: true });
    expect(strangers.pids.filter(Boolean)).toEqual([]);
  });
});
