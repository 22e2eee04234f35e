'use strict';
// node --require forkless/register app.js (or --import): puts forkless in the
// place of node:child_process for the whole program, whoever loads it and
// however, those who already hold the module object included.

const { syncBuiltinESMExports } = require('node:module');
// First, for it keeps what stands there now.
const forkless = /** @type {Record<string, any>} */ (require('forkless'));
const childProcess = /** @type {Record<string | symbol, any>} */ (require('node:child_process'));

for (const name of Object.keys(forkless)) childProcess[name] = forkless[name];
// lib/api/exported.mjs asks for it.
Object.defineProperty(childProcess, Symbol.for('forkless.registered'), { value: forkless, configurable: true });
syncBuiltinESMExports();
