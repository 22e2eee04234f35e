'use strict';
// ARCHITECTURE.md is true of the repository: what it names is there, and each folder and file of the code is in it.

const fs = require('node:fs');
const path = require('node:path');
const { ROOT } = require('../helpers/script.js');
const { readPage } = require('./page.js');

const page = readPage(path.join(ROOT, 'ARCHITECTURE.md'));

/** Each path that it names, as text between backquotes. */
const named = new Set(page.match(/(?<=`)[\w.-]+\/[\w./-]*(?=`)|(?<=`)[\w-]+\.m?js(?=`)/g));

/** What is made and not written, and what is a part of `dist/` or of the row's folder. */
const BUNDLED = ['load', 'starts', 'blocking', 'channels', 'additions', 'collecting'];
const ELSEWHERE = new Set(['dist/', 'binding.js', ...BUNDLED.map((name) => `${name}.js`)]);
const PARTS = new Set(['table.js', 'exported.js', 'promised.js']);

const [, table] = page.split('## Folders and files');

/** @param {string} folder */
const namesIn = (folder) => fs.readdirSync(path.join(ROOT, folder), { withFileTypes: true });

test.each([...named].filter((name) => !ELSEWHERE.has(name)))('%s is there', (name) => {
  const place = PARTS.has(name) ? path.join('lib/api', name) : name;
  expect(fs.existsSync(path.join(ROOT, place))).toBe(true);
});

test('every folder of the repository has a row', () => {
  const foreign = /^(\.(?!ci$|github$).*|node_modules|shared|target)$/;
  const folders = namesIn('.').filter((entry) => entry.isDirectory() && !foreign.test(entry.name));
  expect(folders.length).toBeGreaterThan(15);
  for (const { name } of folders) expect(table).toContain(`\`${name}/`);
});

test.each(['lib', 'src'])('what is in %s/ has a row', (folder) => {
  for (const entry of namesIn(folder)) {
    if (entry.name === 'lib.rs') continue;
    expect(table).toContain(`\`${folder}/${entry.name}${entry.isDirectory() ? '/' : ''}\``);
  }
});

test('every file of dist/ is named', () => {
  expect(namesIn('dist').map(({ name }) => name)).toEqual(BUNDLED.map((name) => `${name}.js`).sort());
  for (const name of BUNDLED) expect(page).toContain(`\`${name}.js\``);
});

test('each kind of change leads to files', () => {
  const [, changes] = page.split('## Where to change what');
  const rows = changes.split('\n## ')[0].match(/^\| an? .*/gm);
  expect(rows.length).toBeGreaterThan(4);
  for (const row of rows) expect(row).toMatch(/`[\w.]+\/[\w./]+`/);
});
