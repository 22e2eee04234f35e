'use strict';
// The end of streams that others hold open, where it cannot be had from the kernel: JavaScript waits until nothing comes.

const { setImmediate, setTimeout } = require('../primordials.js');
const { lifetimeOf } = require('../process/lifetime.js');

/** Whole turns of the event loop in which nothing has come. */
const QUIET_TURNS = 2;

/** Milliseconds that a reader gets for what it has not taken yet. */
const READER_TIME = 10;

/**
 * @param {any} child
 * @returns {false} whether anybody holds one open is known later
 */
function endQuietStreams(child) {
  for (const stream of child.stdio.slice(1)) if (stream) endWhenQuiet(child, stream, stream.bytesRead, 0);
  const channel = child.connected ? channelOf(child) : undefined;
  if (channel) endChannelWhenQuiet(child, channel, channel.bytesRead, 0);
  return false;
}

/**
 * @param {any} child
 * @param {any} stream
 * @param {number} seen bytes that had come a turn ago
 * @param {number} turns that were quiet
 */
function endWhenQuiet(child, stream, seen, turns) {
  const again = (count = 0) => endWhenQuiet(child, stream, stream.bytesRead, count);
  setImmediate(() => {
    if (stream.destroyed) return;
    if (stream.readableEnded) dropWrites(child, stream);
    else if (isPaused(stream)) stream.once('resume', () => again());
    else if (stream.readableLength > 0) setTimeout(again, READER_TIME).unref();
    else if (stream.bytesRead !== seen) again();
    else if (turns < QUIET_TURNS) again(turns + 1);
    else {
      lifetimeOf(child).drained = true;
      stream.once('end', () => stream.destroy());
      // Who has not been read to the end keeps its handle going, and what came after the end would be an error.
      stream._handle?.readStop?.();
      stream.push(null);
    }
  });
}

/**
 * The same for the handle of a channel.
 * @param {any} child
 * @param {any} channel
 * @param {number} seen
 * @param {number} turns
 */
function endChannelWhenQuiet(child, channel, seen, turns) {
  setImmediate(() => {
    if (!child.connected) return;
    if (channel.bytesRead !== seen) endChannelWhenQuiet(child, channel, channel.bytesRead, 0);
    else if (turns < QUIET_TURNS) endChannelWhenQuiet(child, channel, seen, turns + 1);
    else {
      lifetimeOf(child).drained = true;
      // So a handle tells its end.
      channel.onread();
    }
  });
}

/** @param {any} child */
function channelOf(child) {
  const key = Object.getOwnPropertySymbols(child).find(({ description }) => description === 'kChannelHandle');
  return key && (child[key] ?? undefined);
}

/**
 * Not so one that is read by 'readable', as iterators do, though it says so of itself.
 * @param {any} stream
 */
const isPaused = (stream) => stream.isPaused() && stream.listenerCount('readable') === 0;

/**
 * What is left to be written nobody takes any more: it would keep the stream open.
 * @param {any} child
 * @param {any} stream
 */
function dropWrites(child, stream) {
  if (stream.writableLength === 0) return;
  lifetimeOf(child).drained = true;
  stream.destroy();
}

module.exports = { endQuietStreams };
