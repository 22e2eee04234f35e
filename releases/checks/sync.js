'use strict';
// The blocking three.

const fs = require('node:fs');
const { describe, thrownBy } = require('../observe.js');
const { program } = require('../program.js');

/** Without the pid. @param {any} result */
const resultOf = ({ pid, ...result }) => ({
  keys: Object.keys({ pid, ...result }),
  ...result,
  ...(result.error && { error: describe(result.error) }),
  pid: typeof pid,
});

/** @type {import('../probe.js').Checks} */
module.exports = {
  'sync: a result': ({ module: { spawnSync } }) => [
    resultOf(spawnSync('sh', ['-c', 'echo out; echo error >&2; exit 3'])),
    resultOf(spawnSync('sh', ['-c', 'kill -9 $$'], { encoding: 'utf8' })),
    resultOf(spawnSync('true', { encoding: 'buffer' })),
    resultOf(spawnSync('printf', ['\\377'], { encoding: 'hex' })),
  ],

  'sync: a start that fails, with no output': ({ module: { spawnSync } }) =>
    [
      resultOf(spawnSync('/nowhere/none', ['a'])),
      resultOf(spawnSync('true', { cwd: '/nowhere', encoding: 'utf8' })),
      resultOf(spawnSync('/dev/null/none')),
      resultOf(spawnSync('true', ['x'.repeat(200_000)])),
    ].map(({ error, ...rest }) => ({ ...rest, error: [error.text, error.keys, error.properties.errno] })),

  'sync: the pid of a start that fails': ({ module: { spawnSync } }) => [
    spawnSync('/nowhere/none').pid > 0,
    spawnSync('true', { cwd: '/nowhere' }).pid > 0,
  ],

  'sync: what execSync and execFileSync throw': ({ module: { execFileSync, execSync } }) => [
    thrownBy(() => execSync('echo out; echo error >&2; exit 3', { stdio: 'pipe' })),
    thrownBy(() => execFileSync('sh', ['-c', 'echo error >&2; kill -9 $$'], { stdio: 'pipe', encoding: 'utf8' })),
    thrownBy(() => execFileSync('/nowhere/none', ['a'])),
    thrownBy(() => execSync('exit 0', { shell: '/nowhere/shell' })),
    thrownBy(() => execFileSync('sh', ['-c', 'exit 4'], { argv0: 'other', stdio: 'pipe' })),
    thrownBy(() => execFileSync('sh', ['-c', 'exit 4'], { stdio: 'ignore' })),
  ],

  'sync: limits': ({ module: { execFileSync, spawnSync } }) => [
    resultOf(spawnSync('sleep', ['100'], { timeout: 5 })),
    resultOf(spawnSync('sleep', ['100'], { timeout: 5, killSignal: 'SIGKILL' })),
    resultOf(spawnSync('sh', ['-c', 'printf %0100d 0; exec sleep 100'], { maxBuffer: 10, encoding: 'utf8' })),
    resultOf(spawnSync('sh', ['-c', 'exec printf %0100d 0'], { maxBuffer: 100 })),
    resultOf(spawnSync('sh', ['-c', 'exec printf %0100d 0 >&2'], { maxBuffer: 0 })),
    thrownBy(() => execFileSync('sleep', ['100'], { timeout: 5, stdio: 'pipe' })),
  ],

  'sync: inputs': ({ module: { execFileSync, execSync, spawnSync } }) => {
    const bytes = new TextEncoder().encode('bytes');
    const inputs = [
      'text',
      '',
      Buffer.from('buffer'),
      bytes,
      new DataView(bytes.buffer),
      new Uint16Array([0x6161]),
      undefined,
      null,
      bytes.buffer,
    ];
    return inputs.map((input) => [
      thrownBy(() => resultOf(spawnSync('cat', { input, encoding: 'utf8' }))),
      thrownBy(() => execFileSync('cat', { input })),
      input === null || input === undefined ? [] : thrownBy(() => String(execSync('cat', { input }))),
      input instanceof ArrayBuffer ? [] : spawnSync('cat', { input, encoding: 'utf8' }).stdout,
    ]);
  },

  'sync: stdio': ({ module: { spawnSync }, folder }) => {
    const fd = fs.openSync(`${folder}/sync`, 'w+');
    const lists = [
      'pipe',
      'ignore',
      ['ignore', fd, 'pipe'],
      ['pipe', 'pipe', 1],
      ['pipe', 'pipe', 'pipe', 'pipe'],
      Object.assign([], { 2: 'ignore' }),
      [null, null, null, null],
      ['pipe', 'pipe', 'pipe', 'ignore', 'pipe', fd],
    ];
    const results = lists.map((stdio) =>
      resultOf(
        spawnSync('sh', ['-c', 'read line; echo "[$line]"; echo three >&3'], {
          stdio,
          input: 'given',
          encoding: 'utf8',
        }),
      ),
    );
    const written = fs.readFileSync(`${folder}/sync`, 'utf8');
    fs.closeSync(fd);
    return { results, written };
  },

  'sync: stdio is refused': ({ module: { spawnSync } }) =>
    [
      'none',
      ['none', 'pipe', 'pipe'],
      ['ipc'],
      [{}],
      5,
      [true],
      ['pipe', 'pipe', new (require('node:stream').PassThrough)()],
    ].map((stdio) => thrownBy(() => spawnSync('true', { stdio }))),

  "sync: what goes to the program's own stderr": (context) =>
    program(context, (load, report) => {
      const { execFileSync, execSync, spawnSync } = load();
      report(String(execSync('echo out; echo from execSync >&2')));
      report(execFileSync('sh', ['-c', 'echo from execFileSync >&2'], { encoding: 'utf8' }));
      execSync('echo inherited; echo with it >&2', { stdio: 'inherit' });
      execSync('echo kept >&2', { stdio: 'pipe' });
      spawnSync('sh', ['-c', 'echo also kept >&2']);
      try {
        execSync('echo and thrown >&2; exit 3');
      } catch (error) {
        report(/** @type {any} */ (error).message);
      }
    }),

  'sync: arguments in other places': ({ module: { execFileSync, execSync, spawnSync } }) => [
    thrownBy(() => resultOf(spawnSync('echo', { encoding: 'utf8' }))),
    spawnSync('echo', null, { encoding: 'utf8' }).stdout,
    spawnSync('echo', undefined, { encoding: 'utf8' }).stdout,
    execFileSync('echo', null, { encoding: 'utf8' }),
    execFileSync('echo', { encoding: 'utf8' }),
    execFileSync('echo', ['a'], undefined).toString(),
    execSync('echo a', null).toString(),
    thrownBy(() => execFileSync('echo', () => {}).toString()),
    thrownBy(() => execFileSync('echo', ['a'], () => {}).toString()),
    thrownBy(() => execSync('echo', () => {}).toString()),
  ],
};
