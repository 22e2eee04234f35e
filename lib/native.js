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

/**
 * Why it is not, and what can be done.
 * @returns {Error}
 */
function unavailable() {
  const { report } = process;
  const musl = report && !(/** @type {any} */ (report.getReport()).header.glibcVersionRuntime);
  const libc = process.platform === 'linux' ? ` (${musl ? 'musl' : 'glibc'})` : '';
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new Error(
    [
      `forkless: the native addon did not load on ${process.platform} ${process.arch}${libc}, Node ${process.version}.`,
      `Tried: the file beside this package, then the package forkless-${process.platform}-${process.arch}[-gnu|-musl].`,
      `Reason: ${reason}`,
      'What to do: install without --omit=optional; with --permission also pass --allow-addons; do not pass --no-addons;',
      'from a checkout run "npm run build". Without FORKLESS_REQUIRE_NATIVE=1 forkless falls back to node:child_process.',
    ].join('\n'),
    { cause },
  );
}

module.exports = { available, binding: /** @type {typeof import('../binding.js')} */ (binding), unavailable };
