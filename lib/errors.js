'use strict';
// The errors we make ourselves, in the shape of Node's. Errors about wrong
// arguments are made by the running Node: see options/reject.js.

const path = require('node:path');
const { getSystemErrorName, inspect } = require('node:util');
const { abortHasCause, errorsHaveClasses } = require('./running-node.js');

/**
 * An error of a failed system call.
 * Source: https://nodejs.org/api/errors.html#class-systemerror
 * @param {number} errno negated error number, as native code reports it
 * @param {string} syscall what was tried, e.g. `spawn ls`
 * @returns {NodeJS.ErrnoException}
 */
function systemError(errno, syscall) {
  const code = getSystemErrorName(errno);
  const error = new Error(`${syscall} ${code}`);
  return Object.assign(error, { errno, code, syscall });
}

/**
 * The error of a process that could not be started.
 * @param {number} errno negated error number
 * @param {string} syscall `spawn` or `spawnSync`
 * @param {string} [file] the command, when it is known
 * @param {string[]} [args] the arguments after the command
 */
function startError(errno, syscall, file, args) {
  const error = systemError(errno, file ? `${syscall} ${file}` : syscall);
  if (file) error.path = file;
  return Object.assign(error, { spawnargs: args });
}

/**
 * @template {ErrorConstructor} T
 * @param {T} Base the class to extend
 * @param {string} code
 * @param {string} message
 */
function codedError(Base, code, message) {
  const error = new Base(message);
  // Node's own put the code into the first line of the stack, not into `name`.
  Object.defineProperty(error, 'name', {
    value: `${error.name} [${code}]`,
    configurable: true,
    writable: true,
    enumerable: false,
  });
  // V8 composes the stack now, with that name.
  error.stack;
  delete (/** @type {any} */ (error).name);
  const hasClass = errorsHaveClasses();
  const prototype = hasClass ? Object.create(Base.prototype) : error;
  Object.defineProperty(prototype, 'toString', {
    /** @this {Error} */
    value() {
      return `${this.name} [${code}]: ${this.message}`;
    },
    configurable: true,
    writable: true,
    enumerable: false,
  });
  if (hasClass) Object.setPrototypeOf(error, prototype);
  return Object.assign(error, { code });
}

/**
 * How the running Node describes a value of a wrong type: the `Received ...` of its errors.
 * @param {any} value
 */
function received(value) {
  try {
    path.basename(value);
  } catch (error) {
    const { message } = /** @type {Error} */ (error);
    return message.slice(message.indexOf('Received '));
  }
  // path.basename() takes strings.
  return `Received type string (${inspect(value)})`;
}

/** What an aborted operation reports: https://nodejs.org/api/globals.html#class-abortcontroller */
class AbortError extends Error {
  /** @param {unknown} cause the signal's reason */
  constructor(cause) {
    super('The operation was aborted', abortHasCause() ? { cause } : undefined);
    this.code = 'ABORT_ERR';
    this.name = 'AbortError';
  }
}

module.exports = { AbortError, codedError, received, startError, systemError };
