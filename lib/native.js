'use strict';
// Loads the addon: the only require() of the generated binding.

/** @type {typeof import('../binding.js') | undefined} */
let binding;
/** @type {unknown} */
let cause;

try {
  binding = require('../binding.js');
} catch (error) {
  cause = error;
}

/** Whether the addon is here and works. */
const available = binding !== undefined;

module.exports = {
  available,
  binding: /** @type {typeof import('../binding.js')} */ (binding),
  cause,
};
