'use strict';
// What `require('forkless')` is, by a path. scripts/bundle.mjs makes dist/ of lib/, for to find and read some forty files
// takes longer than to run them.

module.exports = require('./dist/load.js');
