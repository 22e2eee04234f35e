'use strict';
// A page of docs/, and what is fenced in it.

const fs = require('node:fs');
const path = require('node:path');

const DOCS = path.join(__dirname, '..', '..', 'docs');
const PAGES = { guide: path.join(DOCS, 'guide.md'), security: path.join(DOCS, 'security.md') };

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

module.exports = { fencedBlocks, PAGES, readPage };
