'use strict';
// exec() and execFile(): the error of the callback, to the last property, and
// the starts that are refused at once.

const fs = require('node:fs');
const path = require('node:path');
const { describeError, thrownBy } = require('../helpers/errors.js');
const { makeFolder, removeFolder, writeScript } = require('../helpers/folder.js');
const { describeEach, onBoth } = require('../helpers/modules.js');
const { reportsOf } = require('../helpers/program.js');
const { runsBareScript } = require('../helpers/running-node.js');
const { collect } = require('./collect.js');

let folder;
beforeAll(() => {
  folder = makeFolder();
  fs.writeFileSync(path.join(folder, 'no program'), 'nothing', { mode: 0o644 });
  writeScript(path.join(folder, 'bad interpreter'), '#!/nowhere/interpreter\n');
  writeScript(path.join(folder, 'not binary'), 'echo "run by sh: $1"; exit 4');
});
afterAll(() => removeFolder(folder));

describeEach('a command that fails', ({ exec, execFile }) => {
  /** The error of a command that did not do well; to be equal for `exec` and `execFile`. */
  async function failureOf(script, options = {}) {
    const byExec = await collect((done) => exec(script, options, done));
    const byFile = await collect((done) => execFile('/bin/sh', ['-c', script], options, done));
    expect(byFile.error.properties).toEqual({ ...byExec.error.properties, cmd: `/bin/sh -c ${script}` });
    expect([byFile.stdout, byFile.stderr]).toEqual([byExec.stdout, byExec.stderr]);
    return byExec;
  }

  test('by its exit code: all properties, in their order', async () => {
    const script = 'echo out; echo err >&2; exit 3';
    const { error, stdout, stderr } = await failureOf(script);
    expect(error).toEqual({
      class: 'Error',
      name: 'Error',
      message: `Command failed: ${script}\nerr\n`,
      head: `Error: Command failed: ${script}`,
      properties: { code: 3, killed: false, signal: null, cmd: script },
    });
    expect(Object.keys(error.properties)).toEqual(['code', 'killed', 'signal', 'cmd']);
    expect([stdout, stderr]).toEqual(['out\n', 'err\n']);
  });

  test.each([1, 2, 126, 127, 128, 200, 255])('exit code %i', async (code) => {
    const { error } = await failureOf(`exit ${code}`);
    expect(error.properties).toEqual({ code, killed: false, signal: null, cmd: `exit ${code}` });
    expect(error.message).toBe(`Command failed: exit ${code}\n`);
  });

  test.each(['HUP', 'INT', 'QUIT', 'ILL', 'ABRT', 'KILL', 'USR1', 'SEGV', 'PIPE', 'ALRM', 'TERM', 'XCPU', 'IO'])(
    'by a signal: %s',
    async (name) => {
      // A core file would be written where the tests run.
      const { error } = await failureOf(`ulimit -c 0; kill -${name} $$`);
      expect(error.properties).toMatchObject({ code: null, killed: false, signal: `SIG${name}` });
    },
  );

  test.each([34, 40, 64])('signal %i, which has no name here, is no error', async (number) => {
    const seen = await collect((done) => exec(`echo x; kill -${number} $$`, done));
    expect(seen).toEqual({ error: null, stdout: 'x\n', stderr: '' });
  });

  test('by kill() of ours', async () => {
    const { error } = await collect((done) => exec('exec sleep 60', done).kill());
    expect(error.properties).toEqual({ code: null, killed: true, signal: 'SIGTERM', cmd: 'exec sleep 60' });
  });

  test('killed by us, but ended by itself', async () => {
    const script = 'trap "exit $CODE" TERM; echo ready; while :; do sleep 0.02; done';
    for (const CODE of ['0', '7']) {
      const { error, stdout } = await collect((done) => {
        const child = exec(script, { env: { ...process.env, CODE } }, done);
        child.stdout.once('data', () => child.kill());
      });
      expect(stdout).toBe('ready\n');
      if (CODE === '0') expect(error).toBe(null);
      else expect(error.properties).toEqual({ code: 7, killed: true, signal: null, cmd: script });
    }
  });

  test('the message has stderr as the encoding makes it', async () => {
    for (const [encoding, said] of [
      ['hex', 'c3a9'],
      ['buffer', 'é'],
      ['latin1', 'Ã©'],
    ]) {
      const { error } = await failureOf("printf '\\303\\251' >&2; exit 1", { encoding });
      expect(error.message).toBe(`Command failed: printf '\\303\\251' >&2; exit 1\n${said}`);
    }
  });

  test('cmd is the file and its arguments as they were given', async () => {
    const { error } = await collect((done) => execFile('sh', ['-c', 'exit $#', 'a b', '', '"c"'], done));
    expect(error.properties).toEqual({ code: 2, killed: false, signal: null, cmd: 'sh -c exit $# a b  "c"' });
  });

  test('the callback can have the error and the outputs of a script without a shebang', async () => {
    const file = path.join(folder, 'not binary');
    const run = () => collect((done) => execFile(file, ['x'], done));
    if (!runsBareScript(file)) return expect(run()).rejects.toThrow('spawn ENOEXEC');
    const { error, stdout } = await run();
    return expect([error.properties.code, stdout]).toEqual([4, 'run by sh: x\n']);
  });
});

