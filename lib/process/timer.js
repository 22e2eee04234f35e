'use strict';

const { LONGEST } = require('../options/added.js');
const { clearTimeout, setTimeout } = require('../primordials.js');

/**
 * Acts after a while. The timer does not keep the event loop alive.
 * @param {number} time milliseconds
 * @param {() => void} act
 * @returns {() => void} not to act any more
 */
function after(time, act) {
  const timer = setTimeout(act, Math.min(time, LONGEST));
  timer.unref();
  return () => clearTimeout(timer);
}

module.exports = { after };
