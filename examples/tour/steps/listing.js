'use strict';
// The first child: its stdout is piped to the terminal.

const { once } = require('node:events');
const { readdirSync } = require('node:fs');
const { join } = require('node:path');
const { root } = require('../files.js');

exports.title = 'A count piped to the terminal';
exports.command = 'wc -l examples/*.js';
exports.expected = { code: 0 };
exports.shows = true;

/** @type {import('../stage.js').Step['run']} */
exports.run = async ({ spawn }, { terminal }) => {
  const files = readdirSync(join(root, 'examples')).filter((name) => name.endsWith('.js'));
  const wc = spawn('wc', ['-l', ...files.map((name) => join('examples', name))], { cwd: root });
  let bytes = 0;
  let lines = 0;
  wc.stdout.on('data', (chunk) => {
    bytes += chunk.length;
    lines += chunk.toString().split('\n').length - 1;
  });
  wc.stdout.pipe(terminal);
  const [[code]] = await Promise.all([once(wc, 'close'), once(terminal, 'end')]);
  return { code, lines, bytes };
};

/** @type {import('../stage.js').Step['tell']} */
exports.tell = ({ code, lines, bytes }) => `${lines} lines, ${bytes} bytes, exit code ${code}`;
