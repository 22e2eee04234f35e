'use strict';
// A start that fails: the 'error' event and its properties.

const { once } = require('node:events');

exports.title = 'A command that is not there';
exports.command = 'no-such-command --help';
exports.expected = { pid: undefined, code: 'ENOENT', syscall: 'spawn no-such-command', path: 'no-such-command' };

/** @type {import('../stage.js').Step['run']} */
exports.run = async ({ spawn }) => {
  const child = spawn('no-such-command', ['--help']);
  const [{ message, code, errno, syscall, path, spawnargs }] = await once(child, 'error');
  return { pid: child.pid, message, code, errno, syscall, path, spawnargs };
};

/** @type {import('../stage.js').Step['tell']} */
exports.tell = ({ message, errno }) => `'error': ${message} (errno ${errno})`;
