'use strict';
// The child's environment as a list of NAME=value.

/** Node hands this variable on to children whose `env` does not mention it. */
const COVERAGE = 'NODE_V8_COVERAGE';

/** The object that is the environment of this process itself, and has no NUL in it. */
const ours = process.env;

/**
 * @param {NodeJS.ProcessEnv | null | undefined} env `options.env`; inherited properties count, undefined values do not
 * @returns {{ pairs: string[], clean: boolean }} `clean` is false when a NUL is in one
 */
function envPairs(env) {
  const source = env || process.env;
  if (source === ours) return { pairs: pairsOf(source, Object.getOwnPropertyNames(source)), clean: true };
  const names = [];
  for (const name in source) names.push(name);
  const pairs = pairsOf(source, names);
  const coverage = process.env[COVERAGE];
  if (coverage !== undefined && !Object.hasOwn(source, COVERAGE)) pairs.push(`${COVERAGE}=${coverage}`);
  return { pairs, clean: !pairs.some((pair) => pair.includes('\0')) };
}

/**
 * @param {NodeJS.ProcessEnv} source
 * @param {string[]} names
 */
function pairsOf(source, names) {
  const pairs = [];
  for (const name of names) {
    const value = source[name];
    if (value !== undefined) pairs.push(`${name}=${value}`);
  }
  return pairs;
}

module.exports = { envPairs };
