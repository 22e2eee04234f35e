'use strict';
// node --require forkless/register app.js (or --import): puts forkless in the
// place of node:child_process for the whole program, whoever loads it and
// however, those who already hold the module object included.

const { syncBuiltinESMExports } = require('node:module');
const { exportsObject, setExported } = require('./bundle.js');
const forkless = /** @type {import('./lib/builtin.js').BuiltIn} */ (require('forkless'));

for (const name of Object.keys(forkless)) exportsObject[name] = forkless[name];
setExported(exportsObject);
syncBuiltinESMExports();
