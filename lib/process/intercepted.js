'use strict';
// By one function inside Node the built-in's blocking three start a child, and spawn-wrap, and with it nyc, put theirs
// in its place to change what children get. Where somebody did, those calls are the built-in's.

const { processBinding } = require('../process-binding.js');

const place = processBinding('spawn_sync');
/** What Node's own says of itself; one made of it by bind(), or a proxy, has no name. */
const NATIVE = 'function spawn() { [native code] }';

/** @type {unknown} */
let known;
let isForeign = false;

/** Whether something else than Node's own function stands there now. */
function isIntercepted() {
  if (place.spawn !== known) {
    known = place.spawn;
    isForeign = typeof known === 'function' && Function.prototype.toString.call(known) !== NATIVE;
  }
  return isForeign;
}

module.exports = { isIntercepted };
