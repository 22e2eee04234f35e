'use strict';
// What the options that forkless adds do in the life of a child. Loaded for the first child that has one.

const { binding } = require('../native.js');
const { keeperOf } = require('../options/added.js');
const { noPipe } = require('../options/added-errors.js');
const { BarePipe } = require('../stdio/bare-pipe.js');
const { endReading } = require('../stdio/socket.js');
const { drainAfter } = require('./drain.js');
const { dropInput, feedInput } = require('./input.js');
const { lifetimeOf } = require('./lifetime.js');
const { pipesOf } = require('./streams.js');

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
  const lifetime = lifetimeOf(child);
  const input = lifetime.added?.input;
  if (runs && keeperOf(lifetime.added) !== 0) lifetime.kept = child._handle;
  if (input === undefined) return;
  const { pipe } = entries[0];
  entries[0].pipe = undefined;
  if (runs) {
    feedInput(child, pipe instanceof BarePipe ? pipe.toStream() : pipe, input, options);
    return;
  }
  pipe?.destroy();
  dropInput(input);
}

/** The child has exited. @param {any} child */
function exited(child) {
  const drainTimeout = lifetimeOf(child).added?.drainTimeout;
  if (drainTimeout !== undefined) drainAfter(child, drainTimeout, endStreams);
}

/**
 * What was written by now is still read, and then comes the end.
 * @param {any} child
 * @returns {boolean} whether anybody held a stream open
 */
function endStreams(child) {
  let ended = false;
  for (const pipe of pipesOf(child).slice(1)) {
    if (pipe && (pipe instanceof BarePipe ? pipe.endReading() : endReading(pipe))) ended = true;
  }
  const { channel } = child;
  if (channel?.fd >= 0 && binding.endReading(channel.fd)) ended = true;
  return ended;
}

module.exports = { begin, exited, prepare };
