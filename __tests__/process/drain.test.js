'use strict';
// drainTimeout: strangers hold the streams of a child for so long after its end and no longer, and nothing is lost.
// Each stranger here lives for ten minutes, and is seen to live when its child is told to be closed.

const { describeForms } = require('../helpers/additions.js');
const { closed, next, text } = require('../helpers/children.js');
const { builtin } = require('../helpers/modules.js');
const { statOf } = require('../helpers/proc.js');
const { strangersInFolder } = require('../helpers/strangers.js');
const { until } = require('../helpers/until.js');
const { Tree, offspring } = require('../tree/trees.js');
const { endsOf, named, pauseAfterExit, READERS } = require('./drain-readers.js');

const { folder, strangers } = strangersInFolder();

const sh = ({ spawn }, script, options) => spawn('sh', ['-c', script], options);

/** Writes as much as the pipe takes at once, and ends. Its stderr tells how much that was. */
const FILL = 'LC_ALL=C dd if=/dev/zero bs=4096 count=4096 oflag=nonblock';
const filled = (stderr) => Number(/^(\d+) bytes/m.exec(stderr)[1]);

/** Blocks the event loop until a process has ended, and has not been reaped. */
function blockUntilEnd({ pid }) {
  const lock = new Int32Array(new SharedArrayBuffer(4));
  while (statOf(pid)?.state !== 'Z') Atomics.wait(lock, 0, 0, 5);
}

