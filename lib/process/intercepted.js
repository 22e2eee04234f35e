'use strict';
// By one function inside Node the built-in's blocking three start a child, and spawn-wrap, and with it nyc, put theirs
// in its place to change what children get. Where somebody did, those calls are the built-in's.

/** Deprecated, and the only way to where they do: what asks for it here is not the program, which is not to be warned. */
function spawnSyncBinding() {
  const { noDeprecation } = process;
  // Under --no-deprecation it is true, and cannot be set.
  Reflect.set(process, 'noDeprecation', true);
  try {
    return /** @type {any} */ (process).binding('spawn_sync');
  } catch {
    // The permission model denies it, to them too.
    return {};
  } finally {
    Reflect.set(process, 'noDeprecation', noDeprecation);
  }
}

const place = spawnSyncBinding();
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
