// What `require('forkless')` finds under --no-addons, where Node drops the
// "node-addons" condition: the built-in, without a try to load the addon.

import { originals } from './builtin.mjs';

if (process.env.FORKLESS_REQUIRE_NATIVE === '1') {
  const { unavailable } = require('./unavailable.js');
  throw unavailable('native code is off, by --no-addons or by --permission');
}

// As in index.mjs, for Node to find the names.
exports._forkChild = originals._forkChild;
exports.ChildProcess = originals.ChildProcess;
exports.exec = originals.exec;
exports.execFile = originals.execFile;
exports.execFileSync = originals.execFileSync;
exports.execSync = originals.execSync;
exports.fork = originals.fork;
exports.spawn = originals.spawn;
exports.spawnSync = originals.spawnSync;

Object.defineProperty(exports, 'native', { value: false });
