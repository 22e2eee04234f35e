'use strict';
// The child's environment as a list of NAME=value.

const { isCleanString } = require('./validate.js');

/** Node hands this variable on to children whose `env` does not mention it. */
const COVERAGE = 'NODE_V8_COVERAGE';

/**
 * @param {NodeJS.ProcessEnv | null | undefined} env `options.env`; inherited properties count, undefined values do not
 * @returns {{ pairs: string[], clean: boolean }} `clean` is false when a NUL is in one
 */
function envPairs(env) {
  const source = env || process.env;
  /** @type {string[]} */
  const pairs = [];
  let clean = true;
  /** @param {string} name @param {unknown} value */
  const add = (name, value) => {
    const pair = `${name}=${value}`;
    clean &&= isCleanString(pair);
    pairs.push(pair);
  };
  for (const name in source) {
    const value = source[name];
    if (value !== undefined) add(name, value);
  }
  if (env) {
    if (process.env[COVERAGE] !== undefined && !Object.hasOwn(env, COVERAGE)) add(COVERAGE, process.env[COVERAGE]);
  }
  return { pairs, clean };
}

module.exports = { envPairs };
