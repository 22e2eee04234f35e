'use strict';
// What must end before a ChildProcess emits 'close': the process itself and
// every stream that can be read from.

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
 * After the exit: what nobody reads flows away, so that the streams can end.
 * @param {any} child
 */
function drainStreams(child) {
  for (const stream of child.stdio ?? []) {
    if (stream?.readable && !isPassedOn(stream)) stream.resume();
  }
}

module.exports = { countClosed, drainStreams, waitForStream };
