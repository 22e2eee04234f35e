// The object through which users reach the functions: forkless's exports, or
// the built-in's once register has put ours there. Whoever wraps a function
// there (instrumentation does) is heard by those that call it from here.

import { exportsObject } from '../builtin.mjs';

/** Where register.js says which copy of forkless it has put there. */
const REGISTERED = Symbol.for('forkless.registered');

/** @type {any} */
let own;

/** @param {any} object */
export function setExported(object) {
  own = object;
}

export const exported = () => (exportsObject[REGISTERED] === own ? exportsObject : own);
