'use strict';
// Where the links of the pages lead. Those of other sites are not asked for.

const fs = require('node:fs');
const path = require('node:path');
const { ROOT } = require('../helpers/script.js');
const { OURS, readPage } = require('./page.js');

/** What a link to a part of a page has behind its `#`. @param {string} page */
const partsOf = (page) =>
  (page.match(/^#+ .*/gm) ?? []).map((line) =>
    line
      .replace(/^#+ /, '')
      .toLowerCase()
      .replace(/[^\w -]/g, '')
      .replaceAll(' ', '-'),
  );

/** The links of a page to what is in this repository. @param {string} file */
const linksOf = (file) =>
  [...readPage(file).matchAll(/\]\(([^)]+)\)/g)].map(([, target]) => target).filter((target) => !/^\w+:/.test(target));

const links = OURS.flatMap((file) => linksOf(file).map((target) => [path.relative(ROOT, file), target, file]));

test.each(links)('%s: %s is there', (_page, target, from) => {
  const [name, part] = target.split('#');
  const file = name === '' ? from : path.join(path.dirname(from), name);
  expect(fs.existsSync(file)).toBe(true);
  if (part !== undefined) expect(partsOf(readPage(file))).toContain(part);
});

test('every page of docs/ is reached from the README', () => {
  const reached = linksOf(path.join(ROOT, 'README.md')).map((target) => target.split('#')[0]);
  for (const name of fs.readdirSync(path.join(ROOT, 'docs'))) {
    if (name.endsWith('.md')) expect(reached).toContain(`docs/${name}`);
  }
});
