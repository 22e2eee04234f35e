'use strict';
// Our ends of the pipes: real net.Sockets in both directions.

const net = require('node:net');
const stream = require('node:stream');
const { pipeline } = require('node:stream/promises');
const { createHash } = require('node:crypto');
const { closed, next, output, text } = require('../helpers/children.js');
const { describeEach, onBoth } = require('../helpers/modules.js');
const { until } = require('../helpers/until.js');

describeEach('streams', ({ spawn }) => {
  test('are net.Sockets', async () => {
    const child = spawn('true', { stdio: ['pipe', 'pipe', 'pipe', 'pipe'] });
    for (const socket of child.stdio) expect(socket).toBeInstanceOf(net.Socket);
    child.stdio[3].resume();
    await output(child);
  });

  test('stdin is only to write to, all others to read from', async () => {
    const child = spawn('cat', { stdio: ['pipe', 'pipe', 'pipe', 'pipe'] });
    expect(child.stdio.map((socket) => socket.readable)).toEqual([false, true, true, true]);
    expect(child.stdio[0].writable).toBe(true);
    child.stdin.end();
    child.stdio[3].resume();
    await output(child);
  });

  test('setEncoding keeps characters whole', async () => {
    const text = '🚀größe'.repeat(50_000);
    const child = spawn('cat');
    const chunks = [];
    child.stdout.setEncoding('utf8').on('data', (chunk) => chunks.push(chunk));
    child.stdin.end(text);
    expect(await closed(child)).toEqual({ code: 0, signal: null });
    expect(chunks.join('') === text).toBe(true);
    expect(chunks.every((chunk) => typeof chunk === 'string')).toBe(true);
  });

  test('without an encoding they give Buffers', async () => {
    const child = spawn('echo', ['x']);
    const [[chunk]] = await Promise.all([next(child.stdout, 'data'), closed(child)]);
    expect(Buffer.isBuffer(chunk)).toBe(true);
  });

  test('pipe: through three children, by way of the parent', async () => {
    const children = [spawn('seq', ['1', '20000']), spawn('cat'), spawn('md5sum')];
    children[0].stdout.pipe(children[1].stdin);
    children[1].stdout.pipe(children[2].stdin);
    const [{ stdout }] = await Promise.all([output(children[2]), closed(children[0]), closed(children[1])]);
    const numbers = Array.from({ length: 20_000 }, (_, index) => `${index + 1}\n`).join('');
    expect(stdout.slice(0, 32)).toBe(createHash('md5').update(numbers).digest('hex'));
  });

  test('16 MB in and out at once, to the last byte', async () => {
    const chunk = Buffer.alloc(1 << 16, 'forkless ');
    const child = spawn('cat');
    const sent = createHash('sha256');
    const received = createHash('sha256');
    const source = stream.Readable.from(
      (function* () {
        for (let i = 0; i < 256; i++) {
          sent.update(chunk);
          yield chunk;
        }
      })(),
    );
    await Promise.all([pipeline(source, child.stdin), pipeline(child.stdout, received), closed(child)]);
    expect(received.digest('hex')).toBe(sent.digest('hex'));
  });

  test('async iteration', async () => {
    const child = spawn('seq', ['1', '5']);
    const end = closed(child);
    let lines = '';
    for await (const chunk of child.stdout) lines += chunk;
    expect(lines).toBe('1\n2\n3\n4\n5\n');
    expect(await end).toEqual({ code: 0, signal: null });
  });

  test('leaving an async iteration destroys the stream, and the child cannot go on', async () => {
    const child = spawn('yes');
    const end = closed(child);
    for await (const chunk of child.stdout) {
      expect(chunk.toString()).toMatch(/^y\n/);
      break;
    }
    expect(child.stdout.destroyed).toBe(true);
    // Its next write fails: by SIGPIPE, or by ECONNRESET when we had not read all.
    const { code, signal } = await end;
    expect([1, 'SIGPIPE']).toContain(code ?? signal);
  });

  test('destroying all of them does not end a child that does not use them', async () => {
    const child = spawn('sleep', ['1000']);
    const gone = [next(child.stdout, 'close'), next(child.stderr, 'close')];
    for (const socket of child.stdio) socket.destroy();
    await Promise.all(gone);
    expect(child.exitCode).toBe(null);
    child.kill();
    expect(await closed(child)).toEqual({ code: null, signal: 'SIGTERM' });
  });

  test('half a connection: the child goes on writing after its stdin has ended', async () => {
    const child = spawn('sh', ['-c', 'cat >/dev/null; echo one; echo two']);
    child.stdin.end('x');
    expect((await output(child)).stdout).toBe('one\ntwo\n');
  });

  test('a pipe beyond three goes both ways', async () => {
    const child = spawn('sh', ['-c', 'tr a-z A-Z <&3 >&3'], { stdio: ['ignore', 'ignore', 'inherit', 'pipe'] });
    child.stdio[3].end('both ways');
    const [answer] = await Promise.all([text(child.stdio[3]), closed(child)]);
    expect(answer).toBe('BOTH WAYS');
  });

  test('back-pressure: write returns false, drain comes', async () => {
    const child = spawn('sh', ['-c', 'read go <&3; exec cat >/dev/null'], { stdio: ['pipe', 'pipe', 'pipe', 'pipe'] });
    const end = closed(child);
    child.stdio[3].resume();
    // Far more than any socket holds.
    expect(child.stdin.write(Buffer.alloc(1 << 24))).toBe(false);
    expect(child.stdin.writableNeedDrain).toBe(true);
    const drained = next(child.stdin, 'drain');
    child.stdio[3].end('go\n');
    await drained;
    child.stdin.end();
    expect(await end).toEqual({ code: 0, signal: null });
  });

  test('pause holds the data back, resume lets it flow', async () => {
    const child = spawn('sh', ['-c', 'echo early; read line; echo late']);
    child.stdout.pause();
    await until(() => child.stdout.readableLength > 0);
    expect(child.stdout.readableFlowing).toBe(false);
    child.stdin.end('\n');
    expect((await output(child)).stdout).toBe('early\nlate\n');
  });
});

