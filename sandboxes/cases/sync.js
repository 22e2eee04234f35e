'use strict';
// The blocking three.

const { describe, thrownBy } = require('./story.js');

/** A result of spawnSync as plain data. */
const plain = ({ pid, error, stdout, stderr, status, signal }) => ({
  pid: pid > 0,
  error: error && describe(error),
  stdout: stdout && String(stdout),
  stderr: stderr && String(stderr),
  status,
  signal,
});

/** @type {import('../starts.js').Cases} */
module.exports = {
  spawnSync: ({ module }) => plain(module.spawnSync('sh', ['-c', 'echo out; echo err >&2; exit 9'])),

  'spawnSync with input': ({ module }) => plain(module.spawnSync('cat', { input: 'fed' })),

  'spawnSync with much input': ({ module }) => {
    const { stdout, status } = module.spawnSync('cat', { input: Buffer.alloc(700_000, 'x') });
    return [status, stdout.length];
  },

  'spawnSync with ignore': ({ module }) => plain(module.spawnSync('true', { stdio: 'ignore' })),

  'spawnSync, cwd and env': ({ module }) =>
    plain(module.spawnSync('sh', ['-c', 'pwd; echo $WORD'], { cwd: '/usr', env: { WORD: 'given' } })),

  'spawnSync with a timeout': ({ module }) => plain(module.spawnSync('sleep', ['30'], { timeout: 50 })),

  'spawnSync past maxBuffer': ({ module }) => module.spawnSync('seq', ['20000'], { maxBuffer: 64 }).error.code,

  'spawnSync of a missing program': ({ module }) => plain(module.spawnSync('forkless-no-such-program')),

  'spawnSync of a file that is no program': ({ module }) => plain(module.spawnSync('/etc/passwd')),

  'spawnSync of what kills itself': ({ module }) => plain(module.spawnSync('sh', ['-c', 'kill -KILL $$'])),

  execSync: ({ module }) => module.execSync('echo $((6 * 7))', { encoding: 'utf8' }),

  'execSync of what fails': ({ module }) =>
    thrownBy(() => module.execSync('echo before; exit 5', { encoding: 'utf8', stdio: 'pipe' })),

  execFileSync: ({ module }) => module.execFileSync('tr', ['a-z', 'A-Z'], { input: 'shout', encoding: 'utf8' }),

  'execFileSync, large': ({ module }) => module.execFileSync('head', ['-c', '700000', '/dev/zero']).length,

  'execFileSync of a missing program': ({ module }) =>
    thrownBy(() => module.execFileSync('forkless-no-such-program', ['argument'])),
};
