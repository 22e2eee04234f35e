'use strict';
// What forkless adds to the built-in is tested on both of its forms: by native code, and emulated where there is none.

const { forkless } = require('./modules.js');

/** Made outside of Jest's sandbox, as the other two modules: see environment.js. */
const { fallback } = globalThis.modulesUnderTest;

const FORMS = /** @type {[string, any][]} */ ([
  ['native', forkless],
  ['without native code', fallback],
]);

/** describe() once for each form: (title, (module, isNative) => tests). */
const describeForms = (title, tests) =>
  describe.each(FORMS)(`${title} (%s)`, (_name, module) => tests(module, module === forkless));

/** The symbol by which `await using` ends a child: a Node without that has another. */
const kAsyncDispose = /** @type {any} */ (Symbol).asyncDispose ?? Symbol.for('nodejs.asyncDispose');

module.exports = { FORMS, describeForms, fallback, kAsyncDispose };
