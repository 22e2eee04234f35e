'use strict';
// Results and errors of the blocking functions as plain data, without what is
// another at each run.

const { describeError } = require('../helpers/errors.js');
const { missingOutput: NO_OUTPUT } = require('../helpers/running-node.js');

/**
 * A result, with its keys in their order, whether there was a process, and the error as describeError() has it.
 * @param {any} result
 */
function plain({ pid, error, ...others }) {
  const described = describeError(error);
  return { ...others, started: pid > 0, ...(error && { error: described, errorKeys: Object.keys(error) }) };
}

/** The keys of a result, in their order. */
const KEYS = ['status', 'signal', 'output', 'pid', 'stdout', 'stderr'];

/**
 * What execSync() or execFileSync() returns or throws.
 * @param {() => any} call
 */
function outcome(call) {
  try {
    return { returned: call() };
  } catch (error) {
    // `error.error` is the error itself.
    const { pid, error: same, ...properties } = error;
    return {
      thrown: { ...describeError(error), properties },
      keys: Object.keys(error),
      started: pid > 0,
      ...(same && { same: same === error }),
    };
  }
}

module.exports = { KEYS, NO_OUTPUT, outcome, plain };
