'use strict';
// What the entries (index.js, fallback.js, register.js) use of this folder. scripts/bundle.mjs makes two files of
// it all, bundle.js and calls.js: to find and read some forty takes longer than to run them. Each is run when it is first required.

const { setExported } = require('./api/exported.js');
const { exportsObject, originals } = require('./builtin.js');

module.exports = {
  exportsObject,
  originals,
  setExported,
  native: () => require('./native.js'),
  table: () => require('./api/table.js'),
  /** @param {unknown} cause @returns {Error} */
  unavailable(cause) {
    const { unavailable } = require('./unavailable.js');
    return unavailable(cause);
  },
};
