'use strict';
// Streams of other processes and connections as a child's stdio.

const fs = require('node:fs');
const net = require('node:net');
const path = require('node:path');
const { once } = require('node:events');
const { setImmediate } = require('node:timers/promises');
const { closed, output, text } = require('../helpers/children.js');
const { makeFolder, removeFolder } = require('../helpers/folder.js');
const { builtin, describeEach, forkless, onBoth } = require('../helpers/modules.js');

/** A connection over TCP or a path: both ends, and what closes it all. */
async function connection(address) {
  const server = net.createServer();
  server.listen(address);
  await once(server, 'listening');
  const client = net.connect(typeof address === 'string' ? address : server.address().port);
  const [[accepted]] = await Promise.all([once(server, 'connection'), once(client, 'connect')]);
  const close = async () => {
    const ended = [once(server, 'close')];
    for (const socket of [client, accepted]) if (!socket.closed) ended.push(once(socket.destroy(), 'close'));
    server.close();
    await Promise.all(ended);
  };
  return { client, accepted, close };
}

/**
 * How a child ends whose stdout is another's stdin. Its 'close' does not come
 * while the stream is open here, which nobody reads.
 */
async function passedOn(child, ...streams) {
  const [code, signal] = await once(child, 'exit');
  for (const stream of streams) await once(stream.destroy(), 'close');
  return { code, signal };
}

describeEach("one child's stdout as another's stdin", ({ spawn }) => {
  test('a pipeline of two', async () => {
    const first = spawn('seq', ['1', '100000'], { stdio: ['ignore', 'pipe', 'inherit'] });
    const second = spawn('wc', ['-l'], { stdio: [first.stdout, 'pipe', 'pipe'] });
    const [one, two] = await Promise.all([passedOn(first, first.stdout), output(second)]);
    expect(one).toEqual({ code: 0, signal: null });
    expect(two).toEqual({ code: 0, signal: null, stdout: '100000\n', stderr: '' });
  });

  test('a pipeline of four', async () => {
    const commands = [['seq', '1', '1000'], ['sed', 's/^/x/'], ['tac'], ['head', '-n', '3']];
    const children = [];
    for (const [file, ...args] of commands) {
      const before = children.at(-1);
      children.push(spawn(file, args, { stdio: [before ? before.stdout : 'ignore', 'pipe', 'inherit'] }));
    }
    const last = children.pop();
    const [result] = await Promise.all([output(last), ...children.map((child) => passedOn(child, child.stdout))]);
    expect(result.stdout).toBe('x1000\nx999\nx998\n');
  });

  test('its stderr too', async () => {
    const first = spawn('sh', ['-c', 'echo out; echo err >&2'], { stdio: ['ignore', 'pipe', 'pipe'] });
    const second = spawn('cat', { stdio: [first.stderr, 'pipe', 'pipe'] });
    const [out, err] = await Promise.all([text(first.stdout), output(second), passedOn(first, first.stderr)]);
    expect([out, err.stdout]).toEqual(['out\n', 'err\n']);
  });

  test("the other way around: one child's stdin as another's stdout", async () => {
    const reader = spawn('tr', ['a-z', 'A-Z']);
    const writer = spawn('echo', ['shout'], { stdio: ['ignore', reader.stdin, 'pipe'] });
    const [, result] = await Promise.all([closed(writer).then(() => reader.stdin.end()), output(reader)]);
    expect(result.stdout).toBe('SHOUT\n');
  });

  test("no 'close' while the stream is open here", async () => {
    const first = spawn('echo', ['x'], { stdio: ['ignore', 'pipe', 'inherit'] });
    const events = [];
    for (const event of ['exit', 'close']) first.on(event, () => events.push(event));
    const second = spawn('cat', { stdio: [first.stdout, 'pipe', 'inherit'] });
    const end = closed(first);
    expect((await output(second)).stdout).toBe('x\n');
    while (!events.includes('exit')) await setImmediate();
    for (let turn = 0; turn < 5; turn++) await setImmediate();
    expect(events).toEqual(['exit']);
    first.stdout.destroy();
    expect(await end).toEqual({ code: 0, signal: null });
  });
});

