'use strict';
// The functions that take the built-in's place, in the order of its exports. What is behind them is compiled with
// the first call: many a program loads this module and never starts a child.

const { originals } = require('../builtin.js');
// At the first call there may be no fd left to read that by.
require('../later.js');
// What that keeps is to be Node's own.
require('../at-load.js');
const { ChildProcess } = require('../process/child.js');
const { addPromiseForm } = require('./promised.js');

/** @type {typeof import('./exec.js').exec} */
function exec(command, options, callback) {
  return require('./exec.js').exec(command, options, callback);
}

/** @type {typeof import('./exec.js').execFile} */
function execFile(file, args, options, callback) {
  return require('./exec.js').execFile(file, args, options, callback);
}

/** @type {typeof import('./sync.js').execFileSync} */
function execFileSync(file, args, options) {
  return require('./sync.js').execFileSync(file, args, options);
}

/** @type {typeof import('./sync.js').execSync} */
function execSync(command, options) {
  return require('./sync.js').execSync(command, options);
}

/** @type {typeof import('./fork.js').fork} */
function fork(modulePath, args = undefined, options = undefined) {
  return require('./fork.js').fork(modulePath, args, options);
}

/** @type {typeof import('./spawn.js').spawn} */
function spawn(file, args, options) {
  return require('./spawn.js').spawn(file, args, options);
}

/** @type {typeof import('./sync.js').spawnSync} */
function spawnSync(file, args, options) {
  return require('./sync.js').spawnSync(file, args, options);
}

addPromiseForm(exec, originals.exec);
addPromiseForm(execFile, originals.execFile);

module.exports = { ...originals, ChildProcess, exec, execFile, execFileSync, execSync, fork, spawn, spawnSync };
