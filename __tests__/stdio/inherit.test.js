'use strict';
// Fds of ours that the child gets: by 'inherit', by number, by streams on files.

const fs = require('node:fs');
const path = require('node:path');
const { once } = require('node:events');
const { closed, output, text } = require('../helpers/children.js');
const { makeFolder, removeFolder } = require('../helpers/folder.js');
const { describeEach, onBoth } = require('../helpers/modules.js');
const { runProgram } = require('../helpers/program.js');

let folder;
beforeAll(() => {
  folder = makeFolder();
});
afterAll(() => removeFolder(folder));

describeEach('inherit', (module) => {
  test('as a word: the three of the parent', async () => {
    const program = ({ spawn }) => {
      const child = spawn('sh', ['-c', 'echo to stdout; echo to stderr >&2; cat'], { stdio: 'inherit' });
      const streams = [child.stdin, child.stdout, child.stderr, ...child.stdio];
      if (streams.some((stream) => stream !== null)) throw new Error('no streams here');
    };
    const { stdout, stderr, code } = await runProgram(module, program, { stdio: ['ignore', 'pipe', 'pipe'] });
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: 'to stdout\n', stderr: 'to stderr\n' });
  });

  test.each([0, 1, 2, 3, 4, 5])('at index %i: the fd of that number', async (index) => {
    const file = fs.openSync(path.join(folder, `inherit ${index}`), 'w+');
    const stdio = Array(6).fill('pipe');
    // What goes to stdout and stderr is collected anyway.
    if (index !== 1 && index !== 2) stdio[index] = file;
    const { code, stdout, stderr } = await runProgram(
      module,
      ({ spawn }, _report, index) => {
        const stdio = Array(6).fill('ignore');
        stdio[index] = 'inherit';
        const child = spawn(process.execPath, ['-e', `require('node:fs').writeSync(${index}, 'written')`], { stdio });
        child.on('exit', (code) => process.exit(code));
      },
      { args: [index], stdio },
    );
    const written = [fs.readFileSync(path.join(folder, `inherit ${index}`), 'utf8'), stdout, stderr];
    fs.closeSync(file);
    expect(code).toBe(0);
    expect(written.join('')).toBe('written');
  });

  test('the same fd at many places', async () => {
    const { stdout } = await runProgram(module, ({ spawn }) => {
      const script = 'const fs = require("node:fs"); for (const fd of [1, 2, 3, 4, 7]) fs.writeSync(fd, `${fd} `);';
      spawn(process.execPath, ['-e', script], {
        stdio: ['ignore', 'inherit', 1, 1, process.stdout, 'ignore', 'ignore', 1],
      });
    });
    expect(stdout).toBe('1 2 3 4 7 ');
  });
});

describeEach('fds by number', ({ spawn }) => {
  test('a file to read and a file to write', async () => {
    const [from, to] = [path.join(folder, 'from'), path.join(folder, 'to')];
    fs.writeFileSync(from, 'by way of fds');
    const [input, target] = [fs.openSync(from, 'r'), fs.openSync(to, 'w')];
    const child = spawn('cat', { stdio: [input, target, 'pipe'] });
    expect([child.stdin, child.stdout]).toEqual([null, null]);
    expect(await closed(child)).toEqual({ code: 0, signal: null });
    // They are still ours, at the place where the child left them.
    expect(fs.readSync(input, Buffer.alloc(1))).toBe(0);
    fs.writeSync(target, ', twice');
    fs.closeSync(input);
    fs.closeSync(target);
    expect(fs.readFileSync(to, 'utf8')).toBe('by way of fds, twice');
  });

  test('swapped: each lands where it was asked for', async () => {
    const names = ['a', 'b', 'c', 'd'];
    const fds = names.map((name) => fs.openSync(path.join(folder, `swap ${name}`), 'w'));
    // In the child the numbers of all of them are taken by others of them.
    const size = Math.max(...fds) + 1;
    const stdio = Array.from({ length: size }, (_, index) => (index === 2 ? 2 : 'ignore'));
    const rotated = [...fds.slice(1), fds[0]];
    for (const [index, fd] of fds.entries()) stdio[fd] = rotated[index];
    const script = `const fs = require('node:fs');
      for (const fd of ${JSON.stringify(fds)}) fs.writeSync(fd, 'at ' + fd);`;
    expect(await closed(spawn(process.execPath, ['-e', script], { stdio }))).toEqual({ code: 0, signal: null });
    for (const fd of fds) fs.closeSync(fd);
    const written = names.map((name) => fs.readFileSync(path.join(folder, `swap ${name}`), 'utf8'));
    expect(written).toEqual([fds[3], fds[0], fds[1], fds[2]].map((fd) => `at ${fd}`));
  });

  test('one that a pipe of ours would take in the child', async () => {
    const file = fs.openSync(path.join(folder, 'high'), 'w');
    const stdio = ['pipe', 'pipe', 'pipe', file, ...Array(file).fill('pipe')];
    const child = spawn('sh', ['-c', 'echo high >&3; echo out'], { stdio });
    for (const stream of child.stdio.slice(4)) stream.resume();
    expect(await output(child)).toEqual({ code: 0, signal: null, stdout: 'out\n', stderr: '' });
    fs.closeSync(file);
    expect(fs.readFileSync(path.join(folder, 'high'), 'utf8')).toBe('high\n');
  });

  test('stdout and stderr on one file keep their order', async () => {
    const file = fs.openSync(path.join(folder, 'both'), 'w');
    const script = 'for i in 1 2 3 4 5; do echo out $i; echo err $i >&2; done';
    await closed(spawn('sh', ['-c', script], { stdio: ['ignore', file, file] }));
    fs.closeSync(file);
    const expected = [1, 2, 3, 4, 5].map((i) => `out ${i}\nerr ${i}\n`).join('');
    expect(fs.readFileSync(path.join(folder, 'both'), 'utf8')).toBe(expected);
  });
});

