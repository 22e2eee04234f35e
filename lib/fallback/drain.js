'use strict';
// The end of streams that others hold open, where it cannot be had from the kernel: JavaScript waits until nothing comes.

const { setImmediate } = require('../primordials.js');

/** Whole turns of the event loop in which nothing has come. */
const QUIET_TURNS = 2;

/**
 * @param {any} child
 * @returns {boolean} whether any was still open
 */
function endQuietStreams(child) {
  const open = child.stdio.slice(1).filter((/** @type {any} */ stream) => stream?.readable && !stream.destroyed);
  for (const stream of open) endWhenQuiet(stream, stream.bytesRead, 0);
  return open.length > 0;
}

/**
 * @param {any} stream
 * @param {number} seen bytes that had come a turn ago
 * @param {number} turns that were quiet
 */
function endWhenQuiet(stream, seen, turns) {
  setImmediate(() => {
    if (stream.readableEnded || stream.destroyed) return;
    if (stream.isPaused()) stream.once('resume', () => endWhenQuiet(stream, stream.bytesRead, 0));
    else if (stream.bytesRead !== seen || stream.readableLength > 0) endWhenQuiet(stream, stream.bytesRead, 0);
    else if (turns < QUIET_TURNS) endWhenQuiet(stream, seen, turns + 1);
    else {
      stream.once('end', () => stream.destroy());
      stream.push(null);
    }
  });
}

module.exports = { endQuietStreams };
