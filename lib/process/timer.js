'use strict';

const { clearTimeout, setTimeout } = require('../primordials.js');

/**
 * Acts after a while. The timer does not keep the event loop alive.
 * @param {number} time milliseconds, no more than a timer takes: `milliseconds()` of options/added.js sees to that
 * @param {() => void} act
 * @returns {() => void} not to act any more
 */
function after(time, act) {
  const timer = setTimeout(act, time);
  timer.unref();
  return () => clearTimeout(timer);
}

module.exports = { after };
