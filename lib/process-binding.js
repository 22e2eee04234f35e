'use strict';
// Node's own native modules, by the deprecated and only way to them.

/**
 * @param {string} name
 * @returns {any} an empty object where the permission model denies it
 */
function processBinding(name) {
  const { noDeprecation } = process;
  // What asks for it here is not the program, which is not to be warned. Under --no-deprecation it is true, and cannot be set.
  Reflect.set(process, 'noDeprecation', true);
  try {
    return /** @type {any} */ (process).binding(name);
  } catch {
    return {};
  } finally {
    Reflect.set(process, 'noDeprecation', noDeprecation);
  }
}

module.exports = { processBinding };
