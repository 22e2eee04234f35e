'use strict';
// What ends a forked child from outside: signal, timeout, killSignal, kill().

const { closed, next } = require('../helpers/children.js');
const { describeEach } = require('../helpers/modules.js');
const { Inbox, forkNode } = require('../ipc/nodes.js');

/** Says that it runs and stays; may live through a SIGTERM, and tells of it. */
function stay(ignored) {
  if (ignored) process.on(ignored, () => process.send(ignored));
  process.send('ready');
  process.on('disconnect', () => process.exit(7));
}

describeEach('an AbortSignal', (module) => {
  test('ends the child and is an error', async () => {
    const controller = new AbortController();
    const child = forkNode(module, stay, [], { signal: controller.signal });
    await new Inbox(child).message();
    const reason = new Error('enough');
    const ended = closed(child);
    controller.abort(reason);
    const end = await ended;
    expect(end).toMatchObject({ code: null, signal: 'SIGTERM' });
    expect([end.error.name, end.error.code, end.error.cause]).toEqual(['AbortError', 'ABORT_ERR', reason]);
    expect([child.killed, child.connected]).toEqual([true, false]);
  });

  test('takes the killSignal', async () => {
    const controller = new AbortController();
    const child = forkNode(module, stay, ['SIGTERM'], { signal: controller.signal, killSignal: 'SIGKILL' });
    await new Inbox(child).message();
    const ended = closed(child);
    controller.abort();
    expect(await ended).toMatchObject({ code: null, signal: 'SIGKILL', error: { code: 'ABORT_ERR' } });
  });

  test('that has aborted already', async () => {
    const child = forkNode(module, stay, [], { signal: AbortSignal.abort() });
    expect(typeof child.pid).toBe('number');
    expect(await closed(child)).toMatchObject({ code: null, signal: 'SIGTERM', error: { code: 'ABORT_ERR' } });
  });

  test('after the end does nothing', async () => {
    const controller = new AbortController();
    const child = forkNode(module, () => process.disconnect(), [], { signal: controller.signal });
    expect(await closed(child)).toEqual({ code: 0, signal: null });
    let failed = false;
    child.on('error', () => {
      failed = true;
    });
    controller.abort();
    await new Promise((resolve) => setImmediate(resolve));
    expect(failed).toBe(false);
  });
});

describeEach('a timeout', (module) => {
  test('ends the child, without an error', async () => {
    const child = forkNode(module, stay, [], { timeout: 200 });
    expect(await closed(child)).toEqual({ code: null, signal: 'SIGTERM' });
    expect(child.killed).toBe(true);
  });

  test.each([['SIGKILL'], [9]])('takes the killSignal %s', async (killSignal) => {
    const child = forkNode(module, stay, ['SIGTERM'], { timeout: 200, killSignal });
    expect(await closed(child)).toEqual({ code: null, signal: 'SIGKILL' });
  });

  test('that is not reached does nothing', async () => {
    const child = forkNode(module, () => process.disconnect(), [], { timeout: 50_000 });
    expect(await closed(child)).toEqual({ code: 0, signal: null });
    expect(child.killed).toBe(false);
  });
});

describeEach('kill()', (module) => {
  test('a signal that the child listens for', async () => {
    const child = forkNode(module, stay, ['SIGUSR2']);
    const inbox = new Inbox(child);
    expect(await inbox.message()).toBe('ready');
    expect(child.kill('SIGUSR2')).toBe(true);
    expect(await inbox.message()).toBe('SIGUSR2');
    child.disconnect();
    expect(await next(child, 'exit')).toEqual([7, null]);
  });

  test('the channel closes, and send() fails from then on', async () => {
    const child = forkNode(module, stay);
    await new Inbox(child).message();
    child.kill('SIGKILL');
    expect(await closed(child)).toEqual({ code: null, signal: 'SIGKILL' });
    expect([child.connected, child.channel]).toEqual([false, null]);
    const error = await new Promise((resolve) => child.send('late', resolve));
    expect(error.code).toBe('ERR_IPC_CHANNEL_CLOSED');
  });

  test('before the child has run a line', async () => {
    const child = forkNode(module, stay);
    child.send('never read');
    child.kill('SIGKILL');
    expect(await closed(child)).toEqual({ code: null, signal: 'SIGKILL' });
  });
});
