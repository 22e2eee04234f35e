'use strict';
// The floor of require(): the built-in, which a package like this needs, and an addon that can do nothing (smallest.rs).

const path = require('node:path');

const ADDON = path.join(__dirname, '../../target/release/examples/libsmallest.so');

module.exports = require('node:child_process');
process.dlopen({ exports: {} }, ADDON);
