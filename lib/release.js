'use strict';
// Where Nodes differ in what their child_process cannot be asked (see running-node.js): by release.

const [MAJOR, MINOR, PATCH] = process.versions.node.split('.').map(Number);

/**
 * Whether the running Node has what came in the first of `releases`, and in the
 * others to older lines: `since('26.10', '24.22')`. Lines in between have it not.
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

/** Whether this Node's libuv is 1.`minor` or later: within a line of Nodes it changes. @param {number} minor */
function hasLibuv(minor) {
  return Number(process.versions.uv.split('.')[1]) >= minor;
}

/** Whether `child.channel` tells by 'unref' that its last count has gone. */
const channelTellsUnref = !since('23.0');

/** Whether a child has `_channel`, deprecated long ago. */
const hasOldChannelName = !since('25.0');

/** Whether a `net.BoundSocket` can be sent; Nodes before had the class, and could not. */
const sendsBoundSockets = since('26.10', '24.22');

/** Whether no pipe is opened that Node has not made itself, where the network is denied. */
const guardsPipes = since('26.12');

/** Bytes of the buffers that libuv gives a pipe; 0 where it leaves that to the kernel. */
const pipeBuffers = hasLibuv(51) ? 64 * 1024 : 0;

/** Whether streams have told their end when the child's exit is told that came with it: newer libuv reads an end in a turn of its own. */
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
