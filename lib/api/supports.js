'use strict';
// supports(): which of the options that forkless adds can be had, where there is native code.

const { isLeftToBuiltin } = require('../options/permission.js');
const { isIntercepted } = require('../process/intercepted.js');

const FEATURES = new Set(['drainTimeout', 'forceKillAfterDelay', 'resourceUsage']);

/**
 * Asked each time: a program can drop a permission as it goes, and load a library that stands in our way.
 * @param {unknown} feature
 */
const isHere = (feature) => FEATURES.has(/** @type {string} */ (feature)) && !isLeftToBuiltin() && !isIntercepted();

module.exports = { isHere };
