'use strict';
// exec(), by its promise.

const { promisify } = require('node:util');
const { root } = require('../files.js');

exports.title = 'exec: a shell line';
exports.command = 'wc -l < package.json && echo "$WHO"';
exports.expected = { stderr: '' };

/** @type {import('../stage.js').Step['run']} */
exports.run = async ({ exec }) => {
  const env = { ...process.env, WHO: 'forkless' };
  const { stdout, stderr } = await promisify(exec)(exports.command, { cwd: root, env });
  return { stdout, stderr };
};

/** @type {import('../stage.js').Step['tell']} */
exports.tell = ({ stdout }) => `stdout ${JSON.stringify(stdout)}`;
