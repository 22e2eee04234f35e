'use strict';
// The pages have lines of at most 120 columns. Excepted: a row of a table, which Markdown wants on one line, and a line
// that is one word, such as the address of a link, which cannot be broken.

const path = require('node:path');
const { ROOT } = require('../helpers/script.js');
const { OURS, readPage } = require('./page.js');

const MOST = 120;

/** @param {string} line */
const canBeBroken = (line) => !line.startsWith('|') && /\S\s+\S/.test(line.replace(/^\s*(-|\d+\.|>)?\s+/, ''));

/** @param {string} page */
const longLines = (page) => page.split('\n').filter((line) => [...line].length > MOST && canBeBroken(line));

test.each(OURS.map((file) => [path.relative(ROOT, file), file]))('%s', (_name, file) => {
  expect(longLines(readPage(file))).toEqual([]);
});

test('a long line is found, and the exceptions are none', () => {
  const address = `docs/${'x'.repeat(MOST)}.md`;
  const broken = `see [the page](${address})`;
  const page = [broken, `| ${broken} |`, `- [page](${address})`, `[page](${address})`, 'x '.repeat(60)].join('\n');
  expect(longLines(page)).toEqual([broken]);
});
