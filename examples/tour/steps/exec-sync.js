'use strict';
// execSync() and what it throws.

exports.title = 'execSync: a shell line that fails';
exports.command = 'echo "before the end"; exit 7';
exports.expected = { status: 7, signal: null, stdout: 'before the end\n' };

/** @type {import('../stage.js').Step['run']} */
exports.run = async ({ execSync }) => {
  try {
    execSync(exports.command);
  } catch (error) {
    const { message, status, signal, stdout } = /** @type {any} */ (error);
    return { message, status, signal, stdout: stdout.toString() };
  }
  throw new Error('it did not fail');
};

/** @type {import('../stage.js').Step['tell']} */
exports.tell = ({ status, stdout }) => `thrown: status ${status}, stdout ${JSON.stringify(stdout)}`;
