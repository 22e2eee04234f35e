'use strict';
// Where releases of Node differ, and their child_process cannot be asked for it (see running-node.js).

const [MAJOR, MINOR, PATCH] = process.versions.node.split('.').map(Number);

/**
 * Whether the running Node has what came with the release `first`, and with `backports` to older lines:
 * `since('26.10', '24.22')`. Lines in between do not have it.
 * @param {string} first major, minor and, if it is not the first of them, patch
 * @param {string[]} backports the same
 */
function since(first, ...backports) {
  const [ownLine] = [first, ...backports]
    .map((release) => release.split('.').map(Number))
    .filter(([major]) => major === MAJOR);
  if (!ownLine) return MAJOR > Number.parseInt(first, 10);
  const [, minor, patch = 0] = ownLine;
  return MINOR > minor || (MINOR === minor && PATCH >= patch);
}

/** Whether this Node's libuv is 1.`minor` or later. It can change within a line of Node. @param {number} minor */
function hasLibuv(minor) {
  return Number(process.versions.uv.split('.')[1]) >= minor;
}

/** Whether `child.channel` emits 'unref' when its last count is gone. */
const channelTellsUnref = !since('23.0');

/** Whether a child has `_channel`, deprecated long ago. */
const hasOldChannelName = !since('25.0');

/** Whether a `net.BoundSocket` can be sent. Earlier releases have the class and cannot send it. */
const sendsBoundSockets = since('26.10', '24.22');

/** Whether Node refuses to open a pipe that it has not made itself, where the network is denied. */
const guardsPipes = since('26.12');

/** Bytes of the buffers that libuv gives a pipe. 0 where it leaves them to the kernel. */
const pipeBuffers = hasLibuv(51) ? 64 * 1024 : 0;

/** Whether streams emit their end before an 'exit' of the same poll. Newer libuv reads an end in a turn of its own. */
const endsComeFirst = !hasLibuv(52);

module.exports = {
  channelTellsUnref,
  endsComeFirst,
  guardsPipes,
  hasLibuv,
  hasOldChannelName,
  pipeBuffers,
  sendsBoundSockets,
  since,
};
