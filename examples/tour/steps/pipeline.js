'use strict';
// stdout of one child into stdin of the next, by streams.

const { once } = require('node:events');
const { text } = require('node:stream/consumers');
const { count, root, sources } = require('../files.js');

exports.title = 'Three processes joined by streams';
exports.command = "cat lib/** src/** | tr -cs A-Za-z '\\n' | sort -u";
exports.expected = { codes: [0, 0, 0] };

/** @type {import('../stage.js').Step['run']} */
exports.run = async ({ spawn }) => {
  const options = { cwd: root, env: { ...process.env, LC_ALL: 'C' } };
  const cat = spawn('cat', sources, options);
  const tr = spawn('tr', ['-cs', 'A-Za-z', '\n'], options);
  const sort = spawn('sort', ['-u'], options);
  cat.stdout.pipe(tr.stdin);
  tr.stdout.pipe(sort.stdin);

  const [output, ...closed] = await Promise.all([
    text(sort.stdout),
    ...[cat, tr, sort].map((child) => once(child, 'close')),
  ]);
  const words = output.split('\n').filter(Boolean);
  const codes = closed.map(([code]) => code);
  const longest = words.reduce((a, b) => (b.length > a.length ? b : a), '');
  return { codes, words: words.length, longest };
};

/** @type {import('../stage.js').Step['tell']} */
exports.tell = ({ words, longest }) => `${count(words)} different words, the longest: ${longest}`;
