'use strict';
// What the options that forkless adds do in the life of a child. Loaded for the first child that has one.

const { noPipe } = require('../options/added-errors.js');
const { drainAfter } = require('./drain.js');
const { dropInput, feedInput } = require('./input.js');
const { lifetimeOf } = require('./lifetime.js');
const { after } = require('./timer.js');

/**
 * Before the start.
 * @param {any} child
 * @param {import('../options/added.js').AddedOptions} added
 * @param {import('../stdio/parse.js').StdioEntry[]} entries
 * @param {any} options
 * @throws where an input has no pipe to go into
 */
function prepare(child, added, entries, options) {
  if (added.input !== undefined && entries[0]?.kind !== 'pipe') throw noPipe(options.stdio);
  lifetimeOf(child).added = added;
}

/**
 * After the start: takes our end of stdin out of `entries` where an input goes there.
 * @param {any} child
 * @param {import('../stdio/parse.js').StdioEntry[]} entries
 * @param {any} options
 * @param {boolean} runs
 */
function begin(child, entries, options, runs) {
  const { input } = lifetimeOf(child).added ?? {};
  if (input === undefined) return;
  const { pipe } = entries[0];
  entries[0].pipe = undefined;
  if (runs) {
    feedInput(child, pipe, input, options);
    return;
  }
  pipe?.destroy();
  dropInput(input);
}

/** The child has exited. @param {any} child */
function exited(child) {
  const { drainTimeout } = lifetimeOf(child).added ?? {};
  if (drainTimeout !== undefined) drainAfter(child, drainTimeout);
}

/**
 * SIGKILL after a while, where nothing but a timer can keep the time.
 * @param {any} child
 * @param {number} delay milliseconds
 */
function forceByTimer(child, delay) {
  const lifetime = lifetimeOf(child);
  if (lifetime.isForcing) return;
  lifetime.isForcing = true;
  const forget = after(delay, () => {
    lifetime.isForced = child.kill('SIGKILL');
  });
  const { onExit } = lifetime;
  lifetime.onExit = () => {
    forget();
    onExit?.();
  };
}

module.exports = { begin, exited, forceByTimer, prepare };
