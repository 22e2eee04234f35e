'use strict';
// What a program may put something else in the place of, as it was when this loaded. Tests fake ticks, immediates and
// timers, and a child's end does not wait for those with the built-in either.

const { clearTimeout, setImmediate, setTimeout } = require('node:timers');

const { nextTick } = process;

/** Of a program that has put another in its place before this loads it is none of Node's: see options/env.js. */
const envAtLoad = process.env;

/** Node's permission model, where it is at work. */
const { permission } = /** @type {any} */ (process);
const isPermitted = /** @type {((scope: string) => boolean) | undefined} */ (permission?.has.bind(permission));

module.exports = { clearTimeout, envAtLoad, isPermitted, nextTick, setImmediate, setTimeout };
