'use strict';
// Runs that a timeout ends, of children that must have got somewhere before: on a loaded machine that takes its time.

/** Milliseconds. The first is enough for a shell to have said its word on most machines, the last on any. */
const TIMEOUTS = [500, 2000, 8000];

/**
 * Runs it with longer and longer timeouts until its child was ready in time, and gives what came of the last run.
 * @template T
 * @param {(timeout: number) => T} run
 * @param {(result: T) => boolean} isReady
 */
function onceReady(run, isReady) {
  let result = run(TIMEOUTS[0]);
  for (const timeout of TIMEOUTS.slice(1)) {
    if (isReady(result)) break;
    result = run(timeout);
  }
  return result;
}

/**
 * The same, of a run that is waited for.
 * @template T
 * @param {(timeout: number) => Promise<T>} run
 * @param {(result: T) => boolean} isReady
 */
async function onceReadyAsync(run, isReady) {
  let result = await run(TIMEOUTS[0]);
  for (const timeout of TIMEOUTS.slice(1)) {
    if (isReady(result)) break;
    result = await run(timeout);
  }
  return result;
}

module.exports = { onceReady, onceReadyAsync };
