'use strict';
// What is needed once a program starts a child, and not when it only loads this: calls.js, which scripts/bundle.mjs
// makes of such modules, as a text that V8 has not looked at. To read it through takes a sixth of the time of require().
// As a string, since Node reads those natively, and a Buffer by functions that it would have to compile first.

const { readFileSync } = require('node:fs');
const { join } = require('node:path');

/** @typedef {typeof import('../calls.js')} Calls */

const FILE = join(__dirname, 'calls.js');

let text = readNow();

/** @type {Record<string, () => any> | undefined} */
let modules;

/**
 * A module of calls.js.
 * @param {string} name its path
 * @param {Record<string, () => any>} shared modules that it finds here, so that there is one of each
 */
function later(name, shared) {
  modules ??= evaluate(shared);
  return modules[name]();
}

/** Nothing where the file is not there, as in a bundle of somebody else's, or somebody plays the file system to a test. */
function readNow() {
  try {
    return readFileSync(FILE, 'utf8');
  } catch {
    return undefined;
  }
}

/** @param {Record<string, () => any>} shared */
function evaluate(shared) {
  const exports = {};
  const find = (/** @type {string} */ name) => (Object.hasOwn(shared, name) ? shared[name]() : require(name));
  const calls = typeof text === 'string' ? compile(text) : require('../calls.js');
  calls(exports, find);
  text = undefined;
  return exports;
}

/**
 * As the module that it is. In the context of the program itself, whichever loads this: where the built-in is, too.
 * @param {string} text
 * @returns {Calls}
 */
function compile(text) {
  const module = { exports: {} };
  require('node:vm').compileFunction(text, ['module'], { filename: FILE })(module);
  return /** @type {Calls} */ (module.exports);
}

module.exports = later;
