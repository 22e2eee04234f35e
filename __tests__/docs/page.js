'use strict';
// The pages of this repository, and what is fenced in one.

const fs = require('node:fs');
const path = require('node:path');
const { ROOT } = require('../helpers/script.js');

const DOCS = path.join(ROOT, 'docs');
const PAGES = { guide: path.join(DOCS, 'guide.md'), security: path.join(DOCS, 'security.md') };

/** Every page that we write. */
const OURS = [
  ...pagesIn(ROOT),
  ...pagesIn(DOCS),
  ...fs.readdirSync(path.join(ROOT, 'npm')).flatMap((platform) => pagesIn(path.join(ROOT, 'npm', platform))),
];

/** @param {string} folder */
function pagesIn(folder) {
  const names = fs.readdirSync(folder).filter((name) => name.endsWith('.md'));
  return names.map((name) => path.join(folder, name));
}

/** @param {string} file */
const readPage = (file) => fs.readFileSync(file, 'utf8');

/**
 * The fenced blocks of a page, in their order. `info` is what stands behind the language.
 * @param {string} page
 */
function fencedBlocks(page) {
  const blocks = page.matchAll(/^```(\w+) ?([^\n]*)\n(.*?)^```$/gms);
  return [...blocks].map(([, language, info, text]) => ({ language, info, text }));
}

module.exports = { DOCS, fencedBlocks, OURS, PAGES, readPage };
