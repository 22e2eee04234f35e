'use strict';
// The stdio option in all its forms, and the streams that come of it.

const fs = require('node:fs');
const net = require('node:net');
const { PassThrough } = require('node:stream');
const { closed, describe, next, text, thrownBy } = require('../observe.js');
const { program } = require('../program.js');

/** What an fd of another process is open on. @param {number} pid @param {number} fd */
function targetOf(pid, fd) {
  try {
    return fs.readlinkSync(`/proc/${pid}/fd/${fd}`).replace(/\[\d+\]/, '[N]');
  } catch {
    return 'none';
  }
}

/** @param {number} pid */
const isStopped = (pid) => fs.readFileSync(`/proc/${pid}/stat`, 'latin1').includes(') T ');

/** What fds the child has, of which kind, and the streams of the parent. */
async function fdsOf(/** @type {any} */ { module, folder }, /** @type {any} */ stdio) {
  // A shell that has stopped itself has no fds on its way.
  const child = module.spawn('sh', ['-c', 'kill -STOP $$'], { stdio });
  const streams = child.stdio.map(
    (/** @type {any} */ stream) =>
      stream && [stream.constructor.name, stream.readable, stream.writable, stream.allowHalfOpen],
  );
  while (!isStopped(child.pid)) await new Promise((resolve) => setTimeout(resolve, 1));
  const fds = [0, 1, 2, 3, 4, 5].map((fd) => targetOf(child.pid, fd).replace(folder, 'FOLDER'));
  child.kill('SIGKILL');
  await closed(child);
  return [streams, fds];
}

