'use strict';

const { statSync } = require('node:fs');
const { addCause } = require('../process/cause.js');

/**
 * Gives the error of a start that failed for want of its folder a cause. That is all that can be looked at afterwards.
 * @param {any} error
 * @param {any} options
 */
function blameFolder(error, options) {
  const cwd = options?.cwd;
  if (typeof cwd !== 'string' || error?.cause !== undefined || !error?.syscall?.startsWith('spawn')) return;
  try {
    statSync(cwd);
  } catch (/** @type {any} */ { errno, code }) {
    if (code === error.code) addCause(error, { syscall: 'chdir', errno, path: cwd, isInterpreter: false });
  }
}

module.exports = { blameFolder };
