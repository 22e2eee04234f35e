// The object through which users reach the functions: forkless's exports, or
// the built-in's once register has put ours there. Whoever wraps a function
// there (instrumentation does) is heard by those that call it from here.

import { exportsObject, REGISTERED } from '../builtin.mjs';

/** @type {any} */
let own;

/** @param {any} object */
export function setExported(object) {
  own = object;
}

export const exported = () => (exportsObject[REGISTERED] === own ? exportsObject : own);
