'use strict';
// supports(): which of the options that forkless adds can be had, where there is native code.

const { binding } = require('../native.js');
const { isLeftToBuiltin } = require('../options/permission.js');
const { isIntercepted } = require('../process/intercepted.js');

const FEATURES = new Set(['drainTimeout', 'forceKillAfterDelay', 'resourceUsage']);
const KEEPERS = new Set(['dieWithParent', 'killDescendants']);

/**
 * Asked each time: a program can drop a permission as it goes, and load a library that stands in our way.
 * @param {unknown} feature
 */
function isHere(feature) {
  const name = /** @type {string} */ (feature);
  if (isLeftToBuiltin() || isIntercepted() || binding.areStartsRefused()) return false;
  return FEATURES.has(name) || (KEEPERS.has(name) && binding.whyNoKeeper() === null);
}

module.exports = { isHere };
