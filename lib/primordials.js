'use strict';
// What a program may replace, as it was when this was loaded. Tests fake ticks, immediates and timers; the end of a
// child must not wait for those, as it does not with the built-in.

const { clearTimeout, setImmediate, setTimeout } = require('node:timers');

const { nextTick } = process;

/** Node's own, unless the program has replaced it before this was loaded: see options/env.js. */
const savedEnv = process.env;

/** Node's permission model, where it is at work. */
const { permission } = /** @type {any} */ (process);
const isPermitted = /** @type {((scope: string) => boolean) | undefined} */ (permission?.has.bind(permission));

module.exports = { clearTimeout, savedEnv, isPermitted, nextTick, setImmediate, setTimeout };
