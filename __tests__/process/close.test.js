'use strict';
// When 'close' comes: what is drained for it, and what holds it back.

const { closed, next, output, record } = require('../helpers/children.js');
const { describeEach } = require('../helpers/modules.js');
const { until } = require('../helpers/until.js');
const { setImmediate } = require('node:timers/promises');

/** Gives the loop time to do what it should not. */
async function someTurns() {
  for (let turn = 0; turn < 20; turn++) await setImmediate();
}

describeEach('streams that nobody reads', ({ spawn }) => {
  test('flow away after the exit, so that close comes', async () => {
    const child = spawn('sh', ['-c', 'echo unread; echo unread >&2']);
    expect(await closed(child)).toEqual({ code: 0, signal: null });
    // Who asks for them so late gets streams that still have their end to tell (docs/differences.md).
    for (const stream of [child.stdout, child.stderr]) expect(await until(() => stream.readableEnded)).toBe(true);
  });

  test('flow away too when they were paused', async () => {
    const child = spawn('sh', ['-c', 'echo unread']);
    child.stdout.pause();
    child.stderr.pause();
    const log = [];
    record(child.stdout, 'stdout', log);
    expect(await closed(child)).toEqual({ code: 0, signal: null });
    expect(log.map(([, event]) => event)).toContain('data');
  });

  test('flow away too beyond three', async () => {
    const child = spawn('sh', ['-c', 'echo unread >&3; echo unread >&4'], { stdio: [...Array(5).fill('pipe')] });
    expect(await closed(child)).toEqual({ code: 0, signal: null });
  });

  test('hold more than a socket does: the child waits for a reader', async () => {
    const child = spawn('sh', ['-c', 'head -c 8000000 /dev/zero; exit 5']);
    const end = output(child);
    const { code, stdout } = await end;
    expect([code, stdout.length]).toEqual([5, 8_000_000]);
  });

  test("a listener of 'exit' can still take what is left", async () => {
    const child = spawn('sh', ['-c', 'echo late']);
    let text = '';
    child.on('exit', () => {
      child.stdout.on('data', (chunk) => {
        text += chunk;
      });
    });
    await closed(child);
    expect(text).toBe('late\n');
  });

  test("a 'readable' listener stops that: close comes when it has read", async () => {
    const child = spawn('sh', ['-c', 'echo kept']);
    const events = [];
    child.on('close', () => events.push('close'));
    child.stdout.on('readable', () => events.push('readable'));
    child.stderr.resume();
    const end = closed(child);
    await next(child, 'exit');
    await until(() => events.includes('readable'));
    await someTurns();
    expect(events).not.toContain('close');
    const chunks = [];
    const read = () => {
      for (let chunk = child.stdout.read(); chunk !== null; chunk = child.stdout.read()) chunks.push(chunk);
    };
    child.stdout.on('readable', read);
    read();
    expect(await end).toEqual({ code: 0, signal: null });
    expect(Buffer.concat(chunks).toString()).toBe('kept\n');
  });
});

describeEach('what holds close back', ({ spawn }) => {
  test('a grandchild that keeps the pipe', async () => {
    const child = spawn('sh', ['-c', 'sleep 1000 & echo $!; exit 6']);
    const log = [];
    record(child, 'child', log);
    const end = closed(child);
    const [[line]] = await Promise.all([next(child.stdout, 'data'), next(child, 'exit')]);
    child.stdout.resume();
    await someTurns();
    expect(log.map(([, event]) => event)).toEqual(['spawn', 'exit']);
    process.kill(Number(line), 'SIGKILL');
    expect(await end).toEqual({ code: 6, signal: null });
  });

  test('not stdin', async () => {
    const child = spawn('sh', ['-c', 'exec <&-; exit 0']);
    expect(await closed(child)).toEqual({ code: 0, signal: null });
  });

  test('not a stream that was destroyed', async () => {
    const child = spawn('sh', ['-c', 'sleep 1000 & echo $!; exit 0']);
    const end = closed(child);
    const [line] = await next(child.stdout, 'data');
    child.stdout.destroy();
    child.stderr.destroy();
    expect(await end).toEqual({ code: 0, signal: null });
    process.kill(Number(line), 'SIGKILL');
  });

  test('not a stream that is not ours', async () => {
    const child = spawn('true', { stdio: ['ignore', 2, 'ignore', null, 'ignore'] });
    expect(await closed(child)).toEqual({ code: 0, signal: null });
  });
});

describeEach('a child that closes its streams and goes on', ({ spawn }) => {
  test('the streams end before the exit', async () => {
    const child = spawn('sh', ['-c', 'exec >&- 2>&-; read go; exit 8']);
    const events = [];
    for (const stream of [child.stdout, child.stderr]) stream.on('close', () => events.push('stream')).resume();
    child.on('exit', () => events.push('exit'));
    const end = closed(child);
    await until(() => events.length === 2);
    expect(events).toEqual(['stream', 'stream']);
    child.stdin.end('go\n');
    expect(await end).toEqual({ code: 8, signal: null });
    expect(events).toEqual(['stream', 'stream', 'exit']);
  });
});
