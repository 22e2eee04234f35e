'use strict';

const { pathToFileURL } = require('node:url');
const vm = require('node:vm');

/**
 * A `file:` URL that is no instance of this realm's URL: jsdom, for example, brings its own. Node 18 does not take it.
 * @param {string} file
 */
function foreignUrl(file) {
  const { protocol, href, origin, host, hostname, pathname, search, hash } = pathToFileURL(file);
  const properties = { protocol, href, origin, host, hostname, pathname, search, hash };
  return Object.assign(vm.runInNewContext('new (class URL {})'), properties);
}

module.exports = { foreignUrl };
