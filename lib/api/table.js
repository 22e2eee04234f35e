'use strict';
// The functions that take the built-in's place, in the order of its exports.

const { originals } = require('../builtin.js');
const { ChildProcess } = require('../process/child.js');
const { exec, execFile } = require('./exec.js');
const { fork } = require('./fork.js');
const { spawn } = require('./spawn.js');
const { execFileSync, execSync, spawnSync } = require('./sync.js');

module.exports = { ...originals, ChildProcess, exec, execFile, execFileSync, execSync, fork, spawn, spawnSync };
