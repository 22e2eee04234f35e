'use strict';
// exec() and execFile(): the streams, used by the program at the same time as
// their output is collected.

const { once } = require('node:events');
const { PassThrough, Writable } = require('node:stream');
const { describeEach, onBoth } = require('../helpers/modules.js');
const { collect } = require('./collect.js');

const SCRIPT = 'echo one; echo err >&2; read line; echo two';
const WHOLE = { error: null, stdout: 'one\ntwo\n', stderr: 'err\n' };

/** SCRIPT, told to go on once `use` has seen what comes first. */
function run(exec, use, options = {}) {
  let used;
  const end = collect((done) => {
    const child = exec(SCRIPT, options, done);
    used = use(child, () => child.stdin.end('\n'));
  });
  return Promise.all([end, used]);
}

describeEach('the streams', ({ exec, execFile }) => {
  test("'data' gives what is collected", async () => {
    const [end, chunks] = await run(exec, async (child, goOn) => {
      const chunks = [];
      child.stdout.on('data', (chunk) => {
        chunks.push(chunk);
        goOn();
      });
      await once(child, 'close');
      return chunks;
    });
    expect([end, chunks]).toEqual([WHOLE, ['one\n', 'two\n']]);
  });

  test('data is bytes, where bytes were asked for', async () => {
    const { stdout } = await collect((done) => {
      const child = execFile('echo', ['x'], { encoding: 'buffer' }, done);
      child.stdout.on('data', (chunk) => expect(Buffer.isBuffer(chunk)).toBe(true));
    });
    expect(stdout).toEqual(Buffer.from('x\n'));
  });

  test('once() for data', async () => {
    const [end, [chunk]] = await run(exec, async (child, goOn) => {
      const first = await once(child.stdout, 'data');
      goOn();
      return first;
    });
    expect([end, chunk]).toEqual([WHOLE, 'one\n']);
  });

  test("'readable' and read()", async () => {
    const [end, got] = await run(exec, async (child, goOn) => {
      let got = '';
      child.stdout.on('readable', () => {
        for (let chunk = child.stdout.read(); chunk !== null; chunk = child.stdout.read()) got += chunk;
        goOn();
      });
      await once(child, 'close');
      return got;
    });
    expect([end, got]).toEqual([WHOLE, 'one\ntwo\n']);
  });

  test('async iteration', async () => {
    const [end, got] = await run(exec, async (child, goOn) => {
      let got = '';
      for await (const chunk of child.stdout) {
        got += chunk;
        goOn();
      }
      return got;
    });
    expect([end, got]).toEqual([WHOLE, 'one\ntwo\n']);
  });

  test('pipe()', async () => {
    const [end, got] = await run(exec, async (child, goOn) => {
      const passed = child.stdout.pipe(new PassThrough({ encoding: 'utf8' }));
      goOn();
      let got = '';
      for await (const chunk of passed) got += chunk;
      return got;
    });
    expect([end, got]).toEqual([WHOLE, 'one\ntwo\n']);
  });

  test('pipe() to somebody slow holds the child back, and nothing is lost', async () => {
    const size = 3_000_000;
    let received = 0;
    const { error, stdout } = await collect((done) => {
      const child = exec(`head -c ${size} /dev/zero`, { maxBuffer: size, encoding: 'buffer' }, done);
      const write = (chunk, _encoding, next) => {
        received += chunk.length;
        setImmediate(next);
      };
      child.stdout.pipe(new Writable({ write, highWaterMark: 1 }));
    });
    expect([error, stdout.length, received]).toEqual([null, size, size]);
  });

  test('a pause until the exit: nothing is lost', async () => {
    const [end] = await run(exec, async (child, goOn) => {
      child.stdout.pause();
      child.stderr.pause();
      goOn();
      await once(child, 'exit');
    });
    expect(end).toEqual(WHOLE);
  });

  test('a pause and a resume', async () => {
    const [end] = await run(exec, async (child, goOn) => {
      child.stdout.once('data', () => {
        child.stdout.pause();
        goOn();
        setImmediate(() => child.stdout.resume());
      });
    });
    expect(end).toEqual(WHOLE);
  });

  test('removing all listeners of data stops the collector', async () => {
    const [end] = await run(exec, async (child, goOn) => {
      child.stdout.removeAllListeners('data');
      goOn();
    });
    expect(end).toEqual({ error: null, stdout: '', stderr: 'err\n' });
  });

  test('setEncoding() by the program', async () => {
    const outputs = async (encoding, other) =>
      collect((done) => {
        const child = exec("printf 'a\\303\\251'", { encoding }, done);
        child.stdout.setEncoding(other);
      });
    expect((await outputs('utf8', 'hex')).stdout).toBe('61c3a9');
    expect(await outputs('buffer', 'utf8')).toEqual({ error: null, stdout: 'aé', stderr: Buffer.alloc(0) });
    expect((await outputs('hex', 'base64')).stdout).toBe('YcOp');
  });

  test('setEncoding() by the program, and a limit: cut by its characters', async () => {
    const cut = async (options, other) => {
      const { stdout } = await collect((done) => {
        const child = exec("printf 'a\\303\\251b'", options, done);
        child.stdout.setEncoding(other);
      });
      return stdout;
    };
    expect(await cut({ maxBuffer: 3 }, 'hex')).toBe('61c');
    expect(await cut({ maxBuffer: 2, encoding: 'buffer' }, 'utf8')).toBe('aé');
  });

  test('destroy() by the program: what came until then, and the end of the child', async () => {
    const [{ error, stdout, stderr }] = await run(exec, async (child, goOn) => {
      child.stdout.once('data', () => {
        child.stdout.destroy();
        goOn();
      });
    });
    expect(error.properties).toEqual({ code: null, killed: false, signal: 'SIGPIPE', cmd: SCRIPT });
    expect([stdout, stderr]).toEqual(['one\n', 'err\n']);
  });

  test('stdin', async () => {
    const long = 'a line of some length\n'.repeat(100_000);
    const { error, stdout } = await collect((done) => {
      const child = execFile('cat', { maxBuffer: long.length }, done);
      child.stdin.end(long);
    });
    expect([error, stdout === long]).toEqual([null, true]);
  });

  test('one output as the input of another', async () => {
    const { stdout } = await collect((done) => {
      const sort = execFile('sort', ['-r'], done);
      execFile('printf', ['a\nb\nc\n']).stdout.pipe(sort.stdin);
    });
    expect(stdout).toBe('c\nb\na\n');
  });

  test('a child that closes its output and lives on', async () => {
    const log = [];
    const { error, stdout } = await collect((done) => {
      const child = exec('echo x; exec >&- 2>&-; read line; exit 6', (...args) => {
        log.push('callback');
        done(...args);
      });
      child.stdout.on('close', () => {
        log.push('stdout closed');
        child.stdin.end('\n');
      });
    });
    expect([error.properties.code, stdout, log]).toEqual([6, 'x\n', ['stdout closed', 'callback']]);
  });
});

test('how many listeners there are', async () => {
  const seen = await onBoth(async ({ exec }) => {
    const controller = new AbortController();
    const counts = (emitter) =>
      Object.fromEntries(['data', 'end', 'close', 'error', 'exit'].map((name) => [name, emitter.listenerCount(name)]));
    const child = exec('true', { signal: controller.signal, timeout: 50_000 });
    const before = { child: counts(child), data: [child.stdout, child.stderr].map((it) => it.listenerCount('data')) };
    await once(child, 'close');
    return before;
  });
  expect(seen).toEqual({ child: { data: 0, end: 0, close: 1, error: 1, exit: 1 }, data: [1, 1] });
});
