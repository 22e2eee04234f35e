'use strict';
// The real input of several steps: this package's own sources.

const fs = require('node:fs');
const path = require('node:path');

const root = path.join(__dirname, '..', '..');

/** The sources, as paths from `root`, in a fixed order. An installed package has no src/. */
const sources = ['lib', 'src']
  .filter((folder) => fs.existsSync(path.join(root, folder)))
  .flatMap((folder) =>
    fs.readdirSync(path.join(root, folder), { recursive: true }).map((name) => path.join(folder, String(name))),
  )
  .filter((file) => /\.(js|rs)$/.test(file))
  .sort();

/** @param {number} number */
const count = (number) => number.toLocaleString('en-US');

module.exports = { count, root, sources };
