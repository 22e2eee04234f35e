'use strict';
// forkless: node:child_process on a native start that does not stop the event
// loop. Falls back to the built-in where the addon cannot load.

const forkless = require('./bundle.js');

const { available, cause } = forkless.native();
if (!available && process.env.FORKLESS_REQUIRE_NATIVE === '1') throw forkless.unavailable(cause);

/** @type {Record<string, any>} */
const table = available ? forkless.table() : forkless.originals;

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

forkless.setExported(exports);

/** Whether the native addon is at work; not enumerable, so that the keys stay the built-in's. */
Object.defineProperty(exports, 'native', { value: available });
