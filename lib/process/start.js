'use strict';
// From checked options to a running process with its streams, or to nothing.

const { AsyncResource } = require('node:async_hooks');
const { binding } = require('../native.js');
const { BarePipe } = require('../stdio/bare-pipe.js');
const { openSocket } = require('../stdio/socket.js');
const { isChannel, wantedFds } = require('../stdio/parse.js');
const { startRequest } = require('./request.js');

/**
 * @typedef {object} Started
 * @property {number} error 0 or a negated error number
 * @property {import('../../binding.js').StartCause | null} [cause] why it failed, where it was not the program
 * @property {number} channelFd our end of the IPC channel, or -1
 */

/**
 * Starts the process of `handle`.
 * @param {InstanceType<typeof import('./handle.js').Process>} handle
 * @param {any} options
 * @param {import('../stdio/parse.js').StdioEntry[]} entries
 * @param {import('../options/added.js').AddedOptions} [added]
 * @returns {Started}
 */
function startProcess(handle, options, entries, added) {
  const fds = wantedFds(entries);
  const channel = entries.findIndex(isChannel);
  const announced = channel < 0 ? [] : announcement(channel, options.serialization);
  // An empty cwd, or bytes, are no cwd here, as with the built-in; for its spawnSync they are.
  const cwd = (typeof options.cwd === 'string' && options.cwd) || undefined;
  const error = handle.start(startRequest(options, options.args ?? [], cwd, added, announced), fds);
  const watched = areHooksAtWork();
  for (let index = 0; index < entries.length; index++) {
    const entry = entries[index];
    if (entry.kind !== 'pipe' || fds[index] < 0) continue;
    entry.pipe = watched ? openSocket(fds[index], index > 0) : new BarePipe(fds[index], index > 0);
  }
  const cause = error === 0 ? undefined : handle.takeCause();
  return { error, cause, channelFd: channel < 0 ? -1 : fds[channel] };
}

/**
 * Whether hooks are told of new resources (https://nodejs.org/api/async_hooks.html): each of a child's pipes is one to
 * them from its start, and what it reads and how it ends belongs to that one. Node refuses one without a name then, and only then.
 */
function areHooksAtWork() {
  try {
    new AsyncResource('');
    return false;
  } catch {
    return true;
  }
}

/**
 * The variables that tell the child where its channel is, as Node's own children expect it.
 * @param {number} fd
 * @param {string} [serialization]
 */
function announcement(fd, serialization = 'json') {
  return [`NODE_CHANNEL_FD=${fd}`, `NODE_CHANNEL_SERIALIZATION_MODE=${serialization}`];
}

/**
 * Lets go of what a start that failed has made.
 * @param {import('../stdio/parse.js').StdioEntry[]} entries
 * @param {Started} started
 */
function undoStart(entries, { channelFd }) {
  for (const { pipe } of entries) pipe?.destroy();
  if (channelFd >= 0) binding.closeFd(binding.takeOver(channelFd));
}

module.exports = { startProcess, undoStart };
