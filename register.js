'use strict';
// node --require forkless/register app.js (or --import): puts forkless in the
// place of node:child_process for the whole program, whoever loads it and
// however, those who already hold the module object included.

// First, for it keeps what stands there now.
const forkless = /** @type {Record<string, any>} */ (require('./index.js'));
// In somebody's bundle that is an ES module there may be no require().
const childProcess = /** @type {Record<string | symbol, any>} */ (
  process.getBuiltinModule?.('node:child_process') ?? require('node:child_process')
);

// lib/builtin.js asks for it.
const REGISTERED = Symbol.for('forkless.registered');

const before = childProcess[REGISTERED];
// One that is no more than the built-in gives way to one that is.
if (!before || (forkless.native && !before.native)) {
  for (const name of Object.keys(forkless)) childProcess[name] = forkless[name];
  Object.defineProperty(childProcess, REGISTERED, { value: forkless, configurable: true });
  // Those of node:module, which Node would first have to make ready for programs. In a bundle `module` is something else.
  const { syncBuiltinESMExports } = /** @type {any} */ (module.constructor);
  if (syncBuiltinESMExports) syncBuiltinESMExports();
  else (process.getBuiltinModule?.('node:module') ?? require('node:module')).syncBuiltinESMExports();
  if (!forkless.native) tell(forkless.reason);
}

/**
 * Says once why this program runs on the built-in, where native code was to be expected.
 * @param {string} reason
 */
function tell(reason) {
  const { arch, env, platform } = process;
  const isExpected = platform === 'linux' && (arch === 'x64' || arch === 'arm64');
  if (!isExpected || env.FORKLESS_QUIET === '1' || !isMainThread()) return;
  process.emitWarning(
    `${reason}. Children are started by node:child_process.`,
    'ForklessWarning',
    'FORKLESS_NOT_NATIVE',
  );
}

function isMainThread() {
  const name = 'node:worker_threads';
  return (process.getBuiltinModule?.(name) ?? require('node:worker_threads')).isMainThread;
}
