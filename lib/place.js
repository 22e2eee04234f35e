'use strict';
// Where this package is.

/**
 * This file is in lib/ or, bundled, in dist/. Undefined in a bundle that is an ES module. node:path would do the same,
 * but loading it has V8 compile functions of it.
 */
const root = typeof __dirname === 'string' ? `${__dirname}/..` : undefined;

module.exports = { root };
