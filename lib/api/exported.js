'use strict';
// The object through which users reach the functions: forkless's exports, or
// the built-in's once register has put ours there. Whoever wraps a function
// there (instrumentation does) is heard by those that call it from here.

const { exportsObject, REGISTERED } = require('../builtin.js');

/** @type {any} */
let own;

/** @param {any} object */
function setExported(object) {
  own = object;
}

const exported = () => (exportsObject[REGISTERED] === own ? exportsObject : own);

module.exports = { exported, setExported };
