'use strict';
// What is needed once a program starts a child, and not when it only loads this: calls.js, which scripts/bundle.mjs
// makes of such modules, as a text that V8 has not looked at. To read it through takes a sixth of the time of require().

const { readFileSync } = require('node:fs');
const { join } = require('node:path');
const { compileFunction } = require('node:vm');

const FILE = join(__dirname, 'calls.js');
/** Bytes: to make a string of them is the first call's, too. */
const text = readFileSync(FILE);

/** @type {Record<string, () => any> | undefined} */
let calls;

/**
 * A module of calls.js.
 * @param {string} name its path
 * @param {Record<string, () => any>} shared modules that it finds here, so that there is one of each
 */
function later(name, shared) {
  calls ??= compile(shared);
  return calls[name]();
}

/** @param {Record<string, () => any>} shared */
function compile(shared) {
  const exports = {};
  const find = (/** @type {string} */ name) => (Object.hasOwn(shared, name) ? shared[name]() : require(name));
  compileFunction(text.toString(), ['exports', 'require'], { filename: FILE })(exports, find);
  return exports;
}

module.exports = later;
