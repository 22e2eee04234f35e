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
 * What a call throws; undefined when it does not.
 * @param {() => unknown} call
 */
function thrownBy(call) {
  try {
    call();
  } catch (error) {
    return describeError(error);
  }
  return undefined;
}

module.exports = { describeError, thrownBy };
