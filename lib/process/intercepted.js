'use strict';
// The built-in's spawnSync, execSync and execFileSync start a child by one function inside Node. spawn-wrap, and nyc
// with it, replace that function to change what children get. Where somebody did, those calls go to the built-in.

const { processBinding } = require('../process-binding.js');

const place = processBinding('spawn_sync');
/** The text of Node's own function. One made of it by bind(), or a proxy, has no name in its text. */
const NATIVE = 'function spawn() { [native code] }';

/** @type {unknown} */
let known;
let isForeign = false;

/** Whether Node's own function has been replaced. */
function isIntercepted() {
  if (place.spawn !== known) {
    known = place.spawn;
    isForeign = typeof known === 'function' && Function.prototype.toString.call(known) !== NATIVE;
  }
  return isForeign;
}

module.exports = { isIntercepted };
