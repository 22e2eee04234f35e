'use strict';
// What is said where the native addon cannot load and must (FORKLESS_REQUIRE_NATIVE=1).

/**
 * Why there is no native addon, and what can be done.
 * @param {unknown} cause what loading it threw
 * @returns {Error}
 */
function unavailable(cause) {
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

module.exports = { unavailable };
