'use strict';
// The child's environment as a list of NAME=value.

const { types } = require('node:util');
const { savedEnv, isPermitted } = require('../primordials.js');
const { originals } = require('../builtin.js');
const { binding } = require('../native.js');
const { fixesEnv } = require('../running-node.js');

/** Node hands this variable on to children whose `env` does not mention it. */
const COVERAGE = 'NODE_V8_COVERAGE';

/**
 * The object that is the environment of this process itself. Nothing where a program has replaced it before this was
 * loaded.
 */
const environment = isMadeByNode(savedEnv) ? savedEnv : undefined;

/**
 * Node makes it of a template, which has a constructor without a name; and it is asked for names as the C library is,
 * that is up to a NUL. A worker's is a copy.
 * @param {NodeJS.ProcessEnv} env
 */
function isMadeByNode(env) {
  const maker = Object.getPrototypeOf(env)?.constructor;
  if (typeof maker !== 'function' || `${maker}` !== 'function () { [native code] }' || types.isProxy(env)) return false;
  const [name] = binding.isMainThread() ? Object.getOwnPropertyNames(env) : [];
  return name === undefined || env[`${name}\0`] === env[name];
}

/**
 * Whether this process's environment has no NUL in it and needs no list. A worker's is a copy, which can have anything
 * in it, and the permission model adds to it.
 */
const isOwnClean = isPermitted === undefined && binding.isMainThread();

/**
 * @param {NodeJS.ProcessEnv | null | undefined} env `options.env`; inherited properties count, undefined values do not
 * @returns {{ pairs?: string[], clean: boolean }} no `pairs` for this process's environment as it is at
 *   the start; `clean` is false when a NUL is in one
 */
function envPairs(env) {
  const source = env || process.env;
  if (!env) {
    if (source === environment && hasOwnOnly(source)) return isOwnClean ? { clean: true } : checked(pairsOfOwn(source));
    if (isOdd(source)) return builtinPairs();
  }
  const coverage = Object.hasOwn(source, COVERAGE) ? undefined : process.env[COVERAGE];
  const names = [];
  for (const name in source) {
    if (name !== COVERAGE || coverage === undefined) names.push(name);
  }
  const pairs = pairsOf(source, names);
  if (coverage !== undefined) pairs.push(`${COVERAGE}=${coverage}`);
  return checked(pairs);
}

/** @param {string[]} pairs */
const checked = (pairs) => ({ pairs, clean: !pairs.some((pair) => pair.includes('\0')) });

/** Whether nothing is inherited that the built-in might hand on. @param {NodeJS.ProcessEnv} source */
function hasOwnOnly(source) {
  for (const _name in Object.getPrototypeOf(source)) return false;
  return true;
}

/**
 * Whether releases of Node may differ in what they make of it: it inherits names, or has replaced `process.env`.
 * @param {NodeJS.ProcessEnv} source
 */
const isOdd = (source) => !hasOwnOnly(source) || fixesEnv() || isPermitted !== undefined;

/** @param {NodeJS.ProcessEnv} source */
const pairsOfOwn = (source) => pairsOf(source, Object.getOwnPropertyNames(source));

/** What the built-in gives a child. Its start is intercepted, so none is started. */
function builtinPairs() {
  const { prototype } = /** @type {any} */ (originals.ChildProcess);
  const { spawn } = prototype;
  /** @type {string[]} */
  let pairs = [];
  prototype.spawn = (/** @type {any} */ options) => {
    pairs = options.envPairs;
  };
  try {
    originals.spawn('true');
    return { pairs, clean: true };
  } catch {
    return { clean: false };
  } finally {
    prototype.spawn = spawn;
  }
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

/** `envPairs` of options that mean this process's environment. The list is made when somebody reads it. */
const INHERITED = {
  /** @this {object} */
  get() {
    return defineEnvPairs(this, pairsOfOwn(ownSource()));
  },
  /** @this {object} @param {any} value */
  set(value) {
    defineEnvPairs(this, value);
  },
  enumerable: true,
  configurable: true,
};

/**
 * @param {object} options
 * @param {any} value
 */
function defineEnvPairs(options, value) {
  Object.defineProperty(options, 'envPairs', { value, writable: true, enumerable: true, configurable: true });
  return value;
}

/**
 * Gives start options this process's environment.
 * @param {any} options have an `envPairs`
 */
function inheritEnv(options) {
  Object.defineProperty(options, 'envPairs', INHERITED);
}

/** Whether the list of this process's environment was not made yet. @param {any} options */
function inherits(options) {
  return Object.getOwnPropertyDescriptor(options, 'envPairs')?.get === INHERITED.get;
}

/** Whether there is an environment to start with, without making a list of it. @param {any} options */
function hasEnv(options) {
  return inherits(options) || options.envPairs === undefined || Array.isArray(options.envPairs);
}

/**
 * The list to start with.
 * @param {any} options that have one
 * @returns {string[] | undefined} nothing for this process's environment
 */
function listedEnv(options) {
  if (inherits(options)) return undefined;
  return Array.isArray(options.envPairs) ? options.envPairs : envPairs(undefined).pairs;
}

/** This process's environment, where it is known to be in place. */
const ownSource = () => /** @type {NodeJS.ProcessEnv} */ (environment);

/**
 * This process's environment, each variable followed by a NUL. Read by Node, which has a lock for it: a worker that
 * shares it may be writing.
 */
function ownEnv() {
  let text = '';
  const source = ownSource();
  // As one string: to make a list of it first takes half as long again. And not by Object.keys(), which asks for each
  // name whether it is enumerable.
  for (const name of Object.getOwnPropertyNames(source)) {
    const value = source[name];
    if (value !== undefined) text += `${name}=${value}\0`;
  }
  return text;
}

module.exports = { envPairs, hasEnv, inheritEnv, listedEnv, ownEnv };
