'use strict';
// `forceKillAfterDelay` of spawnSync(), which the built-in passes over: it waits until the child pleases. This one gives
// up after two seconds.

const { supports } = require('forkless');

const isThere = supports('forceKillAfterDelay');
const options = { timeout: 300, ...(isThere && { forceKillAfterDelay: 100 }) };

exports.title = 'spawnSync: a timeout that the child ignores';
exports.command = `sh -c 'trap "" TERM; exec sleep 2' with { timeout: 300, forceKillAfterDelay: 100 }`;
exports.expected = { error: 'ETIMEDOUT', stdout: '' };

/** @type {import('../stage.js').Step['run']} */
exports.run = async ({ spawnSync }) => {
  const { error, stdout } = spawnSync('sh', ['-c', 'trap "" TERM; exec sleep 2'], options);
  return { error: /** @type {NodeJS.ErrnoException | undefined} */ (error)?.code, stdout: `${stdout}` };
};

/** @type {import('../stage.js').Step['tell']} */
exports.tell = ({ error }) =>
  `${error}; ${isThere ? 'forkless alone knows' : 'without native code there is no'} forceKillAfterDelay`;