describe.each([
  ['built-in to built-in', builtin, builtin],
  ['forkless to forkless', forkless, forkless],
  ['built-in to forkless', builtin, forkless],
  ['forkless to built-in', forkless, builtin],
])('a pipeline from %s', (_name, one, other) => {
  test('the parent takes nothing of it, after the exit of the first either', async () => {
    const first = one.spawn('seq', ['1', '1000'], { stdio: ['ignore', 'pipe', 'inherit'] });
    const exited = passedOn(first);
    const second = other.spawn('sh', ['-c', 'read go <&3; wc -l'], {
      stdio: [first.stdout, 'pipe', 'inherit', 'pipe'],
    });
    const end = output(second);
    second.stdio[3].resume();
    await exited;
    // Time for the parent to do what it should not.
    for (let turn = 0; turn < 5; turn++) await setImmediate();
    second.stdio[3].end('go\n');
    expect((await end).stdout).toBe('1000\n');
    if (!first.stdout.closed) await once(first.stdout.destroy(), 'close');
  });
});

test('what the parent has read of it does not reach the other', async () => {
  const results = await onBoth(async ({ spawn }) => {
    const first = spawn('sh', ['-c', 'echo one; cat; echo two'], { stdio: ['pipe', 'pipe', 'inherit'] });
    const [chunk] = await once(first.stdout, 'data');
    first.stdout.pause();
    const second = spawn('cat', { stdio: [first.stdout, 'pipe', 'pipe'] });
    first.stdin.end();
    const [{ stdout }] = await Promise.all([output(second), passedOn(first, first.stdout)]);
    return [chunk.toString(), stdout];
  });
  expect(results).toEqual(['one\n', 'two\n']);
});

describe('connections', () => {
  let folder;
  beforeAll(() => {
    folder = makeFolder();
  });
  afterAll(() => removeFolder(folder));

  describe.each([
    ['TCP', () => ({ port: 0, host: '127.0.0.1' })],
    ['a path', () => path.join(folder, 'socket')],
  ])('over %s', (_name, address) => {
    describeEach('as stdio', ({ spawn }) => {
      test('as stdout', async () => {
        const { client, accepted, close } = await connection(address());
        const child = spawn('echo', ['over the wire'], { stdio: ['ignore', accepted, 'pipe'] });
        expect(child.stdout).toBe(null);
        const [[chunk], end] = await Promise.all([once(client, 'data'), output(child)]);
        expect(chunk.toString()).toBe('over the wire\n');
        expect(end).toMatchObject({ code: 0, signal: null });
        await close();
      });

      test('as stdin and stdout at once', async () => {
        const { client, accepted, close } = await connection(address());
        const child = spawn('tr', ['a-z', 'A-Z'], { stdio: [accepted, accepted, 'pipe'] });
        accepted.destroy();
        client.end('back and forth');
        const [answer, end] = await Promise.all([text(client), output(child)]);
        expect(answer).toBe('BACK AND FORTH');
        expect(end).toMatchObject({ code: 0, signal: null });
        await close();
      });
    });
  });

  test('a server as an fd of the child', async () => {
    const seen = await onBoth(async ({ spawn }) => {
      const server = net.createServer().listen(0, '127.0.0.1');
      await once(server, 'listening');
      const script = `require('node:net').createServer((socket) => socket.end('hello')).listen({ fd: 3 });
        process.stdout.write('ready');`;
      const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'ignore', server._handle.fd] });
      await once(child.stdout, 'data');
      const { port } = server.address();
      await once(server.close(), 'close');
      const answer = await text(net.connect(port, '127.0.0.1'));
      child.kill();
      return [answer, (await closed(child)).signal];
    });
    expect(seen).toEqual(['hello', 'SIGTERM']);
  });

  test('a connection that is destroyed is refused', async () => {
    const code = await onBoth(async ({ spawn }) => {
      const { accepted, close } = await connection({ port: 0, host: '127.0.0.1' });
      accepted.destroy();
      let code;
      try {
        spawn('true', { stdio: [accepted] });
      } catch (error) {
        code = error.code;
      }
      await close();
      return code;
    });
    expect(code).toBe('ERR_INVALID_ARG_VALUE');
  });
});

test('a named pipe, both ends by fd', async () => {
  const results = await onBoth(async ({ spawn }) => {
    const folder = makeFolder();
    const fifo = path.join(folder, 'fifo');
    expect(await closed(spawn('mkfifo', [fifo]))).toEqual({ code: 0, signal: null });
    const fd = fs.openSync(fifo, fs.constants.O_RDWR);
    const child = spawn('head', ['-n', '1'], { stdio: [fd, 'pipe', 'pipe'] });
    fs.writeSync(fd, 'a line\n');
    const { stdout } = await output(child);
    fs.closeSync(fd);
    removeFolder(folder);
    return stdout;
  });
  expect(results).toBe('a line\n');
});
