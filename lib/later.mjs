// What is needed once a program starts a child, and not when it only loads this: calls.js, which scripts/bundle.mjs
// makes of such modules, as a text that V8 has not looked at. To read it through takes a sixth of the time of require().
// As a string, since Node reads those natively, and a Buffer by functions that it would have to compile first.

import { readFileSync } from 'node:fs';

/** @typedef {typeof import('../calls.js')} Calls */
/** @typedef {Record<string, () => any>} Modules by their paths */

/** Not by node:path: its functions would have to be compiled for that. */
const FILE = `${__dirname}/calls.js`;

/** At the first call there may be no fd left to read that by. */
let text = readNow();

/** Those of index.js that calls.js requires, so that there is one of each. @type {Modules} */
let shared;
/** Those of calls.js. @type {Modules | undefined} */
let modules;

/** @param {Modules} some */
export function share(some) {
  shared = some;
}

/**
 * A module of calls.js.
 * @param {string} name its path
 */
export function later(name) {
  modules ??= evaluate();
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

function evaluate() {
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
