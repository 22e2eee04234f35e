'use strict';
// A start in the form native code takes it.

const { keeperOf } = require('../options/added.js');
const { listedEnv, ownEnv } = require('../options/env.js');
const { pipeBuffers } = require('../release.js');
const { takesAnyArgument } = require('../running-node.js');

/** Marks the options of exec() and execFile(). Who looks at them does not see it. */
const kCollected = Symbol('kCollected');

/**
 * For a start of which somebody is certain to read all that the child writes, from the start to the end.
 * @param {any} options of it
 * @returns {any} the same
 */
const collect = (options) => Object.defineProperty(options, kCollected, { value: true });

/**
 * A list as one string in which each item is followed by a NUL.
 * @param {string[]} list
 */
function nulEnded(list) {
  return list.length === 0 ? '' : `${list.join('\0')}\0`;
}

const LARGE = -1;

/**
 * An argument or a variable as the program gets it: up to a NUL, behind which it would be another one.
 * @param {unknown} value
 */
function asText(value) {
  const text = typeof value === 'string' ? value : converted(value);
  const end = text.indexOf('\0');
  return end < 0 ? text : text.slice(0, end);
}

/** @param {unknown} value */
function converted(value) {
  try {
    return `${value}`;
  } catch (error) {
    if (takesAnyArgument()) return '';
    throw error;
  }
}

/** @param {any[]} list with what is missing in it, too */
function asTexts(list) {
  const texts = [];
  for (let index = 0; index < list.length; index++) texts.push(asText(list[index]));
  return texts;
}

/**
 * @param {import('../options/normalize.js').StartOptions} options
 * @param {any[]} args
 * @param {string | undefined} cwd
 * @param {import('../options/added.js').AddedOptions | undefined} added
 * @param {string[]} [moreEnv] variables the child gets besides
 * @returns {Whole<import('../../binding.js').StartRequest>}
 */
function startRequest(options, args, cwd, added, moreEnv = []) {
  const { file, uid, gid, detached } = options;
  const env = listedEnv(options);
  return {
    file,
    args: nulEnded(asTexts(args)),
    env: env ? nulEnded(asTexts(env.concat(moreEnv))) : ownEnv() + nulEnded(moreEnv),
    cwd,
    uid: uid ?? undefined,
    gid: gid ?? undefined,
    detached: !!detached,
    keeper: keeperOf(added),
    buffers: /** @type {any} */ (options)[kCollected] ? LARGE : pipeBuffers,
  };
}

module.exports = { collect, startRequest };
