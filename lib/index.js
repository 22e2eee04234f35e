'use strict';
// forkless: node:child_process on a native start that does not stop the event
// loop. Falls back to the built-in where the addon cannot load.
// scripts/bundle.mjs makes of this folder what is loaded: to find and read some forty files takes longer than to run them.

const { setExported } = require('./api/exported.js');
const { originals } = require('./builtin.js');
const { available, cause } = require('./native.js');

if (!available && process.env.FORKLESS_REQUIRE_NATIVE === '1') {
  const { unavailable } = require('./unavailable.js');
  throw unavailable(cause);
}

/** @type {Record<string, any>} */
const table = available ? require('./api/table.js') : originals;

// Spelled out, so that Node finds the names for `import { spawn } from 'forkless'`.
exports._forkChild = table._forkChild;
exports.ChildProcess = table.ChildProcess;
exports.exec = table.exec;
exports.execFile = table.execFile;
exports.execFileSync = table.execFileSync;
exports.execSync = table.execSync;
exports.fork = table.fork;
exports.spawn = table.spawn;
exports.spawnSync = table.spawnSync;

setExported(exports);

/** Whether the native addon is at work; not enumerable, so that the keys stay the built-in's. */
Object.defineProperty(exports, 'native', { value: available });
