'use strict';

const { statSync } = require('node:fs');
const { fileURLToPath } = require('node:url');
const { addCause } = require('../process/cause.js');

/**
 * Gives the error of a start that failed for want of its folder a cause. That is all that can be looked at afterwards.
 * @param {any} error
 * @param {any} options
 */
function blameFolder(error, options) {
  if (!options?.cwd || error?.cause !== undefined || !error?.syscall?.startsWith('spawn')) return;
  let cwd = options.cwd;
  try {
    if (cwd instanceof URL) cwd = fileURLToPath(cwd);
    // As chdir(2) it wants a folder, and the right to look things up in it.
    statSync(`${cwd}/.`);
  } catch (/** @type {any} */ { errno, code }) {
    if (code === error.code) addCause(error, { syscall: 'chdir', errno, path: cwd, isInterpreter: false });
  }
}

module.exports = { blameFolder };
