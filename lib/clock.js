'use strict';
// Ticks, immediates and timers as they were when this loaded: tests put fakes in their place, and a child's end
// does not wait for those with the built-in either.

const { clearTimeout, setImmediate, setTimeout } = require('node:timers');

const { nextTick } = process;

module.exports = { clearTimeout, nextTick, setImmediate, setTimeout };
