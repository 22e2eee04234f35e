'use strict';
// The running Node's own child_process functions, as they were before
// forkless/register put ours in their place. The reference for behaviour, the
// fallback where the addon cannot load, and the author of argument errors.

/**
 * @typedef {typeof import('node:child_process') & Record<string | symbol, any>} BuiltIn with what its types leave out,
 * as `_forkChild`
 */

/** Every copy of forkless in the process uses it: a later one must not take an earlier one's functions for Node's. */
const ORIGINALS = Symbol.for('forkless.builtin');

/** The exports object itself, whose properties `register` replaces: not what `import` gives. */
const exportsObject = /** @type {BuiltIn} */ (require('node:child_process'));

/** Where register.js says which copy of forkless it has put there. */
const REGISTERED = Symbol.for('forkless.registered');

/** The exports of a copy of forkless that register has put there before this one was loaded. @type {any} */
const registered = exportsObject[REGISTERED];

if (!exportsObject[ORIGINALS]) {
  // This may fail: somebody may have frozen it.
  Reflect.defineProperty(exportsObject, ORIGINALS, { value: Object.freeze({ ...exportsObject }) });
}

/** @type {Readonly<BuiltIn>} */
const originals = exportsObject[ORIGINALS] ?? Object.freeze({ ...exportsObject });

module.exports = { REGISTERED, exportsObject, originals, registered };
