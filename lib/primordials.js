'use strict';
// What a program may put something else in the place of, as it was when this loaded. Tests fake ticks, immediates and
// timers, and a child's end does not wait for those with the built-in either.

const { clearTimeout, setImmediate, setTimeout } = require('node:timers');

const { nextTick } = process;

/**
 * The object that is the environment of this process itself, and has no NUL in it; nothing where a program has put another
 * in its place before this loads.
 */
const environment = isMadeByNode(process.env) ? process.env : undefined;

/** Node makes it of a template, which has a constructor without a name. @param {NodeJS.ProcessEnv} env */
function isMadeByNode(env) {
  const maker = Object.getPrototypeOf(env)?.constructor;
  return typeof maker === 'function' && `${maker}` === 'function () { [native code] }';
}

/** Node's permission model, where it is at work. */
const { permission } = /** @type {any} */ (process);
const isPermitted = /** @type {((scope: string) => boolean) | undefined} */ (permission?.has.bind(permission));

module.exports = { clearTimeout, environment, isPermitted, nextTick, setImmediate, setTimeout };
