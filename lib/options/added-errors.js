'use strict';
// The errors of the options that forkless adds, in the running Node's own words where it has any.

const net = require('node:net');
const { codedError, received } = require('../errors.js');

/**
 * For what is no number of milliseconds.
 * @param {string} name
 * @param {unknown} value
 * @returns {Error}
 */
function noTime(name, value) {
  try {
    new net.Socket().setTimeout(/** @type {any} */ (value));
  } catch (error) {
    const { code, message } = /** @type {NodeJS.ErrnoException} */ (error);
    const Base = /** @type {any} */ (error instanceof RangeError ? RangeError : TypeError);
    return codedError(
      Base,
      String(code),
      message.replace(/"\w+"( argument)?/, (_, argument) => called(name, argument)),
    );
  }
  return codedError(RangeError, 'ERR_OUT_OF_RANGE', `The value of "${name}" is out of range. ${received(value)}`);
}

/**
 * @param {string} name
 * @param {string | undefined} argument
 */
function called(name, argument) {
  const kind = name.includes('.') ? 'property' : 'argument';
  return argument ? `"${name}" ${kind}` : `"${name}"`;
}

/** @param {unknown} value */
function noInput(value) {
  const types = 'an instance of Buffer, TypedArray, DataView, Readable, ReadableStream or AsyncIterable';
  const message = `The "options.input" property must be of type string or ${types}. ${received(value)}`;
  return codedError(TypeError, 'ERR_INVALID_ARG_TYPE', message);
}

/**
 * For what is none of the choices that there are.
 * @param {string} name
 * @param {unknown} value
 */
function noChoice(name, value) {
  const types = name === 'killDescendants' ? "boolean or the string 'exit'" : 'boolean';
  const message = `The "options.${name}" property must be of type ${types}. ${received(value)}`;
  return codedError(TypeError, 'ERR_INVALID_ARG_TYPE', message);
}

/** For an input that has no pipe to go into. @param {unknown} stdio */
function noPipe(stdio) {
  const { inspect } = require('node:util');
  const message = `The property 'options.stdio' must have 'pipe' for fd 0, as there is an input. Received ${inspect(stdio)}`;
  return codedError(TypeError, 'ERR_INVALID_ARG_VALUE', message);
}

/**
 * For what cannot be had here. Nothing is started then.
 * @param {string} feature
 * @param {string} reason what is missing
 */
function unavailable(feature, reason) {
  const message = `The feature ${feature} is unavailable: ${reason}`;
  return Object.assign(codedError(TypeError, 'ERR_FEATURE_UNAVAILABLE_ON_PLATFORM', message), { feature, reason });
}

module.exports = { noChoice, noInput, noPipe, noTime, unavailable };
