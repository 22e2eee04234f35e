'use strict';
// Node's own native modules. The way to them is deprecated, and there is no other.

/**
 * @param {string} name
 * @returns {any} an empty object where the permission model denies it
 */
function processBinding(name) {
  const { noDeprecation } = process;
  // The program must not be warned of what we do. Under --no-deprecation this is true and cannot be set.
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
