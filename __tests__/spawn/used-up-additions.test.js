'use strict';
// What forkless adds, where 0 to 12 fds are left: the start fails as it does without, or all of it holds; nothing is left.

const { forkless } = require('../helpers/modules.js');
const { reportsOf } = require('../helpers/program.js');

/** Each number of fds that are left, and what came of a child with all of it that leaves a stranger behind. */
const body = async ({ spawn, spawnSync }, report) => {
  const fs = require('node:fs');
  const count = () => fs.readdirSync('/proc/self/fd').length;
  const script = 'trap "" TERM; sleep 600 & echo $!; while :; do sleep 0.01; done';
  const started = async (left) => {
    const taken = [];
    try {
      for (;;) taken.push(fs.openSync('/dev/null'));
    } catch {}
    for (const fd of taken.splice(0, left)) fs.closeSync(fd);
    const errors = [];
    const child = spawn('sh', ['-c', script], { drainTimeout: 5, forceKillAfterDelay: 5, input: 'text' });
    child.on('error', ({ code }) => errors.push(code));
    const blocked = spawnSync('sh', ['-c', 'sleep 600 & echo $!'], { drainTimeout: 0, encoding: 'utf8' });
    for (const fd of taken) fs.closeSync(fd);
    const strangers = [];
    if (blocked.pid) strangers.push(Number(blocked.stdout));
    child.stdout?.on('data', (data) => {
      strangers.push(Number(String(data)));
      child.kill();
    });
    const end = await child.exited.catch(({ code }) => ({ code }));
    for (const pid of strangers) process.kill(pid, 'SIGKILL');
    return { errors, code: end.code, forced: end.forced, drained: end.drained, blocked: blocked.error?.code ?? 'ran' };
  };
  // What is opened once and kept.
  await started(12);
  const before = count();
  for (let left = 0; left <= 12; left++) report(await started(left));
  for (const deadline = Date.now() + 10_000; count() > before && Date.now() < deadline; ) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  report(count() - before);
};

test('a start fails for want of fds, or has all that was asked for', async () => {
  const options = { through: ['sh', '-c', 'ulimit -n 80; exec "$@"', 'sh'] };
  const reports = await reportsOf(forkless, body, options);
  expect(reports.pop()).toBe(0);
  const failed = reports.filter(({ errors }) => errors.length > 0);
  const others = reports.filter(({ errors }) => errors.length === 0);
  expect(failed.length).toBeGreaterThan(0);
  expect(others.length).toBeGreaterThan(0);
  for (const { errors, code } of failed) expect([...errors, code]).toEqual(['EMFILE', 'EMFILE']);
  for (const { code, forced, drained } of others) expect([code, forced, drained]).toEqual([null, true, true]);
  expect(new Set(reports.map(({ blocked }) => blocked))).toEqual(new Set(['EMFILE', 'ran']));
});
