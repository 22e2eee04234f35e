'use strict';
// `input` of the asynchronous functions: all of a child's stdin.

const { createHash } = require('node:crypto');
const { once } = require('node:events');
const fs = require('node:fs');
const net = require('node:net');
const path = require('node:path');
const { PassThrough, Readable, Stream, Writable } = require('node:stream');
const { ReadableStream } = require('node:stream/web');
const { promisify } = require('node:util');
const { describeForms } = require('../helpers/additions.js');
const { closed, next, output } = require('../helpers/children.js');
const { makeFolder, removeFolder } = require('../helpers/folder.js');
const { builtin, forkless } = require('../helpers/modules.js');
const { childrenOf, openFds, openSockets } = require('../helpers/proc.js');
const { linesOf } = require('../helpers/script.js');
const { until } = require('../helpers/until.js');

const TEXT = 'one\ntwo é 🙂\n';
const BYTES = Buffer.from(TEXT);
const MUCH = 100_000_000;

let folder;
beforeAll(() => {
  folder = makeFolder();
  fs.writeFileSync(path.join(folder, 'text'), TEXT);
});
afterAll(() => removeFolder(folder));

/** A web stream that notes its cancel. */
function webStream(parts, noted = {}) {
  let index = 0;
  return new ReadableStream({
    pull(controller) {
      if (index < parts.length) controller.enqueue(parts[index++]);
      else controller.close();
    },
    cancel() {
      noted.cancelled = true;
    },
  });
}

/** Without an end; notes that somebody has asked for its end. */
async function* endless(noted = {}) {
  try {
    for (;;) {
      yield Buffer.alloc(65_536);
      await new Promise((resolve) => setImmediate(resolve));
    }
  } finally {
    noted.returned = true;
  }
}

/** A stream of the time before Node had Readable. */
function oldStream(parts) {
  const stream = new Stream();
  stream.readable = true;
  stream.pause = () => {};
  stream.resume = () => {};
  setImmediate(() => {
    for (const part of parts) stream.emit('data', part);
    stream.emit('end');
  });
  return stream;
}

const WHOLE = {
  'a string': () => TEXT,
  'a Buffer': () => BYTES,
  'a Uint8Array within other memory': () => new Uint8Array(Buffer.from(`xx${TEXT}xx`)).subarray(2, 2 + BYTES.length),
  'a DataView': () => new DataView(new Uint8Array(Buffer.from(`xx${TEXT}`)).buffer, 2),
};

const SOURCES = {
  'a file': () => fs.createReadStream(path.join(folder, 'text')),
  'a PassThrough': () => {
    const stream = new PassThrough();
    setImmediate(() => stream.end(TEXT));
    return stream;
  },
  'a paused stream': () => Readable.from([TEXT]).pause(),
  'a stream of objects that are strings': () => Readable.from(['one\n', 'two é', ' 🙂\n']),
  'a stream of strings by setEncoding()': () => fs.createReadStream(path.join(folder, 'text')).setEncoding('utf8'),
  'a stream of old': () => oldStream(['one\n', Buffer.from('two é 🙂\n')]),
  'a web stream of bytes': () => webStream([new Uint8Array(BYTES.subarray(0, 9)), new Uint8Array(BYTES.subarray(9))]),
  'a web stream of strings': () => webStream([TEXT]),
  'an async generator': async function* () {
    yield 'one\n';
    yield Buffer.from('two é');
    yield '';
    yield new Uint8Array(Buffer.from(' 🙂\n'));
  },
  'an async iterable of the least': () => {
    const parts = [TEXT];
    const iterator = { next: async () => (parts.length > 0 ? { value: parts.pop() } : { done: true }) };
    return { [Symbol.asyncIterator]: () => iterator };
  },
};

