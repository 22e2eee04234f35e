'use strict';
// forkless: node:child_process on a native start that does not stop the event
// loop. Falls back to the built-in where the addon cannot load. scripts/bundle.mjs
// makes dist/ of lib/, for to find and read some forty files takes longer than to run them.

const { native, reason, setExported, table } = require('./dist/load.js');

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

// Not enumerable, so that the keys stay the built-in's.
Object.defineProperty(exports, 'native', { value: native });
Object.defineProperty(exports, 'reason', { value: reason });
