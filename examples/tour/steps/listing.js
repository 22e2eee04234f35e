'use strict';
// The first child: its stdout is piped to the terminal.

const { once } = require('node:events');
const { root } = require('../files.js');

exports.title = 'A listing piped to the terminal';
exports.command = 'ls -l examples';
exports.expected = { code: 0 };
exports.shows = true;

/** @type {import('../stage.js').Step['run']} */
exports.run = async ({ spawn }, { terminal }) => {
  const ls = spawn('ls', ['-l', 'examples'], { cwd: root, env: { ...process.env, LC_ALL: 'C' } });
  let bytes = 0;
  let lines = 0;
  ls.stdout.on('data', (chunk) => {
    bytes += chunk.length;
    lines += chunk.toString().split('\n').length - 1;
  });
  ls.stdout.pipe(terminal);
  const [[code]] = await Promise.all([once(ls, 'close'), once(terminal, 'end')]);
  return { code, lines, bytes };
};

/** @type {import('../stage.js').Step['tell']} */
exports.tell = ({ code, lines, bytes }) => `${lines} lines, ${bytes} bytes, exit code ${code}`;
