'use strict';
// `forceKillAfterDelay` of spawnSync(), which the built-in passes over: it waits until the child pleases. This one gives
// up after two seconds.

const assert = require('node:assert');
const forkless = require('forkless');

const isThere = forkless.supports('forceKillAfterDelay');
const options = { timeout: 300, ...(isThere && { forceKillAfterDelay: 100 }) };

exports.title = 'spawnSync: a timeout that the child ignores';
exports.command = `sh -c 'trap "" TERM; exec sleep 2' with { timeout: 300, forceKillAfterDelay: 100 }`;
exports.expected = { error: 'ETIMEDOUT', stdout: '' };

/** @type {import('../stage.js').Step['run']} */
exports.run = async ({ spawnSync }) => {
  const { error, signal, stdout } = spawnSync('sh', ['-c', 'trap "" TERM; exec sleep 2'], options);
  if (isThere) assert.strictEqual(signal, spawnSync === forkless.spawnSync ? 'SIGKILL' : null);
  return { error: /** @type {NodeJS.ErrnoException | undefined} */ (error)?.code, stdout: `${stdout}` };
};

/** @type {import('../stage.js').Step['tell']} */
exports.tell = ({ error }) =>
  `${error}; ${isThere ? 'forkless alone knows' : 'without native code there is no'} forceKillAfterDelay`;
