'use strict';
// A start in the form native code takes it.

/**
 * A list as one string in which each item is followed by a NUL.
 * @param {string[]} list
 */
function nulEnded(list) {
  return list.length === 0 ? '' : `${list.join('\0')}\0`;
}

/**
 * @param {import('../options/normalize.js').StartOptions} options
 * @returns {import('../../binding.js').StartRequest}
 */
function startRequest({ file, args, envPairs, cwd, uid, gid, detached }) {
  return {
    file,
    args: nulEnded(args),
    env: nulEnded(envPairs),
    // An empty cwd is no cwd, as with the built-in.
    cwd: cwd || undefined,
    uid: uid ?? undefined,
    gid: gid ?? undefined,
    detached: !!detached,
  };
}

module.exports = { startRequest };
