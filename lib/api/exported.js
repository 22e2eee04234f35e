'use strict';
// The object through which users reach the functions: forkless's exports, or
// the built-in's once register has put ours there. Whoever wraps a function
// there (instrumentation does) is heard by those that call it from here.

const { exportsObject } = require('../builtin.js');

/** Where register.js says which copy of forkless it has put there. */
const REGISTERED = Symbol.for('forkless.registered');

/** @type {any} */
let own;

module.exports = {
  /** @param {any} object */
  setExported(object) {
    own = object;
  },
  exported: () => (exportsObject[REGISTERED] === own ? exportsObject : own),
};
