'use strict';
// Runs that a timeout ends, of children that must have got somewhere before: on a loaded machine that takes its time.

/** Milliseconds. The first is enough for a shell to have said its word on most machines, the last on any. */
const TIMEOUTS = [500, 2000, 8000];

/**
 * Runs it with longer and longer timeouts until its child was ready in time, and gives what came of the last run.
 * @template T
 * @param {(timeout: number) => T | Promise<T>} run
 * @param {(result: T) => boolean} isReady
 */
async function onceReady(run, isReady) {
  let result = await run(TIMEOUTS[0]);
  for (const timeout of TIMEOUTS.slice(1)) {
    if (isReady(result)) break;
    result = await run(timeout);
  }
  return result;
}

module.exports = { onceReady };
