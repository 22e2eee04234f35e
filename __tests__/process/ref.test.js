'use strict';
// What keeps the event loop alive, and what does not.

const { describeEach } = require('../helpers/modules.js');
const { runProgram } = require('../helpers/program.js');
const { isAlive } = require('../helpers/proc.js');
const { until } = require('../helpers/until.js');

/** Ends what a program has left behind. */
async function endOf(pid) {
  const alive = isAlive(pid);
  if (alive) process.kill(pid, 'SIGKILL');
  await until(() => !isAlive(pid));
  return alive;
}

describeEach('the event loop', (module) => {
  const ends = async (body) => {
    const { code, signal, stderr, reports } = await runProgram(module, body);
    expect({ code, signal, stderr }).toEqual({ code: 0, signal: null, stderr: '' });
    return reports;
  };

  test('stays alive for a child, with nothing else', async () => {
    const reports = await ends(({ spawn }, report) => {
      const child = spawn('sleep', ['0.2'], { stdio: 'ignore' });
      child.on('exit', (code) => report(code));
    });
    expect(reports).toEqual([0]);
  });

  test('stays alive for a child that nobody listens to', async () => {
    const reports = await ends(({ spawn }, report) => {
      const child = spawn('sleep', ['0.2'], { stdio: 'ignore' });
      process.on('exit', () => report([child.exitCode, child.signalCode]));
    });
    expect(reports).toEqual([[0, null]]);
  });

  test('ends in spite of a child that is unreferenced', async () => {
    const [pid] = await ends(({ spawn }, report) => {
      const child = spawn('sleep', ['1000'], { stdio: 'ignore' });
      child.on('exit', () => report('exit'));
      child.unref();
      report(child.pid);
    });
    expect(await endOf(pid)).toBe(true);
  });

  test('ends in spite of a child whose handle is closed', async () => {
    const reports = await ends(({ spawn }, report) => {
      const child = spawn('sleep', ['1000'], { stdio: 'ignore' });
      child.on('exit', () => report('exit'));
      const { _handle: handle } = child;
      handle.close(() => report([handle.hasRef(), child._handle === handle]));
      report(child.pid);
    });
    expect(await endOf(reports[0])).toBe(true);
    expect(reports).toEqual([expect.any(Number), [false, true]]);
  });

  test("brings no 'exit' of a child whose handle is closed when its output ends", async () => {
    const reports = await ends(({ spawn }, report) => {
      const { readFileSync } = require('node:fs');
      const child = spawn('true', { stdio: ['ignore', 'pipe', 'ignore'] });
      const { _handle: handle } = child;
      child.on('exit', () => report('exit'));
      child.on('spawn', () => {
        // By now one poll can bring both ends.
        while (!readFileSync(`/proc/${child.pid}/stat`, 'utf8').includes(') Z'));
        child.stdout.resume().on('end', () => handle.close(() => report('closed')));
      });
    });
    expect(reports).toEqual(['closed']);
  });

  test('ends in spite of pipes that are unreferenced too', async () => {
    const [pid] = await ends(({ spawn }, report) => {
      const child = spawn('sleep', ['1000']);
      child.unref();
      for (const stream of child.stdio) stream.unref();
      report(child.pid);
    });
    await endOf(pid);
  });

  test('stays alive for a pipe that is read, of a child that is unreferenced', async () => {
    const reports = await ends(({ spawn }, report) => {
      const child = spawn('sh', ['-c', 'sleep 0.2; echo x'], { stdio: ['ignore', 'pipe', 'ignore'] });
      child.unref();
      child.stdout.setEncoding('utf8').on('data', report);
    });
    expect(reports).toEqual(['x\n']);
  });

  test('ref takes unref back', async () => {
    const reports = await ends(({ spawn }, report) => {
      const child = spawn('sleep', ['0.2'], { stdio: 'ignore' });
      child.unref();
      child.ref();
      child.on('exit', (code) => report(code));
    });
    expect(reports).toEqual([0]);
  });

  test('does not count: two refs and one unref are unreferenced', async () => {
    const [pid] = await ends(({ spawn }, report) => {
      const child = spawn('sleep', ['1000'], { stdio: 'ignore' });
      child.ref();
      child.ref();
      child.unref();
      report(child.pid);
    });
    expect(await endOf(pid)).toBe(true);
  });

  test('one referenced among others that are not', async () => {
    const reports = await ends(({ spawn }, report) => {
      const others = Array.from({ length: 5 }, () => spawn('sleep', ['1000'], { stdio: 'ignore' }));
      for (const child of others) child.unref();
      const child = spawn('sleep', ['0.2'], { stdio: 'ignore' });
      child.on('exit', (code) => report(code));
      process.on('exit', () => {
        for (const other of others) other.kill('SIGKILL');
      });
    });
    expect(reports).toEqual([0]);
  });

  test('unref and ref before the start and after the end do nothing', async () => {
    const reports = await ends(({ spawn, ChildProcess }, report) => {
      const child = new ChildProcess();
      child.unref();
      child.ref();
      child.spawn({ file: '/bin/true', args: ['true'], stdio: 'ignore' });
      child.on('close', () => {
        child.unref();
        child.ref();
        report([child.ref(), child.unref()].length);
        spawn('true').on('close', () => report('another'));
      });
    });
    expect(reports).toEqual([2, 'another']);
  });

  test('ends after a start that failed', async () => {
    const reports = await ends(({ spawn }, report) => {
      spawn('/nowhere/x').on('error', (error) => report(error.code));
    });
    expect(reports).toEqual(['ENOENT']);
  });

  test('ends after the last of many', async () => {
    const reports = await ends(({ spawn }, report) => {
      let left = 30;
      for (let index = 0; index < 30; index++) {
        const child = spawn('true', { stdio: index % 2 ? 'ignore' : 'pipe' });
        if (index % 3 === 0) child.unref();
        if (index % 3 === 1) child.ref();
        child.on('exit', () => --left === 0 && report('all'));
      }
      setTimeout(() => {}, 60_000).unref();
    });
    // Those that are unreferenced may be left behind.
    expect(['all', undefined]).toContain(reports[0]);
  });

  test('an unreferenced child whose end comes while the loop lives is told of', async () => {
    const reports = await ends(({ spawn }, report) => {
      const timer = setInterval(() => {}, 1000);
      const child = spawn('true', { stdio: 'ignore' });
      child.unref();
      child.on('exit', (code) => {
        report(code);
        clearInterval(timer);
      });
    });
    expect(reports).toEqual([0]);
  });

  // The program looks synchronously: an immediate of the collector's would be gone in the next turn.
  test('gets nothing to do by the collection of what starts have left', async () => {
    const body = ({ spawn }, report) => {
      const immediates = () => process.getActiveResourcesInfo().filter((kind) => kind === 'Immediate').length;
      const start = () => spawn('true', { stdio: 'ignore' })._handle.close();
      for (let i = 0; i < 10; i++) start();
      const before = immediates();
      globalThis.gc();
      report([before, immediates()]);
    };
    const { code, stderr, reports } = await runProgram(module, body, { flags: ['--expose-gc'] });
    expect({ code, stderr, reports }).toEqual({ code: 0, stderr: '', reports: [[0, 0]] });
  });
});