describe.each([
  ['ENOENT', -2, 'a command that is not there', () => ['forkless-no-such-command', ['a', 'b'], {}]],
  ['ENOENT', -2, 'a path that is not there', () => ['/nowhere/at/all', [], {}]],
  ['ENOENT', -2, 'an interpreter that is not there', () => [path.join(folder, 'bad interpreter'), [], {}]],
  ['ENOENT', -2, 'a cwd that is not there', () => ['true', ['a'], { cwd: '/nowhere' }]],
  ['ENOENT', -2, 'an empty PATH', () => ['true', [], { env: { PATH: '/nowhere' } }]],
  ['EACCES', -13, 'a file that is no program', () => [path.join(folder, 'no program'), ['x'], {}]],
  ['EACCES', -13, 'a folder', () => [folder, [], {}]],
])('%s (%i) %s', (code, errno, _name, start) => {
  test('the error and empty outputs', async () => {
    const [file, args, options] = start();
    const seen = await onBoth(({ execFile }) => collect((done) => execFile(file, args, options, done)));
    expect(seen).toEqual({
      error: {
        class: 'Error',
        name: 'Error',
        message: `spawn ${file} ${code}`,
        head: `Error: spawn ${file} ${code}`,
        properties: {
          errno,
          code,
          syscall: `spawn ${file}`,
          path: file,
          spawnargs: args,
          cmd: [file, ...args].join(' '),
        },
      },
      stdout: '',
      stderr: '',
    });
    const keys = ['errno', 'code', 'syscall', 'path', 'spawnargs', 'cmd'];
    expect(Object.keys(seen.error.properties)).toEqual(keys);
  });

  test('empty Buffers where bytes were asked for', async () => {
    const [file, args, options] = start();
    const empty = Buffer.alloc(0);
    const { stdout, stderr } = await onBoth(({ execFile }) =>
      collect((done) => execFile(file, args, { ...options, encoding: 'buffer' }, done)),
    );
    expect([stdout, stderr]).toEqual([empty, empty]);
  });

  test('without a callback: an error event, and the process goes on', async () => {
    const [file, args, options] = start();
    const error = await onBoth(
      ({ execFile }) =>
        new Promise((resolve) => {
          execFile(file, args, options).on('error', (reason) => resolve(describeError(reason)));
        }),
    );
    expect(error.properties.code).toBe(code);
  });
});

test('a shell that is not there', async () => {
  const { error } = await onBoth(({ exec }) => collect((done) => exec('echo $0', { shell: '/nowhere/sh' }, done)));
  expect(error.message).toBe('spawn /nowhere/sh ENOENT');
  expect(error.properties).toMatchObject({ path: '/nowhere/sh', spawnargs: ['-c', 'echo $0'], cmd: 'echo $0' });
});

test.each([
  ['E2BIG', () => ['true', ['x'.repeat(300_000)], {}]],
  ['E2BIG', () => ['true', [], { env: { ...process.env, A: 'x'.repeat(300_000) } }]],
  ['ENOTDIR', () => ['true', [], { cwd: path.join(folder, 'no program') }]],
  ['ENOTDIR', () => [path.join(folder, 'no program', 'x'), [], {}]],
])('%s is thrown, and the callback not called', async (code, start) => {
  const { thrown, called } = await onBoth(({ execFile }) => {
    let called = false;
    const thrown = thrownBy(() => {
      execFile(...start(), () => {
        called = true;
      });
    });
    return new Promise((resolve) => setImmediate(() => setImmediate(() => resolve({ thrown, called }))));
  });
  expect([thrown.message, called]).toEqual([`spawn ${code}`, false]);
  expect(Object.keys(thrown.properties)).toEqual(['errno', 'code', 'syscall']);
});

describeEach('no fds left', (module) => {
  test('EMFILE reaches the callback, and later starts go well', async () => {
    const reports = await reportsOf(
      module,
      ({ exec, execFile }, report) => {
        const fs = require('node:fs');
        const describe = (error, stdout, stderr) => [error && { ...error }, stdout, stderr];
        // What the first start opens for good is open then.
        execFile('true', () => {
          const taken = [];
          try {
            for (;;) taken.push(fs.openSync('/dev/null'));
          } catch {}
          execFile('echo', ['a'], (...args) => {
            report(describe(...args));
            for (const fd of taken) fs.closeSync(fd);
            exec('echo later', (...args) => report(describe(...args)));
          });
        });
      },
      { through: ['sh', '-c', 'ulimit -n 128; exec "$@"', 'sh'] },
    );
    const error = { errno: -24, code: 'EMFILE', syscall: 'spawn echo', path: 'echo', spawnargs: ['a'], cmd: 'echo a' };
    expect(reports).toEqual([
      [error, '', ''],
      [null, 'later\n', ''],
    ]);
  });
});

test.each([undefined, null, 0])("'error' without an error (%s) is a command that failed", async (nothing) => {
  const { error, stdout } = await onBoth(({ execFile }) =>
    collect((done) => {
      const child = execFile('cat', [], done);
      child.emit('error', nothing);
      child.stdin.end();
      return child;
    }),
  );
  expect(error).toMatchObject({
    message: 'Command failed: cat\n',
    properties: { code: undefined, killed: false, cmd: 'cat' },
  });
  expect(stdout).toBe('');
});
