'use strict';
// Where this package is.

/**
 * This file is in lib/ or, bundled, in dist/. Nothing in a bundle that is an ES module. Not by node:path: its functions
 * would have to be compiled for that.
 */
const root = typeof __dirname === 'string' ? `${__dirname}/..` : undefined;

module.exports = { root };
