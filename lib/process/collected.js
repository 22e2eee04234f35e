'use strict';
// Starts of exec() and execFile(), which read all that the child writes, from the start to the end.

/** Marks their options, for those who look at them do not see it. */
const kCollected = Symbol('kCollected');

/**
 * @param {any} options of a start
 * @returns {any} the same
 */
function collect(options) {
  return Object.defineProperty(options, kCollected, { value: true });
}

/** Whether somebody is certain to read the pipes to their end. @param {any} options */
const isCollected = (options) => options[kCollected] === true;

module.exports = { collect, isCollected };
