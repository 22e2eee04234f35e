'use strict';
// execSync() and execFileSync(): what they return, what they throw, and stderr,
// which is passed on when nobody asked for it.

const { describeEach } = require('../helpers/modules.js');
const { onceReady } = require('../helpers/once-ready.js');
const { reportsOf, runProgram } = require('../helpers/program.js');
const { outcome } = require('./plain.js');

describeEach('execSync and execFileSync', ({ execFileSync, execSync }) => {
  test('return stdout, in the encoding', () => {
    expect(execSync('echo x')).toEqual(Buffer.from('x\n'));
    expect(execFileSync('echo', ['x'])).toEqual(Buffer.from('x\n'));
    for (const [encoding, text] of [
      ['utf8', 'x\n'],
      ['hex', '780a'],
      ['base64', 'eAo='],
      ['buffer', Buffer.from('x\n')],
      [null, Buffer.from('x\n')],
    ]) {
      expect(execSync('echo x', { encoding })).toEqual(text);
      expect(execFileSync('echo', ['x'], { encoding })).toEqual(text);
    }
    expect(execSync('true')).toEqual(Buffer.alloc(0));
    expect(execFileSync('true', { encoding: 'utf8' })).toBe('');
  });

  test('a function in the place of the options is no options, whatever it has', () => {
    const callback = Object.assign(() => {}, { cwd: '/', shell: '/nowhere' });
    expect(execSync('pwd -P', callback)).toEqual(Buffer.from(`${process.cwd()}\n`));
  });

  const KEYS = ['status', 'signal', 'output', 'pid', 'stdout', 'stderr'];

  test('throw at a status: all properties, in their order', () => {
    const script = 'echo out; echo err >&2; exit 3';
    for (const [call, command] of [
      [() => execSync(script, { stdio: 'pipe' }), script],
      [() => execFileSync('sh', ['-c', script], { stdio: 'pipe' }), `sh -c ${script}`],
    ]) {
      const [stdout, stderr] = [Buffer.from('out\n'), Buffer.from('err\n')];
      expect(outcome(call)).toEqual({
        thrown: {
          class: 'Error',
          name: 'Error',
          message: `Command failed: ${command}\nerr\n`,
          head: `Error: Command failed: ${command}`,
          properties: { status: 3, signal: null, output: [null, stdout, stderr], stdout, stderr },
        },
        keys: KEYS,
        started: true,
      });
    }
  });

  test('throw at a signal', () => {
    for (const call of [
      () => execSync('kill -KILL $$', { encoding: 'utf8' }),
      () => execFileSync('sh', ['-c', 'kill -KILL $$'], { encoding: 'utf8' }),
    ]) {
      const { thrown, keys } = outcome(call);
      const [stdout, stderr] = ['', ''];
      expect(thrown.properties).toEqual({ status: null, signal: 'SIGKILL', output: [null, '', ''], stdout, stderr });
      expect(thrown.message).toMatch(/^Command failed: (sh -c )?kill -KILL \$\$$/);
      expect(keys).toEqual(KEYS);
    }
  });

  test('the message has stderr as the encoding makes it, and ends without a break where there is none', () => {
    const message = (options) =>
      outcome(() => execSync('printf é >&2; exit 1', { stdio: 'pipe', ...options })).thrown.message;
    expect(message({})).toBe('Command failed: printf é >&2; exit 1\né');
    expect(message({ encoding: 'utf8' })).toBe('Command failed: printf é >&2; exit 1\né');
    expect(message({ encoding: 'hex' })).toBe('Command failed: printf é >&2; exit 1\nc3a9');
    expect(outcome(() => execSync('exit 1')).thrown.message).toBe('Command failed: exit 1');
    const ignored = outcome(() => execSync('echo x >&2; exit 1', { stdio: 'ignore' })).thrown;
    expect(ignored.message).toBe('Command failed: echo x >&2; exit 1');
    expect(ignored.properties).toMatchObject({ output: [null, null, null], stdout: null, stderr: null });
  });

  test('the command in the message is the file and its arguments', () => {
    const message = (...args) => outcome(() => execFileSync(...args)).thrown.message;
    expect(message('sh', ['-c', 'exit 1', 'a b', '', '"c"'])).toBe('Command failed: sh -c exit 1 a b  "c"');
    expect(message('false')).toBe('Command failed: false');
    expect(message('false', { argv0: 'renamed' })).toBe('Command failed: renamed');
    expect(message('exit 1', { shell: true })).toBe('Command failed: exit 1');
    expect(message('exit 1', [], { shell: true })).toBe('Command failed: exit 1');
  });

  test('a pid that was the process', () => {
    try {
      execSync('echo $$; exit 1', { encoding: 'utf8' });
    } catch (error) {
      expect(error.stdout).toBe(`${error.pid}\n`);
    }
    expect.assertions(1);
  });
});

