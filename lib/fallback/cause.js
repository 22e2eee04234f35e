'use strict';

const { statSync } = require('node:fs');
const { causeOf } = require('../process/cause.js');

/**
 * The folder is all that can be looked at afterwards.
 * @param {any} error
 * @param {any} options
 */
function addCause(error, options) {
  const cwd = options?.cwd;
  if (typeof cwd !== 'string' || error?.cause !== undefined || !error?.syscall?.startsWith('spawn')) return;
  try {
    if (statSync(cwd).isDirectory()) return;
  } catch (/** @type {any} */ { errno, code }) {
    if (code !== error.code) return;
    Object.defineProperty(error, 'cause', {
      value: causeOf({ syscall: 'chdir', errno, path: cwd, isInterpreter: false }),
      writable: true,
      configurable: true,
    });
  }
}

module.exports = { addCause };
