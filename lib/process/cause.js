'use strict';
// Why a start failed, where it was not the program: the `cause` of its error.

const { getSystemErrorMap } = require('node:util');

/**
 * @template {Error} T
 * @param {T} error of a start
 * @param {import('../../binding.js').StartCause | null | undefined} failed
 * @returns {T} the same
 */
function addCause(error, failed) {
  if (failed) Object.defineProperty(error, 'cause', { value: causeOf(failed), writable: true, configurable: true });
  return error;
}

/** In the shape of the errors of `node:fs`. @param {import('../../binding.js').StartCause} failed */
function causeOf({ syscall, errno, path, isInterpreter }) {
  const [code, text] = getSystemErrorMap().get(errno) ?? [`errno ${-errno}`, 'unknown error'];
  const error = new Error(`${code}: ${text}, ${syscall}${path === undefined ? '' : ` '${path}'`}`);
  return Object.assign(error, {
    errno,
    code,
    syscall,
    ...(path !== undefined && { path }),
    ...(isInterpreter && { interpreter: path }),
  });
}

module.exports = { addCause };