describeEach('stderr', (module) => {
  /** Calls each of the two and swallows what they throw. */
  const callBoth = ({ execFileSync, execSync }, report, script, options) => {
    for (const call of [() => execSync(script, options), () => execFileSync('sh', ['-c', script], options)]) {
      try {
        report(['returned', String(call())]);
      } catch (error) {
        report(['thrown', String(error.stderr)]);
      }
    }
  };
  const program = (script, options) => runProgram(module, callBoth, { args: [script, options] });

  test('is passed on when stdio is not given', async () => {
    const { stdout, stderr, reports } = await program('echo out; echo err >&2', {});
    expect(stderr).toBe('err\nerr\n');
    expect(stdout).not.toMatch(/^out/m);
    expect(reports).toEqual(Array(2).fill(['returned', 'out\n']));
  });

  test('is passed on before the error, which has it too', async () => {
    const { code, stderr, reports } = await program('echo err >&2; exit 1', {});
    expect([code, stderr]).toEqual([0, 'err\nerr\n']);
    expect(reports).toEqual(Array(2).fill(['thrown', 'err\n']));
  });

  test('is passed on of a run that was ended', async () => {
    const { stderr, reports } = await onceReady(
      (timeout) => program('echo err >&2; exec sleep 60', { timeout }),
      ({ reports }) => reports.every(([, stderr]) => stderr !== ''),
    );
    expect(stderr).toBe('err\nerr\n');
    expect(reports).toEqual(Array(2).fill(['thrown', 'err\n']));
  });

  test('is passed on in the encoding', async () => {
    const { stderr } = await program('printf err >&2', { encoding: 'hex' });
    expect(stderr).toBe('657272657272');
  });

  test.each(['pipe', ['pipe', 'pipe', 'pipe'], 'ignore', ['ignore', 'pipe', 'ignore'], []])(
    'is not passed on with stdio %p',
    async (stdio) => {
      expect((await program('echo err >&2', { stdio })).stderr).toBe('');
    },
  );

  test('is passed on where stdio is as good as not given', async () => {
    expect((await program('echo err >&2', { stdio: null })).stderr).toBe('err\nerr\n');
    expect((await program('echo err >&2', { stdio: '' })).stderr).toBe('err\nerr\n');
  });

  test('is written by the program itself with inherit', async () => {
    expect((await program('echo err >&2', { stdio: ['pipe', 'pipe', 'inherit'] })).stderr).toBe('err\nerr\n');
  });

  test('goes through process.stderr, which a program may have replaced', async () => {
    const [seen] = await reportsOf(module, ({ execSync }, report) => {
      const written = [];
      process.stderr.write = (chunk) => written.push(String(chunk));
      execSync('echo one >&2');
      report(written);
    });
    expect(seen).toEqual(['one\n']);
  });

  test('is not passed on by spawnSync', async () => {
    const { stderr } = await runProgram(module, ({ spawnSync }) => spawnSync('sh', ['-c', 'echo err >&2']));
    expect(stderr).toBe('');
  });
});
