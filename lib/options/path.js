'use strict';
// A path that may be given as a `file:` URL. Node knows a URL by its properties, so one of another realm counts (jsdom
// has its own). What Node does not take was refused before.

const { fileURLToPath } = require('node:url');

/**
 * @param {any} value
 * @returns {any} a string; or bytes or nothing, as they were given
 */
function pathOf(value) {
  const isUrl = typeof value === 'object' && value !== null && !ArrayBuffer.isView(value);
  return isUrl ? fileURLToPath(value) : value;
}

module.exports = { pathOf };
