'use strict';
// NODE_OPTIONS with forkless/register in it.

const path = require('node:path');

/** By its path: by its name it would end every Node that is started where forkless does not resolve. */
const REGISTER = path.join(__dirname, '..', 'register.js');

/**
 * In double quotes, in which a backslash stands before a quote and before a backslash: nothing else is special there.
 * @param {string} value
 */
const quote = (value) => `"${value.replace(/["\\]/g, '\\$&')}"`;

/**
 * Before what is there: what others preload then finds forkless in its place.
 * @param {string | undefined} options NODE_OPTIONS as it is
 * @param {string} [file]
 */
function withRegister(options, file = REGISTER) {
  const ours = `--require ${quote(file)}`;
  if (!options) return ours;
  return options.includes(ours) ? options : `${ours} ${options}`;
}

module.exports = { withRegister };