describeEach('stdin of a child that does not read it', ({ spawn }) => {
  test('EPIPE reaches the stream, and nothing else', async () => {
    const child = spawn('sh', ['-c', 'exec <&-; echo closed; exec sleep 1000']);
    const end = closed(child);
    const failed = next(child.stdin, 'error');
    await next(child.stdout, 'data');
    // More than fits into the socket.
    const written = new Promise((resolve) => child.stdin.write(Buffer.alloc(1 << 20), resolve));
    const [error] = await failed;
    expect({ code: error.code, syscall: error.syscall }).toEqual({ code: 'EPIPE', syscall: 'write' });
    expect((await written).code).toBe('EPIPE');
    child.kill('SIGKILL');
    expect(await end).toEqual({ code: null, signal: 'SIGKILL' });
  });

  test('a child that dies between its start and the first write', async () => {
    const child = spawn('true');
    const end = closed(child);
    const gone = next(child.stdin, 'close');
    const errors = [];
    child.stdin.on('error', (error) => errors.push(error.code));
    const write = () => child.stdin.destroyed || child.stdin.write('x', () => setImmediate(write));
    write();
    child.stdout.resume();
    child.stderr.resume();
    expect(await end).toEqual({ code: 0, signal: null });
    await gone;
    // It depends on what comes first, the exit or the failed write.
    for (const code of errors) expect(['EPIPE', 'ECONNRESET']).toContain(code);
  });

  test('writing after end is an error of the stream', async () => {
    const child = spawn('cat');
    child.stdin.end();
    const failed = next(child.stdin, 'error');
    child.stdin.write('late');
    expect((await failed)[0].code).toBe('ERR_STREAM_WRITE_AFTER_END');
    await output(child);
  });
});

test('stdin is destroyed at the exit', async () => {
  const seen = await onBoth(async ({ spawn }) => {
    const child = spawn('true');
    const end = output(child);
    const [destroyed, writable] = await new Promise((resolve) => {
      child.on('exit', () => resolve([child.stdin.destroyed, child.stdin.writable]));
    });
    await end;
    return { destroyed, writable, sockets: child.stdio.map((socket) => socket.destroyed) };
  });
  expect(seen).toEqual({ destroyed: true, writable: false, sockets: [true, true, true] });
});

test('unref and ref give the stream', async () => {
  await onBoth(async ({ spawn }) => {
    const child = spawn('true');
    expect(child.stdout.unref()).toBe(child.stdout);
    expect(child.stdout.ref()).toBe(child.stdout);
    await output(child);
  });
});