describeForms('input', ({ exec, execFile, fork, spawn }) => {
  const through = async (input, options) => {
    const child = spawn('cat', { input, ...options });
    const errors = [];
    child.on('error', (error) => errors.push(error));
    const { code, stdout } = await output(child);
    expect({ code, errors }).toEqual({ code: 0, errors: [] });
    return stdout;
  };

  describe('what it can be', () => {
    test.each(Object.entries({ ...WHOLE, ...SOURCES }))('%s', async (_name, make) => {
      expect(await through(make())).toBe(TEXT);
    });

    const ARRAYS = [Int8Array, Uint8ClampedArray, Int16Array, Uint16Array, Int32Array, Uint32Array];
    test.each([...ARRAYS, Float32Array, Float64Array, BigInt64Array, BigUint64Array])('%p', async (TypedArray) => {
      const { buffer } = new Uint8Array(Buffer.from('sixteen bytes!!!'));
      expect(await through(new TypedArray(buffer))).toBe('sixteen bytes!!!');
    });

    test.each([
      ['an empty string', () => ''],
      ['no bytes', () => Buffer.alloc(0)],
      ['a stream that has ended', () => Readable.from([])],
      ['a generator of nothing', async function* () {}],
      ['a web stream of nothing', () => webStream([])],
    ])('nothing: %s', async (_name, make) => {
      expect(await through(make())).toBe('');
    });

    test('a stream that was read to its end before', async () => {
      const stream = fs.createReadStream(path.join(folder, 'text'));
      stream.resume();
      await next(stream, 'end');
      expect(await through(stream)).toBe('');
    });

    test.each(['hex', 'base64', 'latin1', 'utf16le'])('a string with the encoding %s', async (encoding) => {
      const bytes = Buffer.from([0x66, 0xe9, 0x66, 0x6b]);
      const input = bytes.toString(encoding);
      const child = spawn('cat', { input, encoding });
      const chunks = [];
      child.stdout.on('data', (chunk) => chunks.push(chunk));
      await child.exited;
      expect(Buffer.concat(chunks)).toEqual(bytes);
    });

    test.each(['hex', 'latin1', 'buffer', 'nonsense'])('and exec, whose output has it too: %s', async (encoding) => {
      const input = encoding === 'hex' ? '66e9' : 'fé';
      const expected =
        encoding === 'nonsense' ? undefined : builtin.spawnSync('cat', { input: bytesOf(input, encoding) });
      const { stdout } = await promisify(execFile)('cat', { input, encoding });
      if (expected) expect(bytesOf(stdout, encoding)).toEqual(expected.stdout);
      else expect(String(stdout)).toBe(input);
    });
  });

  describe('by every function', () => {
    test('exec', async () => {
      const { stdout } = await promisify(exec)('cat; echo end', { input: TEXT });
      expect(stdout).toBe(`${TEXT}end\n`);
    });

    test('execFile, with a callback', async () => {
      const called = await new Promise((resolve) =>
        execFile('cat', { input: SOURCES['an async generator']() }, (...args) => resolve(args)),
      );
      expect(called).toEqual([null, TEXT, '']);
    });

    test('fork', async () => {
      const script =
        "process.stdin.on('data', (data) => process.send(String(data))).on('end', () => process.disconnect())";
      const child = fork('--', { execArgv: ['-e', script], silent: true, input: TEXT });
      let text = '';
      child.on('message', (message) => {
        text += message;
      });
      expect((await closed(child)).code).toBe(0);
      expect(text).toBe(TEXT);
    });

    test('100 MB, by bytes, a string, streams and a generator', async () => {
      const bytes = Buffer.alloc(MUCH, 'abcdefg');
      const hash = createHash('sha256').update(bytes).digest('hex');
      const parts = [];
      for (let at = 0; at < MUCH; at += 1_000_000) parts.push(bytes.subarray(at, at + 1_000_000));
      async function* generate() {
        for (const part of parts) yield part;
      }
      const web = webStream(parts.map((part) => new Uint8Array(part)));
      for (const input of [bytes, bytes.toString('latin1'), Readable.from(parts), web, generate()]) {
        const { stdout } = await promisify(execFile)('sha256sum', { input });
        expect(stdout.split(' ')[0]).toBe(hash);
      }
    });
  });

  test('child.stdin and stdio[0] are null', async () => {
    const child = spawn('cat', { input: TEXT, stdio: ['pipe', 'pipe', 'inherit'] });
    expect([child.stdin, child.stdio[0]]).toEqual([null, null]);
    expect((await output(child)).stdout).toBe(TEXT);
  });

  test('null and undefined are none', async () => {
    for (const input of [null, undefined]) {
      const child = spawn('cat', { input });
      child.stdin.end('mine');
      expect((await output(child)).stdout).toBe('mine');
    }
  });

  describe('a child that does not read it to its end', () => {
    const CHILDREN = {
      'ends at once': 'exit 7',
      'reads a part': 'head -c 10 >/dev/null; exit 7',
      'closes its stdin': 'exec 0<&-; sleep 0.3; exit 7',
    };

    test.each(Object.entries(CHILDREN))('%s: no error, and nobody wants the rest', async (_name, script) => {
      const noted = { generator: {}, web: {} };
      const stream = new Readable({
        read() {
          setImmediate(() => this.push(Buffer.alloc(65_536)));
        },
      });
      const inputs = [
        Buffer.alloc(MUCH / 10),
        'x'.repeat(MUCH / 10),
        endless(noted.generator),
        stream,
        new ReadableStream({
          pull: (controller) => controller.enqueue(new Uint8Array(65_536)),
          cancel: () => {
            noted.web.cancelled = true;
          },
        }),
      ];
      for (const input of inputs) {
        const child = spawn('sh', ['-c', script], { input });
        const errors = [];
        child.on('error', (error) => errors.push(error));
        expect({ ...(await closed(child)), errors }).toEqual({ code: 7, signal: null, errors: [] });
      }
      await until(() => noted.generator.returned && noted.web.cancelled && stream.destroyed);
      expect(noted).toEqual({ generator: { returned: true }, web: { cancelled: true } });
      expect(stream.destroyed).toBe(true);
      expect((await promisify(exec)('exit 0', { input: endless() })).stdout).toBe('');
    });

    test('a generator that never gives anything', async () => {
      const never = async function* () {
        await new Promise(() => {});
        yield '';
      };
      expect((await spawn('true', { input: never() }).exited).code).toBe(0);
    });

    test('a stream that never gives anything is destroyed', async () => {
      const stream = new PassThrough();
      expect((await spawn('true', { input: stream }).exited).code).toBe(0);
      await until(() => stream.destroyed);
      expect(stream.destroyed).toBe(true);
    });

    test('an iterator whose return() throws or is rejected', async () => {
      for (const stop of [
        () => {
          throw new Error('thrown');
        },
        async () => {
          throw new Error('rejected');
        },
      ]) {
        const input = { [Symbol.asyncIterator]: () => ({ next: () => new Promise(() => {}), return: stop }) };
        expect((await spawn('true', { input }).exited).code).toBe(0);
      }
    });

    test('a child that is killed', async () => {
      const noted = {};
      const child = spawn('sleep', ['60'], { input: endless(noted) });
      child.kill();
      expect((await child.exited).reason).toBe('kill');
      await until(() => noted.returned);
      expect(noted.returned).toBe(true);
    });

    test('whose grandchild has its stdin', async () => {
      const noted = {};
      const child = spawn('sh', ['-c', 'sleep 60 >/dev/null 2>&1 <&0 & echo $!'], { input: endless(noted) });
      const { stdout } = await output(child);
      await until(() => noted.returned);
      process.kill(Number(stdout), 'SIGKILL');
      expect(noted.returned).toBe(true);
    });
  });

  describe('an input that fails', () => {
    const failure = new Error('the input failed');
    const midway = async function* () {
      yield TEXT;
      await new Promise((resolve) => setTimeout(resolve, 20));
      throw failure;
    };
    const SENT = {
      'a generator at once': async function* () {
        if (failure) throw failure;
        yield '';
      },
      'a generator midway': midway,
      'a stream at once': () =>
        new Readable({
          read() {
            this.destroy(failure);
          },
        }),
      'a stream midway': () => Readable.from(midway()),
      'a stream that has failed before': () => {
        const stream = new Readable({ read() {} });
        stream.on('error', () => {});
        return stream.destroy(failure);
      },
      'a web stream': () => new ReadableStream({ pull: (controller) => controller.error(failure) }),
      'a next() that throws': () => ({
        [Symbol.asyncIterator]: () => ({
          next() {
            throw failure;
          },
        }),
      }),
      'no iterator at all': () => ({
        [Symbol.asyncIterator]() {
          throw failure;
        },
      }),
    };

    test.each(Object.entries(SENT))('%s: as an abort, and told once', async (_name, make) => {
      const child = spawn('sleep', ['60'], { input: make() });
      const events = [];
      for (const event of ['spawn', 'error', 'exit', 'close']) {
        child.on(event, (...args) => events.push([event, ...args]));
      }
      const { reason, signal } = await child.exited;
      expect({ reason, signal }).toEqual({ reason: 'abort', signal: 'SIGTERM' });
      expect(events).toEqual([['spawn'], ['error', failure], ['exit', null, 'SIGTERM'], ['close', null, 'SIGTERM']]);
    });

    test('also from within a promise it comes after the start', async () => {
      await Promise.resolve();
      const child = spawn('sleep', ['60'], { input: SENT['a generator at once']() });
      const events = [];
      child.on('spawn', () => events.push('spawn')).on('error', () => events.push('error'));
      await child.exited;
      expect(events).toEqual(['spawn', 'error']);
    });

    test('a web stream that somebody else reads, and a stream that was destroyed', async () => {
      const locked = webStream([TEXT]);
      locked.getReader();
      for (const input of [locked, new PassThrough().destroy()]) {
        const child = spawn('sleep', ['60'], { input });
        const [error] = await next(child, 'error');
        expect(error.code ?? error.name).toMatch(/^ERR_(INVALID_STATE|STREAM_PREMATURE_CLOSE)|TypeError$/);
        expect((await child.exited).reason).toBe('abort');
      }
    });

    test.each([
      ['a number', 5, 'ERR_INVALID_ARG_TYPE'],
      ['null', null, 'ERR_STREAM_NULL_VALUES'],
      ['undefined', undefined, 'ERR_INVALID_ARG_TYPE'],
      ['an object', {}, 'ERR_INVALID_ARG_TYPE'],
    ])('a part that is %s', async (_name, part, code) => {
      const noted = {};
      const wrong = async function* () {
        try {
          yield 'right';
          yield part;
        } finally {
          noted.returned = true;
        }
      };
      const child = spawn('sleep', ['60'], { input: wrong() });
      const [error] = await next(child, 'error');
      expect(error.code).toBe(code);
      expect((await child.exited).reason).toBe('abort');
      expect(noted.returned).toBe(true);
    });

    test("exec's callback gets it, and its promise is rejected with it", async () => {
      const called = await new Promise((resolve) =>
        exec('exec sleep 60', { input: midway() }, (...args) => resolve(args)),
      );
      expect(called[0]).toBe(failure);
      expect(called.slice(1)).toEqual(['', '']);
      const rejected = await promisify(execFile)('sleep', ['60'], { input: midway() }).catch((error) => error);
      expect(rejected).toBe(failure);
    });

    test('the killSignal is that of an abort', async () => {
      const child = spawn('sleep', ['60'], { input: midway(), killSignal: 'SIGINT' });
      child.on('error', () => {});
      expect((await child.exited).signal).toBe('SIGINT');
      const collected = execFile('sleep', ['60'], { input: midway(), killSignal: 'SIGINT' }, () => {});
      const aborted = execFile('sleep', ['60'], { signal: AbortSignal.abort(), killSignal: 'SIGINT' }, () => {});
      expect((await collected.exited).signal).toBe((await aborted.exited).signal);
    });

    test('the child is sent its signal before the end of its stdin: it must not take a part for the whole', async () => {
      const child = spawn('sleep', ['60'], { input: midway(), stdio: ['pipe', 'ignore', 'ignore'] });
      child.on('error', () => {});
      const open = openSockets();
      const { kill } = child;
      const seen = [];
      child.kill = (signal) => {
        seen.push(openSockets());
        return kill.call(child, signal);
      };
      await child.exited;
      expect(seen).toEqual([open]);
    });

    test('after the end of its child it is told to nobody', async () => {
      let failNow;
      const late = async function* () {
        yield 'x';
        await new Promise((_resolve, reject) => {
          failNow = () => reject(failure);
        });
      };
      const child = spawn('sh', ['-c', 'head -c 1 >/dev/null; exit 3'], { input: late() });
      child.on('error', (error) => expect(error).toBe(undefined));
      expect((await child.exited).code).toBe(3);
      failNow();
      await new Promise((resolve) => setImmediate(resolve));
    });
  });

  test('a connection can be answered after its end', async () => {
    let child;
    const server = net.createServer({ allowHalfOpen: true }, (connection) => {
      child = spawn('sh', ['-c', 'cat; echo answer'], { input: connection });
      child.stdout.pipe(connection);
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const client = net.connect(server.address().port, '127.0.0.1');
    client.end('asked\n');
    let text = '';
    for await (const data of client) text += data;
    server.close();
    await child.exited;
    expect(text).toBe('asked\nanswer\n');
  });

  describe('where it has no pipe to go into', () => {
    test.each([
      ['spawn', 'ignore'],
      ['spawn', 'inherit'],
      ['spawn', ['ignore', 'pipe', 'pipe']],
      ['spawn', [0, 'pipe', 'pipe']],
      ['fork', undefined],
      ['fork', ['inherit', 'pipe', 'pipe', 'ipc']],
    ])('%s, stdio %j: nothing is started', (name, stdio) => {
      const stream = new PassThrough();
      const call = () => ({ spawn, fork })[name]('/bin/cat', { input: stream, stdio });
      expect(call).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARG_VALUE', name: 'TypeError' }));
      expect(call).toThrow(/'options\.stdio' must have 'pipe' for fd 0/);
      expect(childrenOf()).toEqual([]);
      expect(stream.destroyed).toBe(false);
    });
  });

  test.each([
    ['a number', 1],
    ['true', true],
    ['an object', {}],
    ['a list', ['x']],
    ['a function', () => {}],
    ['a generator that is not async', (function* () {})()],
    ['what can only be written to', new Writable()],
    ['an ArrayBuffer', new ArrayBuffer(8)],
    ['a symbol', Symbol('x')],
    ['a promise', Promise.resolve('x')],
  ])('what it cannot be: %s', (_name, input) => {
    for (const call of [spawn, execFile, exec, fork]) {
      expect(() => call('/bin/cat', { input, silent: true })).toThrow(
        expect.objectContaining({ code: 'ERR_INVALID_ARG_TYPE', name: 'TypeError' }),
      );
    }
    expect(childrenOf()).toEqual([]);
  });

  test('a start that failed lets go of it', async () => {
    const noted = {};
    const stream = fs.createReadStream(path.join(folder, 'text'));
    const inputs = [stream, endless(), webStream([TEXT], noted), TEXT, BYTES];
    for (const input of inputs) {
      const { error } = await closed(spawn('/nowhere/x', { input }));
      expect(error.code).toBe('ENOENT');
    }
    await until(() => stream.closed);
    expect([stream.destroyed, noted.cancelled]).toEqual([true, true]);
    expect(openFds().join()).not.toContain(folder);
    const locked = webStream([TEXT]);
    locked.getReader();
    expect((await closed(spawn('/nowhere/x', { input: locked }))).error.code).toBe('ENOENT');
  });

  test('it leaves no listener on what it has read', async () => {
    const stream = new PassThrough({ autoDestroy: false });
    const before = stream.eventNames().map((name) => [name, stream.listenerCount(name)]);
    stream.end(TEXT);
    expect(await through(stream)).toBe(TEXT);
    await new Promise((resolve) => setImmediate(resolve));
    expect(stream.listenerCount('error')).toBe(0);
    const after = stream.eventNames().map((name) => [name, stream.listenerCount(name)]);
    expect(after.filter(([name]) => name !== 'prefinish')).toEqual(before.filter(([name]) => name !== 'prefinish'));
  });
});

describe('a program of its own', () => {
  const FORMS = [
    ['native', []],
    ['without native code', ['--no-addons']],
  ];

  test.each(FORMS)('a failure that nobody listens for ends it as an uncaught error (%s)', (_name, flags) => {
    const lines = linesOf(
      flags,
      `process.on('uncaughtException', ({ message }, origin) => console.log(message, origin));
       const input = (async function* () { throw new Error('failed'); })();
       (async () => {
         await null;
         const child = require('forkless').spawn('sleep', ['60'], { input });
         child.exited.then(({ reason }) => console.log(reason));
       })();`,
    );
    expect(lines).toEqual(['failed uncaughtException', 'abort']);
  });

  test.each(FORMS)('it ends though a generator never gives anything (%s)', (_name, flags) => {
    const lines = linesOf(
      flags,
      `const input = (async function* () { await new Promise(() => {}); })();
       require('forkless').spawn('true', { input }).on('close', (code) => console.log(code));`,
    );
    expect(lines).toEqual(['0']);
  });

  test.each(FORMS)('its own stdin goes through two children (%s)', (_name, flags) => {
    const lines = linesOf(
      flags,
      `const { spawn } = require('forkless');
       const first = spawn('tr', ['a-z', 'A-Z'], { input: 'through\\n' });
       spawn('rev', { input: first.stdout, stdio: ['pipe', 'inherit', 'inherit'] });`,
    );
    expect(lines).toEqual(['HGUORHT']);
  });
});

describe('the blocking three take what the built-in takes', () => {
  test.each(['x', Buffer.from('x'), new Uint16Array(2), '', undefined, null])('%p', (input) => {
    expect(forkless.execFileSync('cat', { input: input ?? '' })).toEqual(
      builtin.execFileSync('cat', { input: input ?? '' }),
    );
    expect(forkless.execSync('cat', { input: input ?? '' })).toEqual(builtin.execSync('cat', { input: input ?? '' }));
    expect(forkless.spawnSync('cat', { input }).stdout).toEqual(builtin.spawnSync('cat', { input }).stdout);
  });

  test.each([1, {}, Readable.from(['x']), Promise.resolve()])('and refuse the rest: %p', (input) => {
    const thrown = [builtin, forkless].map(({ spawnSync }) => {
      try {
        return spawnSync('cat', { input });
      } catch ({ code, message }) {
        return { code, message };
      }
    });
    expect(thrown[0].code).toBe('ERR_INVALID_ARG_TYPE');
    expect(thrown[1]).toEqual(thrown[0]);
  });
});

/**
 * @param {any} value
 * @param {any} encoding
 */
const bytesOf = (value, encoding) => Buffer.from(value, Buffer.isEncoding(encoding) ? encoding : undefined);
