'use strict';
// After the exit of a child: ends the streams that others hold open.

const { binding } = require('../native.js');
const { BarePipe } = require('../stdio/bare-pipe.js');
const { endReading } = require('../stdio/socket.js');
const { lifetimeOf } = require('./lifetime.js');
const { pipesOf } = require('./streams.js');
const { after } = require('./timer.js');

/**
 * @param {any} child has just exited
 * @param {number} time milliseconds
 * @param {(child: any) => boolean} [end]
 */
function drainAfter(child, time, end = endStreams) {
  if (time === 0) {
    note(child, end);
    return;
  }
  // The streams keep the loop alive as long as they are to.
  lifetimeOf(child).onClose = after(time, () => note(child, end));
}

/**
 * @param {any} child
 * @param {(child: any) => boolean} end
 */
function note(child, end) {
  if (end(child)) lifetimeOf(child).drained = true;
}

/**
 * What was written by now is still read, and then comes the end.
 * @param {any} child
 * @returns {boolean} whether anybody held one open
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

module.exports = { drainAfter };
