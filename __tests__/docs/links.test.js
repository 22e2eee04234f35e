'use strict';
// Where the links of the pages lead.

const fs = require('node:fs');
const path = require('node:path');
const { PAGES, readPage } = require('./page.js');

/** What a link to a part of a page has behind its `#`. @param {string} page */
const partsOf = (page) =>
  (page.match(/^#+ .*/gm) ?? []).map((line) =>
    line
      .replace(/^#+ /, '')
      .toLowerCase()
      .replace(/[^\w -]/g, '')
      .replaceAll(' ', '-'),
  );

const links = Object.values(PAGES).flatMap((file) =>
  [...readPage(file).matchAll(/\]\(([^)]+)\)/g)].map(([, target]) => [path.basename(file), target, file]),
);

test.each(links)('%s: %s is there', (_page, target, from) => {
  const [name, part] = target.split('#');
  const file = name === '' ? from : path.join(path.dirname(from), name);
  expect(fs.existsSync(file)).toBe(true);
  if (part !== undefined) expect(partsOf(readPage(file))).toContain(part);
});
