'use strict';
// The functions that take the built-in's place, in the order of its exports. What is behind them is loaded with the
// first call: many a program loads this module and never starts a child.

const { originals } = require('../builtin.js');
const { lazy } = require('../lazy.js');
const { ChildProcess } = require('../process/child.js');
const { addPromiseForm } = require('./promised.js');

/** @returns {typeof import('./exec.js')} */
const execFamily = lazy(() => require('./exec.js'), originals);
/** @returns {typeof import('./fork.js')} */
const forkFamily = lazy(() => require('./fork.js'), originals);
/** @returns {typeof import('./spawn.js')} */
const spawnFamily = lazy(() => require('./spawn.js'), originals);
/** @returns {typeof import('./sync.js')} */
const syncFamily = lazy(() => require('./sync.js'), originals);

/** @type {typeof import('./exec.js').exec} */
function exec(command, options, callback) {
  return execFamily().exec(command, options, callback);
}

/** @type {typeof import('./exec.js').execFile} */
function execFile(file, args, options, callback) {
  return execFamily().execFile(file, args, options, callback);
}

/** @type {typeof import('./sync.js').execFileSync} */
function execFileSync(file, args, options) {
  return syncFamily().execFileSync(file, args, options);
}

/** @type {typeof import('./sync.js').execSync} */
function execSync(command, options) {
  return syncFamily().execSync(command, options);
}

/** @type {typeof import('./fork.js').fork} */
function fork(modulePath, args = undefined, options = undefined) {
  return forkFamily().fork(modulePath, args, options);
}

/** @type {typeof import('./spawn.js').spawn} */
function spawn(file, args, options) {
  return spawnFamily().spawn(file, args, options);
}

/** @type {typeof import('./sync.js').spawnSync} */
function spawnSync(file, args, options) {
  return syncFamily().spawnSync(file, args, options);
}

addPromiseForm(exec, originals.exec);
addPromiseForm(execFile, originals.execFile);

const table = { ...originals, ChildProcess, exec, execFile, execFileSync, execSync, fork, spawn, spawnSync };

module.exports = { table };
