// What is needed once a program starts a child, and not when it only loads this: calls.js, which scripts/bundle.mjs
// makes of such modules, as a text that V8 has not looked at. To read it through takes a sixth of the time of require().
// As a string, since Node reads those natively, and a Buffer by functions that it would have to compile first.

import { readFileSync } from 'node:fs';

/** @typedef {typeof import('../calls.js')} Calls */
/** @typedef {Record<string, () => any>} Modules by their paths */

/** Not by node:path: its functions would have to be compiled for that. */
const FILE = `${__dirname}/calls.js`;

/** What is before each part of it: in the same line are the names of the modules that others get of that part. */
const MARK = '\n//# ';

/** @type {string | undefined} */
let text;
/** @type {string[] | undefined} */
let parts;

/** Those of index.js that calls.js requires, so that there is one of each. @type {Modules} */
let shared = {};
/** Those of calls.js, as far as it was evaluated. @type {Modules} */
const modules = {};

/**
 * Prepares for calls: at the first there may be no fd left to read that file by.
 * @param {Modules} some
 */
export function share(some) {
  shared = some;
  text = readNow();
}

/**
 * A module of calls.js.
 * @param {string} name its path
 */
export function later(name) {
  if (!Object.hasOwn(modules, name)) evaluate(name);
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

/** @param {string} name */
function find(name) {
  if (Object.hasOwn(shared, name)) return shared[name]();
  return name.startsWith('lib/') ? later(name) : require(name);
}

/** @param {string} name of a module of which the part is needed */
function evaluate(name) {
  for (const part of typeof text === 'string' ? compile(text, name) : require('../calls.js')) part(modules, find);
}

/**
 * As the module that it is, but of one part only. In the context of the program itself, whichever loads this: where the built-in is, too.
 * @param {string} text
 * @param {string} name
 * @returns {Calls}
 */
function compile(text, name) {
  parts ??= text.split(MARK);
  const index = parts.findIndex((part) => part.slice(0, part.indexOf('\n')).split(' ').includes(name));
  const lineOffset = parts.slice(0, index).join(MARK).split('\n').length;
  /** @type {{ exports: Calls }} */
  const module = { exports: [] };
  require('node:vm').compileFunction(`//${parts[index]}`, ['module'], { filename: FILE, lineOffset })(module);
  return module.exports;
}
