'use strict';
// The running Node's own child_process functions, as they were before
// forkless/register put ours in their place. The reference for behaviour, the
// fallback where the addon cannot load, and the author of argument errors.

const childProcess = require('node:child_process');

/** @typedef {typeof childProcess & Record<string | symbol, any>} BuiltIn with what its types leave out, as `_forkChild` */

/** Shared by every copy of forkless in the process: a later one must not take an earlier one's functions for Node's. */
const ORIGINALS = Symbol.for('forkless.builtin');

/** The exports object itself, whose properties `register` replaces. */
const exportsObject = /** @type {BuiltIn} */ (childProcess);

if (!exportsObject[ORIGINALS]) {
  Object.defineProperty(exportsObject, ORIGINALS, { value: Object.freeze({ ...childProcess }) });
}

/** @type {Readonly<BuiltIn>} */
const originals = exportsObject[ORIGINALS];

module.exports = { exportsObject, originals };
