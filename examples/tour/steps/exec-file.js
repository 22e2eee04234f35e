'use strict';
// execFile(), by its promise, when the program fails.

const { promisify } = require('node:util');
const { root } = require('../files.js');

exports.title = 'execFile: a program that fails';
exports.command = 'grep -c MIT LICENSE no-such-file';
exports.expected = { killed: false, signal: null, stdout: 'LICENSE:2\n' };

/** @type {import('../stage.js').Step['run']} */
exports.run = async ({ execFile }) => {
  const options = { cwd: root, env: { ...process.env, LC_ALL: 'C' } };
  const failure = await promisify(execFile)('grep', ['-c', 'MIT', 'LICENSE', 'no-such-file'], options).then(
    () => Promise.reject(new Error('it did not fail')),
    (error) => error,
  );
  const { code, killed, signal, stdout, stderr } = failure;
  return { code, killed, signal, stdout, stderr };
};

/** @type {import('../stage.js').Step['tell']} */
exports.tell = ({ code, stdout, stderr }) =>
  `code ${code}, stdout ${JSON.stringify(stdout)}, ${stderr.length} bytes of stderr`;