describeForms('drainTimeout', (module, isNative) => {
  const onlyNative = isNative ? test : test.skip;

  describe.each([0, 50])('of %i ms', (drainTimeout) => {
    test.each(Object.entries(READERS))('%s: every byte of the child, and then the end', async (_name, read) => {
      const child = sh(module, `${strangers.leave()} head -c 100000 /dev/zero | tr '\\0' x; echo; echo last`, {
        drainTimeout,
      });
      const [all, end] = await Promise.all([read(child, { module, folder }), closed(child)]);
      expect(strangers.alive).toBe(1);
      expect(end).toEqual({ code: 0, signal: null });
      expect(all.length).toBe(100_006);
      expect(all.endsWith('x\nlast\n')).toBe(true);
      expect(await child.exited).toMatchObject({ code: 0, reason: undefined, forced: false, drained: true });
    });

    test('exit, then the end of each stream, then close, and no error', async () => {
      const child = sh(module, `${strangers.leave()} echo out; echo err >&2`, { drainTimeout });
      const log = endsOf(child);
      for (const stream of child.stdio.slice(1)) stream.resume();
      await next(child, 'close');
      const ends = named(log, 'exit', 'end', 'close', 'error').filter((event) => event !== 'fd 0 close');
      expect(ends[0]).toBe('child exit');
      expect(ends.at(-1)).toBe('child close');
      expect(ends.slice(1, -1).sort()).toEqual(['fd 1 close', 'fd 1 end', 'fd 2 close', 'fd 2 end']);
      expect(strangers.alive).toBe(1);
    });

    test('streams that nobody asks for', async () => {
      const child = sh(module, `${strangers.leave()} echo out; echo err >&2`, { drainTimeout });
      expect(await closed(child)).toEqual({ code: 0, signal: null });
      expect(strangers.alive).toBe(1);
      expect((await child.exited).drained).toBe(true);
    });

    test('as much as the pipe takes is unread at the exit', async () => {
      const child = sh(module, `${strangers.leave()} ${FILL}`, { drainTimeout });
      const [stdout, stderr] = [child.stdout, child.stderr].map(text);
      blockUntilEnd(child);
      await closed(child);
      expect(strangers.alive).toBe(1);
      expect((await stdout).length).toBe(filled(await stderr));
    });

    test.each(['exec', 'execFile'])('%s calls back with all of it', async (name) => {
      const script = `${strangers.leave()} ${FILL}`;
      const options = { drainTimeout, encoding: 'buffer', maxBuffer: Number.POSITIVE_INFINITY };
      let child;
      const [error, stdout, stderr] = await new Promise((resolve) => {
        const done = (...args) => resolve(args);
        child =
          name === 'exec' ? module.exec(script, options, done) : module.execFile('sh', ['-c', script], options, done);
        blockUntilEnd(child);
      });
      expect(strangers.alive).toBe(1);
      // That of dd, which has found the pipe full.
      expect(error).toMatchObject({ code: 1, killed: false, signal: null });
      expect(stdout.length).toBe(filled(String(stderr)));
      expect(stdout.length).toBeGreaterThan(100_000);
      expect((await child.exited).drained).toBe(true);
    });
  });

  test('text that is cut within a character ends as at any other end', async () => {
    const cut = `printf 'x\\303'`;
    const expected = await new Promise((resolve) => builtin.exec(cut, (_error, stdout) => resolve(stdout)));
    const options = { drainTimeout: 50 };
    const collected = new Promise((resolve) =>
      module.exec(`${strangers.leave()} ${cut}`, options, (...args) => resolve(args)),
    );
    expect(await collected).toEqual([null, expected, '']);
    const child = sh(module, `${strangers.leave()} ${cut}`, options);
    let all = '';
    child.stdout.setEncoding('utf8').on('data', (part) => {
      all += part;
    });
    await next(child, 'close');
    expect(all).toBe(expected);
    expect(strangers.alive).toBe(2);
  });

  test('maxBuffer that the child reaches', async () => {
    const script = `${strangers.leave()} echo 1234567890`;
    const [error, stdout] = await new Promise((resolve) =>
      module.exec(script, { drainTimeout: 50, maxBuffer: 5 }, (...args) => resolve(args)),
    );
    expect([error.code, stdout]).toEqual(['ERR_CHILD_PROCESS_STDIO_MAXBUFFER', '12345']);
    expect(strangers.alive).toBe(1);
  });

  test('maxBuffer that a stranger reaches', async () => {
    const script = `${strangers.leave('yes 2>/dev/null')} exit 0`;
    let child;
    const [error, stdout] = await new Promise((resolve) => {
      child = module.exec(script, { drainTimeout: 1_000_000, maxBuffer: 5 }, (...args) => resolve(args));
    });
    expect([error.code, stdout]).toEqual(['ERR_CHILD_PROCESS_STDIO_MAXBUFFER', 'y\ny\ny']);
    await child.exited;
  });

  onlyNative('a stranger that keeps writing can do so no more', async () => {
    const child = sh(module, `${strangers.leave('yes 2>/dev/null')} echo first >&2`, { drainTimeout: 50 });
    child.stdout.resume();
    expect(await text(child.stderr)).toBe('first\n');
    await next(child, 'close');
    await until(() => strangers.alive === 0);
    expect(strangers.alive).toBe(0);
  });

  test('what a stranger writes within the time arrives, too', async () => {
    const child = sh(module, `${strangers.leave("sh -c 'read go <&3; echo late; exec sleep 600'")} echo early`, {
      stdio: ['ignore', 'pipe', 'ignore', 'pipe'],
      drainTimeout: 500,
    });
    child.on('exit', () => child.stdio[3].write('go\n'));
    child.stdio[3].on('error', () => {});
    expect(await text(child.stdout)).toMatch(/^early\n(late\n)?$/);
    await closed(child);
  });

  test('a stdin that is still being written', async () => {
    const child = sh(module, `exec 9<&0; ${strangers.leave()}`, { drainTimeout: 50 });
    const log = endsOf(child);
    const written = new Promise((resolve) => child.stdin.write(Buffer.alloc(10 << 20), resolve));
    await next(child, 'close');
    expect(strangers.alive).toBe(1);
    expect(named(log, 'error')).toEqual([]);
    await written;
  });

  test('pipes in both directions, to one of which is still being written', async () => {
    const child = sh(module, `${strangers.leave()} echo three >&3; echo four >&4`, {
      stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'],
      drainTimeout: 50,
    });
    const log = endsOf(child);
    const [, , , three, four] = child.stdio;
    three.write(Buffer.alloc(10 << 20), () => {});
    const all = Promise.all([text(three), text(four)]);
    await next(child, 'close');
    expect(await all).toEqual(['three\n', 'four\n']);
    expect(named(log, 'error')).toEqual([]);
    expect(strangers.alive).toBe(1);
  });

  test('one to which is written once the time is over, while it is paused', async () => {
    const child = sh(module, `${strangers.leave()} echo three >&3`, {
      stdio: ['ignore', 'pipe', 'ignore', 'pipe'],
      drainTimeout: 50,
    });
    const [, out, , three] = child.stdio;
    const log = endsOf(child);
    let all = '';
    three.on('data', (part) => {
      all += part;
    });
    three.pause();
    pauseAfterExit(child, three);
    out.resume();
    await next(out, 'end');
    three.write(Buffer.alloc(10 << 20), () => {});
    three.resume();
    await next(child, 'close');
    expect(all).toBe('three\n');
    expect(named(log, 'error')).toEqual([]);
    expect(strangers.alive).toBe(1);
  });

  test('one that a stranger has half closed, and reads no more', async () => {
    const hold = `require('node:net').Socket; setInterval(() => {}, 1e6)`;
    const child = sh(module, strangers.leave(`'${process.execPath}' -e "${hold}"`), {
      stdio: ['ignore', 'pipe', 'ignore', 'pipe'],
      drainTimeout: 50,
    });
    child.stdio[3].end();
    child.stdio[3].resume();
    await next(child, 'close');
    expect(strangers.alive).toBe(1);
  });

  test('one that a stranger has half closed, with much left to be written', async () => {
    const tree = new Tree();
    const options = { stdio: ['ignore', 'pipe', 'ignore', 'pipe'], drainTimeout: 50, env: tree.env() };
    const child = module.spawn(offspring(), ['half-closed'], options);
    const stream = child.stdio[3];
    stream.write(Buffer.alloc(10 << 20));
    await next(stream.resume(), 'end');
    await next(child, 'close');
    expect(tree.alive()).toHaveLength(1);
    expect((await child.exited).drained).toBe(true);
    tree.kill();
  });

  test('what a stranger writes in time arrives, and its own end is the end', async () => {
    const child = sh(module, '(sleep 0.1; echo late) & echo early', { drainTimeout: 60_000 });
    expect(await text(child.stdout)).toBe('early\nlate\n');
    expect((await child.exited).drained).toBe(false);
  });

  test('it is the time that counts', async () => {
    const [short, long] = [50, 600_000].map((drainTimeout) => sh(module, strangers.leave(), { drainTimeout }));
    long.stdout.resume();
    let isClosed = false;
    long.on('close', () => {
      isClosed = true;
    });
    const exit = next(long, 'exit');
    expect(await closed(short)).toEqual({ code: 0, signal: null });
    await exit;
    expect([long.exitCode, isClosed, strangers.alive]).toEqual([0, false, 2]);
    await strangers.end();
    await until(() => isClosed);
  });

  test('by listeners of data, with the loop blocked over the time in a listener of the exit', async () => {
    const child = sh(module, `${strangers.leave()} head -c 150000 /dev/zero`, { drainTimeout: 30 });
    let bytes = 0;
    child.stdout.on('data', (data) => {
      bytes += data.length;
    });
    child.on('exit', () => {
      for (const last = Date.now() + 200; Date.now() < last; );
    });
    await closed(child);
    expect(bytes).toBe(150_000);
    expect((await child.exited).drained).toBe(true);
  });

  test('a stranger that writes after the time, and a reader that is slow', async () => {
    const child = sh(module, '(sleep 0.2; echo late; sleep 0.3) & echo first', {
      drainTimeout: 20,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    let all = '';
    for await (const part of child.stdout) {
      all += part;
      await new Promise((resolve) => setTimeout(resolve, 350));
    }
    expect(all).toBe('first\n');
  });

  test.each([2 ** 40, false, undefined])('%s: the streams end with the stranger', async (drainTimeout) => {
    const child = sh(module, strangers.leave(), { drainTimeout });
    const end = closed(child);
    child.stdout.resume();
    await next(child, 'exit');
    expect(strangers.alive).toBe(1);
    await strangers.end();
    expect(await end).toEqual({ code: 0, signal: null });
    expect((await child.exited).drained).toBe(false);
  });
});
