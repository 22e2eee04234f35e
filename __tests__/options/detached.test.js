'use strict';
// detached: a session of its own, that the parent can leave behind.

const { closed, next } = require('../helpers/children.js');
const { describeEach } = require('../helpers/modules.js');
const { isAlive, statOf } = require('../helpers/proc.js');
const { runProgram } = require('../helpers/program.js');
const { until } = require('../helpers/until.js');

describeEach('detached', (module) => {
  const { spawn } = module;

  test('the child leads a new session and a new group', async () => {
    const child = spawn('cat', { detached: true });
    const { session, group } = statOf(child.pid);
    expect({ session, group }).toEqual({ session: child.pid, group: child.pid });
    child.stdin.end();
    expect(await closed(child)).toEqual({ code: 0, signal: null });
  });

  test.each([[false], [undefined], [null]])('%s: the child stays in ours', async (detached) => {
    const child = spawn('cat', { detached });
    const { session, group } = statOf(child.pid);
    const ours = statOf(process.pid);
    expect({ session, group }).toEqual({ session: ours.session, group: ours.group });
    child.stdin.end();
    await closed(child);
  });

  test('a signal to its group reaches all in it, and not us', async () => {
    const child = spawn('sh', ['-c', 'sleep 1000 & echo $!; wait'], { detached: true });
    const [line] = await next(child.stdout, 'data');
    process.kill(-child.pid, 'SIGTERM');
    expect(await closed(child)).toEqual({ code: null, signal: 'SIGTERM' });
    expect(await until(() => !isAlive(Number(line)))).toBe(true);
  });

  test('with unref and no pipes, it outlives its parent', async () => {
    const { code, reports } = await runProgram(module, ({ spawn }, report) => {
      const child = spawn('sleep', ['1000'], { detached: true, stdio: 'ignore' });
      child.unref();
      report(child.pid);
    });
    expect(code).toBe(0);
    expect(statOf(reports[0])).toMatchObject({ name: 'sleep', session: reports[0] });
    process.kill(reports[0], 'SIGKILL');
    expect(await until(() => !isAlive(reports[0]))).toBe(true);
  });
});
