'use strict';
// A start in the form native code takes it.

const { listedEnv } = require('../options/env.js');
const { since } = require('../release.js');

/**
 * A list as one string in which each item is followed by a NUL.
 * @param {string[]} list
 */
function nulEnded(list) {
  return list.length === 0 ? '' : `${list.join('\0')}\0`;
}

/** Since Node 22, what cannot be a string is an empty argument; before, an error. */
const TAKES_ANYTHING = since('22.0');

/**
 * An argument as the program gets it: up to a NUL.
 * @param {unknown} value
 */
function asText(value) {
  if (typeof value === 'string') return value;
  try {
    return `${value}`.split('\0', 1)[0];
  } catch (error) {
    if (TAKES_ANYTHING) return '';
    throw error;
  }
}

/** @param {any[]} args with what is missing in it, too */
function asTexts(args) {
  const texts = [];
  for (let index = 0; index < args.length; index++) texts.push(asText(args[index]));
  return texts;
}

/**
 * @param {import('../options/normalize.js').StartOptions} options
 * @param {any[]} args
 * @param {string | undefined} cwd
 * @param {string[]} [moreEnv] variables the child gets besides
 * @returns {import('../../binding.js').StartRequest}
 */
function startRequest(options, args, cwd, moreEnv = []) {
  const { file, uid, gid, detached } = options;
  const env = listedEnv(options);
  return {
    file,
    args: nulEnded(asTexts(args)),
    env: nulEnded(env ? env.concat(moreEnv) : moreEnv),
    inheritsEnv: env === undefined,
    cwd,
    uid: uid ?? undefined,
    gid: gid ?? undefined,
    detached: !!detached,
  };
}

module.exports = { startRequest };