describeEach('streams with an fd', ({ spawn }) => {
  test('fs streams that are open', async () => {
    const [from, to] = [path.join(folder, 'stream from'), path.join(folder, 'stream to')];
    fs.writeFileSync(from, 'by way of streams');
    const [input, target] = [fs.createReadStream(from), fs.createWriteStream(to)];
    await Promise.all([once(input, 'open'), once(target, 'open')]);
    expect(await closed(spawn('cat', { stdio: [input, target, 'pipe'] }))).toEqual({ code: 0, signal: null });
    const ended = [once(input, 'close'), once(target, 'close')];
    input.destroy();
    target.destroy();
    await Promise.all(ended);
    expect(fs.readFileSync(to, 'utf8')).toBe('by way of streams');
  });

  test('any object with an fd, a FileHandle too', async () => {
    const handle = await fs.promises.open(path.join(folder, 'handle'), 'w+');
    const child = spawn('sh', ['-c', 'echo handle; echo object >&2'], { stdio: ['ignore', handle, { fd: handle.fd }] });
    expect(await closed(child)).toEqual({ code: 0, signal: null });
    await handle.close();
    expect(fs.readFileSync(path.join(folder, 'handle'), 'utf8')).toBe('handle\nobject\n');
  });

  test('beyond three', async () => {
    const fd = fs.openSync(path.join(folder, 'beyond'), 'w');
    const child = spawn('sh', ['-c', 'echo 4 >&4; echo 3 >&3'], {
      stdio: ['ignore', 'ignore', 'ignore', 'pipe', { fd }],
    });
    expect(child.stdio[4]).toBe(null);
    const [piped] = await Promise.all([text(child.stdio[3]), closed(child)]);
    fs.closeSync(fd);
    expect([piped, fs.readFileSync(path.join(folder, 'beyond'), 'utf8')]).toEqual(['3\n', '4\n']);
  });
});

test('an fs stream that is not open yet is refused', async () => {
  const code = await onBoth(async ({ spawn }) => {
    const stream = fs.createReadStream('/dev/null');
    let code;
    try {
      spawn('true', { stdio: [stream] });
    } catch (error) {
      code = error.code;
    }
    await once(stream, 'open');
    stream.destroy();
    await once(stream, 'close');
    return code;
  });
  expect(code).toBe('ERR_INVALID_ARG_VALUE');
});

test('what was non-blocking for us blocks for the child', async () => {
  const flags = await onBoth(async (module) => {
    const { stdout } = await runProgram(module, ({ spawn }) => {
      // A pipe that node itself reads is non-blocking.
      process.stdin.on('data', () => {});
      const script = `process.stdout.write(require('node:fs').readFileSync('/proc/self/fdinfo/0', 'utf8'))`;
      const child = spawn('sh', ['-c', 'cat /proc/self/fdinfo/0'], { stdio: ['inherit', 'pipe', 'inherit'] });
      child.stdout.pipe(process.stdout);
      child.on('close', () => process.stdin.destroy());
      return script;
    });
    return Number.parseInt(stdout.match(/^flags:\s*(\d+)$/m)[1], 8) & fs.constants.O_NONBLOCK;
  });
  expect(flags).toBe(0);
});
