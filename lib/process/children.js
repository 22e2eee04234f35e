'use strict';
// The native processes of this environment: who has not ended, and whom the event loop waits for.

const { binding } = require('../native.js');
const { COUNT } = require('./usage.js');

/** @typedef {InstanceType<typeof import('./handle.js').Process>} Process */

/** Those who have not exited, by number. Being here is what keeps a Process from the collector. @type {Map<number, Process>} */
const alive = new Map();

/** Those whose keeper still has something, by number. @type {Map<number, Process>} */
const kept = new Map();

/** What a child has used whose end is being told. */
const usage = new Float64Array(COUNT);

/** @type {import('../../binding.js').Children | undefined} */
let children;
let referenced = 0;

function theChildren() {
  children ??= new binding.Children(
    (id, exitCode, signal, forced, timedOut) => {
      alive.get(id)?.ended({ exitCode, signal, forced, timedOut, usage: usage.slice() });
    },
    onGone,
    usage,
  );
  return children;
}

/** @param {number} id */
function onGone(id) {
  const process = kept.get(id);
  kept.delete(id);
  process?.gone();
}

/**
 * While one is referenced, the event loop goes on.
 * @param {1 | -1} change
 */
function countReferenced(change) {
  referenced += change;
  if (change === 1 && referenced === 1) theChildren().ref();
  else if (change === -1 && referenced === 0) theChildren().unref();
}

module.exports = { alive, countReferenced, kept, theChildren };
