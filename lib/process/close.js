'use strict';
// What must end before a ChildProcess emits 'close': the process itself and
// every stream that can be read from.

const { binding } = require('../native.js');
const { BarePipe } = require('../stdio/bare-pipe.js');
const { isPassedOn, readingFd } = require('../stdio/socket.js');
const { endsComeFirst } = require('../release.js');
const { knownLifetime } = require('./lifetime.js');
const { pipesOf } = require('./streams.js');

/**
 * Counts one end; the last one emits.
 * @param {any} child
 */
function countClosed(child) {
  child._closesGot++;
  if (child._closesGot !== child._closesNeeded) return;
  knownLifetime(child)?.close();
  child.emit('close', child.exitCode, child.signalCode);
}

/**
 * One more pipe to wait for.
 * @param {any} child
 * @param {import('node:net').Socket | InstanceType<typeof BarePipe>} pipe
 */
function waitForPipe(child, pipe) {
  child._closesNeeded++;
  const onClosed = () => countClosed(child);
  if (pipe instanceof BarePipe) pipe.onClosed = onClosed;
  else pipe.on('close', onClosed);
}

/**
 * Whether there is something in the pipes that are being read, or in the channel, that has not been read yet and is
 * told before 'exit'.
 * @param {any} child
 */
function hasUnread(child) {
  const fds = [];
  for (const pipe of pipesOf(child)) {
    const fd = pipe instanceof BarePipe ? pipe.readingFd : readingFd(pipe);
    if (fd >= 0) fds.push(fd);
  }
  if (child.channel) fds.push(child.channel.fd);
  return fds.length > 0 && binding.anyReadable(Int32Array.from(fds), endsComeFirst);
}

/**
 * Before the exit is told: pipes of which nothing came but the end are closed by then.
 * @param {any} child
 */
function closeEnded(child) {
  for (const pipe of pipesOf(child)) {
    if (pipe instanceof BarePipe) pipe.closeAtEnd();
  }
}

/**
 * After the exit: what nobody reads flows away, so that the streams can end.
 * @param {any} child
 */
function drainStreams(child) {
  for (const pipe of pipesOf(child)) {
    if (pipe instanceof BarePipe) pipe.drain();
    else if (pipe?.readable && !isPassedOn(pipe)) pipe.resume();
  }
}

module.exports = { closeEnded, countClosed, drainStreams, hasUnread, waitForPipe };
