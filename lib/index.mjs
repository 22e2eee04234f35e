// forkless: node:child_process on a native start that does not stop the event
// loop. Falls back to the built-in where the addon cannot load.
// scripts/bundle.mjs makes of this folder what is loaded: to find and read some forty files takes longer than to run them.
// What require() pays for is written as ES modules: those have one scope there, in place of a function each that V8 would
// have to compile. Their `require`, `exports` and `__dirname` are those of the CommonJS file that is made of them.

import { exported, setExported } from './api/exported.mjs';
import { table as ours } from './api/table.mjs';
import { clearTimeout, environment, isPermitted, nextTick, setImmediate, setTimeout } from './at-load.mjs';
import { originals, registered } from './builtin.mjs';
import { later, share } from './later.mjs';
import { available, binding, search } from './native.mjs';
import { ChildProcess } from './process/child.mjs';

/** @returns {typeof import('./unavailable.js')} */
const unavailable = () => later('lib/unavailable.js');

if (available) {
  share({
    'lib/api/exported.mjs': () => ({ exported }),
    'lib/at-load.mjs': () => ({ clearTimeout, environment, isPermitted, nextTick, setImmediate, setTimeout }),
    'lib/builtin.mjs': () => ({ originals }),
    'lib/native.mjs': () => ({ binding }),
    'lib/process/child.mjs': () => ({ ChildProcess }),
  });
} else if (!registered?.native && process.env.FORKLESS_REQUIRE_NATIVE === '1') {
  throw unavailable().unavailableError(search);
}

/** Of a copy that register has put in the built-in's place there is to be one in a program. @type {Record<string, any>} */
const table = registered ?? (available ? ours : originals);

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
const native = registered ? registered.native : available;
const reason = native ? undefined : (registered?.reason ?? unavailable().reasonOf(search));
Object.defineProperty(exports, 'native', { value: native });
Object.defineProperty(exports, 'reason', { value: reason });
