'use strict';
// Errors as plain data, to the last property.

/**
 * Without the cause that forkless adds to the error of a failed start: see process/cause.test.js.
 * @param {any} error
 */
function describeError(error) {
  if (typeof error?.message !== 'string') return error;
  return {
    class: error.constructor.name,
    name: error.name,
    message: error.message,
    head: String(error.stack).split('\n')[0],
    properties: { ...error },
    ...('cause' in error && !/^spawn(Sync)?\b/.test(error.syscall) && { cause: describeError(error.cause) }),
  };
}

/**
 * The error that a call throws; undefined when it throws none.
 * @param {() => unknown} call
 * @returns {any}
 */
function errorOf(call) {
  try {
    call();
  } catch (error) {
    return error;
  }
  return undefined;
}

/**
 * The same as plain data.
 * @param {() => unknown} call
 */
const thrownBy = (call) => describeError(errorOf(call));

module.exports = { describeError, errorOf, thrownBy };
