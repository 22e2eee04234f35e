'use strict';
// After the exit of a child: ends the streams that others hold open.

const { lifetimeOf } = require('./lifetime.js');
const { after } = require('./timer.js');

/**
 * @param {any} child has just exited
 * @param {number} time milliseconds
 * @param {(child: any) => boolean} end gives whether anybody held one open
 */
function drainAfter(child, time, end) {
  if (time === 0) {
    note(child, end);
    return;
  }
  // The streams keep the loop alive as long as they are to.
  lifetimeOf(child).onClose = after(time, () => note(child, end));
}

/**
 * @param {any} child
 * @param {(child: any) => boolean} end
 */
function note(child, end) {
  if (end(child)) lifetimeOf(child).drained = true;
}

module.exports = { drainAfter };