/** @type {import('../probe.js').Checks} */
module.exports = {
  'stdio: words and lists': async (context) => {
    const forms = [
      undefined,
      null,
      'pipe',
      'ignore',
      'overlapped',
      [],
      ['pipe'],
      ['ignore', 'pipe'],
      [null, undefined, null],
      ['pipe', 'pipe', 'pipe', 'pipe', 'ignore', 'pipe'],
      ['ignore', 'ignore', 'ignore', null, undefined, 'overlapped'],
      // Lists with something missing.
      Object.assign([], { 1: 'ignore' }),
      Object.assign(['ignore'], { 2: 'ignore', 3: 'pipe' }),
      [-1, -2, 'pipe'],
    ];
    const results = [];
    for (const form of forms) results.push([require('node:util').inspect(form), await fdsOf(context, form)]);
    return results;
  },

  'stdio: fds and what has one': async (context) => {
    const fd = fs.openSync(`${context.folder}/file`, 'w+');
    const stream = fs.createWriteStream(`${context.folder}/stream`);
    await next(stream, 'open');
    const server = net.createServer().listen(0, '127.0.0.1');
    await next(server, 'listening');
    const socket = net.connect(/** @type {any} */ (server.address()).port, '127.0.0.1');
    const [peer] = await next(server, 'connection');
    if (socket.connecting) await next(socket, 'connect');
    const results = [];
    for (const form of [
      ['ignore', fd, fd],
      [{ fd }, 'ignore', stream],
      [socket, /** @type {any} */ (socket)._handle, 'ignore'],
      ['ignore', 'ignore', 'ignore', fd, socket, 5e5],
    ]) {
      try {
        results.push(await fdsOf(context, form));
      } catch (error) {
        results.push(describe(error));
      }
    }
    const states = [socket.destroyed, socket.readable, socket.writable, socket.isPaused()];
    for (const one of [stream, socket, peer]) one.destroy();
    server.close();
    fs.closeSync(fd);
    return JSON.stringify([results, states]);
  },

  'stdio: what is refused': ({ module, folder }) => {
    const closedStream = fs.createWriteStream(`${folder}/unopened`);
    const wrong = [
      [new PassThrough()],
      [closedStream],
      [{ fd: 'no' }],
      [{ handle: {} }],
      [true],
      [5n],
      [() => {}],
      ['pipe', 'pipe', 'pipe', 'none'],
      [['pipe']],
      { length: 3 },
    ];
    const results = wrong.map((stdio) => thrownBy(() => module.spawn('true', { stdio }).on('error', () => {})));
    closedStream.destroy();
    return results.map((result) => JSON.stringify(result).replaceAll(folder, 'FOLDER'));
  },

  'stdio: streams before, during and after': async ({ module }) => {
    const child = module.spawn('cat');
    const state = (/** @type {any} */ stream) => [
      stream.readable,
      stream.writable,
      stream.destroyed,
      stream.readableFlowing,
      stream.readableEnded,
      stream.writableEnded,
      stream.connecting,
      stream.pending,
      stream.readyState,
      stream.allowHalfOpen,
      typeof stream._handle,
      stream.isPaused(),
    ];
    const states = [child.stdio.map(state)];
    child.stdout.setEncoding('utf8');
    child.stdin.write('a');
    states.push(await next(child.stdout, 'data'), child.stdio.map(state));
    child.stdin.end();
    await closed(child);
    states.push(child.stdio.map(state));
    return states;
  },

  'stdio: a pipe handed to the next child': async ({ module }) => {
    const first = module.spawn('sh', ['-c', 'echo handed on'], { stdio: ['ignore', 'pipe', 'inherit'] });
    const second = module.spawn('tr', ['a-z', 'A-Z'], { stdio: [first.stdout, 'pipe', 'inherit'] });
    const state = [first.stdout.isPaused(), first.stdout.readableFlowing];
    const written = await text(second.stdout);
    first.stdout.destroy();
    return [written, state];
  },

  'stdio: large input and output': async ({ module }) => {
    const child = module.spawn('cat');
    let size = 0;
    child.stdout.on('data', (/** @type {Buffer} */ chunk) => {
      size += chunk.length;
    });
    const wrote = child.stdin.write(Buffer.alloc(3_000_000));
    child.stdin.end();
    await closed(child);
    return [size, wrote, child.stdin.bytesWritten];
  },

  'stdio: how much a pipe holds': async ({ module }) => {
    const child = module.spawn('sleep', ['100']);
    child.stdin.on('error', () => {}).write(Buffer.alloc(1 << 20));
    const held = (1 << 20) - child.stdin._handle.writeQueueSize;
    child.kill('SIGKILL');
    await closed(child);
    return held;
  },

  'stdio: writing to a child that has gone': async ({ module }) => {
    const child = module.spawn('true');
    const exited = next(child, 'exit');
    const { stdin } = child;
    await exited;
    const error = await new Promise((resolve) => {
      stdin.on('error', () => {});
      stdin.write('late', resolve);
    });
    return [describe(error), stdin.destroyed];
  },

  'stdio: a child that closes its stdin': async ({ module }) => {
    const child = module.spawn('sh', ['-c', 'exec <&-; echo closed; read line <&1 2>/dev/null; exec sleep 100']);
    await next(child.stdout, 'data');
    const told = next(child.stdin, 'error');
    child.stdin.write('x');
    const results = (await told).map(describe);
    child.kill('SIGKILL');
    await closed(child);
    return results;
  },

  'stdio: iterators, encodings and destroyed streams': async ({ module }) => {
    const read = [];
    for await (const line of module.spawn('sh', ['-c', 'echo ä; echo b']).stdout.setEncoding('latin1')) read.push(line);
    const child = module.spawn('sh', ['-c', 'read line; echo b; exit 3']);
    child.stdout.destroy();
    child.stderr.resume();
    child.stdin.on('error', () => {}).end('x\n');
    return [read.join(''), await closed(child)];
  },

  'stdio: inherited': (context) =>
    program(context, (load) => {
      const { execFileSync, spawn, spawnSync } = load();
      spawnSync('echo', ['spawnSync'], { stdio: 'inherit' });
      execFileSync('sh', ['-c', 'echo execFileSync >&2'], { stdio: ['ignore', 'inherit', 'inherit'] });
      spawn('echo', ['spawn'], { stdio: 'inherit' }).on('close', () => {
        spawn('sh', ['-c', 'echo to one; echo to two >&2'], { stdio: [0, 1, process.stderr] }).on('close', () => {
          spawn('sh', ['-c', 'echo process.stdout'], { stdio: ['pipe', process.stdout, 2] });
        });
      });
    }),

  'stdio: of exec and execFile': async ({ module }) => {
    const run = (/** @type {any} */ options) =>
      new Promise((resolve) => {
        const child = module.execFile(
          'sh',
          ['-c', 'printf "\\303\\244"; printf "\\377" >&2; exit 3'],
          options,
          (/** @type {any[]} */ ...args) => resolve([child.stdio.length, ...args.map(describe)]),
        );
      });
    const results = [];
    for (const encoding of [undefined, null, 'utf8', 'buffer', 'hex', 'none', 'latin1', 'utf16le', 'base64'])
      results.push([encoding, await run({ encoding })]);
    return results;
  },

  'stdio: a maxBuffer that is passed': async ({ module }) => {
    const results = [];
    for (const maxBuffer of [0, 1, 2, 3, Number.POSITIVE_INFINITY]) {
      const script = maxBuffer < 2 ? 'printf "\\303\\244"; exec sleep 100' : 'printf "\\303\\244"';
      const told = await new Promise((resolve) =>
        module.execFile('sh', ['-c', script], { maxBuffer }, (/** @type {any[]} */ ...args) =>
          resolve(args.map(describe)),
        ),
      );
      results.push([maxBuffer, told]);
    }
    return results;
  },

  'stdio: programs that end while it is open': (context) =>
    program(context, (load, report) => {
      const child = load().spawn('sh', ['-c', 'read line; echo "$line"']);
      child.unref();
      child.stdout.unref();
      child.stderr.unref();
      child.stdin.unref();
      process.on('exit', () => report('ended before its child'));
    }),
};
