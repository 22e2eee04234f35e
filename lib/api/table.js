'use strict';
// The functions that take the built-in's place, in the order of its exports.

const { originals } = require('../builtin.js');
const { ChildProcess } = require('../process/child.js');
const { spawn } = require('./spawn.js');

module.exports = { ...originals, ChildProcess, spawn };
