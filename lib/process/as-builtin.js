'use strict';
// A child of ours that the built-in starts.

const { originals } = require('../builtin.js');
const { lazy } = require('../lazy.js');
const { addedOptions } = require('../options/added.js');
const { Process } = require('./handle.js');

/** Nothing where it cannot be loaded. */
const followLazily = lazy(() => {
  const { follow } = require('../fallback/child.js');
  return follow;
}, undefined);

/**
 * Has the built-in start a child: where the system refuses what we do, and fork(2) can make one all the same, and where
 * the permission model is not for us to enforce. The object becomes one of its, but for its prototype.
 * @param {any} child
 * @param {any} options
 * @returns {number} as `start`
 */
function startAsBuiltin(child, options) {
  const ChildProcess = /** @type {any} */ (originals.ChildProcess);
  const added = addedOptions(options);
  // One that was made before that was known.
  if (child._handle instanceof Process) ChildProcess.call(child);
  const follower = followLazily()?.(child, added, options);
  let error;
  try {
    error = ChildProcess.prototype.spawn.call(child, options);
  } catch (thrown) {
    follower?.blame(thrown);
    throw thrown;
  }
  if (error === 0) follower?.feed();
  return error;
}

module.exports = { startAsBuiltin };
