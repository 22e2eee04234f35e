'use strict';
// A program that is no Node and speaks JSON lines on the fd it is told.

const { closed, output, text } = require('../helpers/children.js');
const { describeEach } = require('../helpers/modules.js');
const { until } = require('../helpers/until.js');
const { Inbox, gone } = require('./nodes.js');

const STDIO = ['ignore', 'pipe', 'inherit', 'ipc'];

describeEach('a shell script', ({ spawn }) => {
  const run = (script, stdio = STDIO) => spawn('sh', ['-c', script], { stdio });

  test('sends', async () => {
    const child = run(`printf '"one"\\n{"two":[2]}\\n3\\nnull\\ntrue\\n' >&$NODE_CHANNEL_FD`);
    const inbox = new Inbox(child);
    expect(await inbox.messages(5)).toEqual(['one', { two: [2] }, 3, null, true]);
    expect(await gone(child)).toEqual({ code: 0, signal: null });
  });

  test('receives', async () => {
    const child = run('while read -r line <&$NODE_CHANNEL_FD; do echo "got $line"; done; echo end');
    child.send('hello');
    child.send({ a: [1, null] });
    child.disconnect();
    const [stdout] = await Promise.all([text(child.stdout), gone(child)]);
    expect(stdout).toBe('got "hello"\ngot {"a":[1,null]}\nend\n');
  });

  test('answers', async () => {
    const child = run('while read -r line <&$NODE_CHANNEL_FD; do echo "[$line]" >&$NODE_CHANNEL_FD; done');
    const inbox = new Inbox(child);
    for (let count = 0; count < 100; count++) {
      child.send(count);
      expect(await inbox.message()).toEqual([count]);
    }
    child.disconnect();
    // read fails at the end of the channel, and the loop is over.
    expect(await gone(child)).toEqual({ code: 0, signal: null });
  });

  test('with its channel as stdin and stdout of a filter', async () => {
    const child = run('exec cat <&3 >&3', ['ignore', 'ignore', 'inherit', 'ipc']);
    const inbox = new Inbox(child);
    child.send({ through: 'cat' });
    expect(await inbox.message()).toEqual({ through: 'cat' });
    child.kill();
    expect(await closed(child)).toEqual({ code: null, signal: 'SIGTERM' });
  });

  test('closes its end: disconnect, and it lives on', async () => {
    const child = run('exec 3>&-; read -r line; echo "$line"', ['pipe', 'pipe', 'inherit', 'ipc']);
    const log = [];
    for (const event of ['disconnect', 'exit', 'close', 'error']) child.on(event, () => log.push(event));
    expect(await until(() => log.length > 0)).toBe(true);
    expect(log).toEqual(['disconnect']);
    expect([child.connected, child.channel, child.exitCode]).toEqual([false, null, null]);
    child.stdin.end('still here\n');
    expect(await output(child)).toMatchObject({ code: 0, stdout: 'still here\n' });
    expect(log).toEqual(['disconnect', 'exit', 'close']);
  });

  test('ends in the middle of a message: that one is dropped', async () => {
    const child = run(`printf '"whole"\\n"half' >&3`);
    const inbox = new Inbox(child);
    expect(await closed(child)).toEqual({ code: 0, signal: null });
    expect(inbox.waiting).toEqual([['whole', undefined]]);
  });

  test('a grandchild keeps the channel open after the exit', async () => {
    const child = run(`(read -r line <&3; echo '"from the grandchild"' >&3) & exit 5`, [
      'ignore',
      'ignore',
      'inherit',
      'ipc',
    ]);
    const inbox = new Inbox(child);
    const log = [];
    for (const event of ['message', 'disconnect', 'exit', 'close']) child.on(event, () => log.push(event));
    await until(() => log.includes('exit'));
    expect([child.connected, child.exitCode]).toEqual([true, 5]);
    child.send('go on');
    expect(await inbox.message()).toBe('from the grandchild');
    await until(() => log.length === 4);
    expect(log).toEqual(['exit', 'message', 'close', 'disconnect']);
  });
});
