'use strict';
// node --require forkless/register app.js (or --import): puts forkless in the
// place of node:child_process for the whole program, whoever loads it and
// however, those who already hold the module object included.

const { syncBuiltinESMExports } = require('node:module');
// First, for it keeps what stands there now.
const forkless = /** @type {Record<string, any>} */ (require('./index.js'));
const childProcess = /** @type {Record<string | symbol, any>} */ (require('node:child_process'));

// lib/builtin.js asks for it.
const REGISTERED = Symbol.for('forkless.registered');

if (!childProcess[REGISTERED]) {
  for (const name of Object.keys(forkless)) childProcess[name] = forkless[name];
  Object.defineProperty(childProcess, REGISTERED, { value: forkless, configurable: true });
  syncBuiltinESMExports();
  if (!forkless.native) tell(forkless.reason);
}

/**
 * Says once why this program runs on the built-in, where native code was to be expected.
 * @param {string} reason
 */
function tell(reason) {
  const { arch, env, platform } = process;
  const isExpected = platform === 'linux' && (arch === 'x64' || arch === 'arm64');
  if (!isExpected || env.FORKLESS_QUIET === '1' || !require('node:worker_threads').isMainThread) return;
  process.emitWarning(
    `${reason}. Children are started by node:child_process.`,
    'ForklessWarning',
    'FORKLESS_NOT_NATIVE',
  );
}
