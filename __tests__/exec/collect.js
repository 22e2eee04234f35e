'use strict';
// What exec() and execFile() hand to their callback, as a promise.

const { describeError } = require('../helpers/errors.js');

/**
 * @param {(callback: (error: any, stdout: any, stderr: any) => void) => any} start
 * @returns {Promise<{ error: any, stdout: any, stderr: any }>} the error as describeError() has it, null for none
 */
function collect(start) {
  return new Promise((resolve) => {
    start((error, stdout, stderr) => resolve({ error: describeError(error), stdout, stderr }));
  });
}

module.exports = { collect };
