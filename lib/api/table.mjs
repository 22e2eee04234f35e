// The functions that take the built-in's place, in the order of its exports. What is behind them is compiled with
// the first call: many a program loads this module and never starts a child.

import { originals } from '../builtin.mjs';
import { later } from '../later.mjs';
import { ChildProcess } from '../process/child.mjs';
import { addPromiseForm } from './promised.mjs';

/** @returns {typeof import('./exec.js')} */
const execFamily = () => later('lib/api/exec.js');
/** @returns {typeof import('./fork.js')} */
const forkFamily = () => later('lib/api/fork.js');
/** @returns {typeof import('./spawn.js')} */
const spawnFamily = () => later('lib/api/spawn.js');
/** @returns {typeof import('./sync.js')} */
const syncFamily = () => later('lib/api/sync.js');

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

export const table = { ...originals, ChildProcess, exec, execFile, execFileSync, execSync, fork, spawn, spawnSync };
