'use strict';
// What must end before a ChildProcess emits 'close': the process itself and
// every stream that can be read from.

const { binding } = require('../native.js');
const { isPassedOn } = require('../stdio/socket.js');

/**
 * Counts one end; the last one emits.
 * @param {any} child
 */
function countClosed(child) {
  child._closesGot++;
  if (child._closesGot === child._closesNeeded) child.emit('close', child.exitCode, child.signalCode);
}

/**
 * One more stream to wait for.
 * @param {any} child
 * @param {import('node:net').Socket} socket
 */
function waitForStream(child, socket) {
  child._closesNeeded++;
  socket.on('close', () => countClosed(child));
}

/**
 * Whether there is something in the pipes that are being read, or in the channel, that has not been read yet;
 * their ends too, for they are told before 'exit'.
 * @param {any} child
 */
function hasUnread(child) {
  const fds = [child.channel?.fd ?? -1];
  for (const stream of child.stdio ?? []) {
    if (stream?._handle?.reading) fds.push(stream._handle.fd);
  }
  return binding.anyReadable(Int32Array.from(fds));
}

/**
 * After the exit: what nobody reads flows away, so that the streams can end.
 * @param {any} child
 */
function drainStreams(child) {
  for (const stream of child.stdio ?? []) {
    if (stream?.readable && !isPassedOn(stream)) stream.resume();
  }
}

module.exports = { countClosed, drainStreams, hasUnread, waitForStream };
