'use strict';
// diagnostics_channel: https://nodejs.org/api/diagnostics_channel.html#built-in-channels

const diagnosticsChannel = require('node:diagnostics_channel');
const { systemError } = require('../errors.js');
const { publishesChild, tracesSpawn } = require('../running-node.js');

const created = diagnosticsChannel.channel('child_process');
const spawned = tracesSpawn() ? diagnosticsChannel.tracingChannel('child_process.spawn') : undefined;

/** @param {any} child */
function tellCreated(child) {
  if (created.hasSubscribers && publishesChild()) created.publish({ process: child });
}

/**
 * A start is about to be tried. What a subscriber changes in the options holds, but for `stdio`.
 * @param {any} child
 * @param {any} options
 * @param {import('../stdio/parse.js').StdioEntry[]} entries what `options.stdio` came to
 */
function tellStart(child, options, entries) {
  if (!spawned?.start.hasSubscribers) return;
  options.stdio = entries.map(describe);
  spawned.start.publish({ process: child, options });
}

/** The program runs. @param {any} child */
function tellStarted(child) {
  if (spawned?.end.hasSubscribers) spawned.end.publish({ process: child });
}

/**
 * It does not.
 * @param {any} child
 * @param {number} errno negated error number
 */
function tellFailed(child, errno) {
  if (spawned?.error.hasSubscribers) spawned.error.publish({ process: child, error: systemError(errno, 'spawn') });
}

/**
 * An entry as the built-in names it; without its handle, for our pipes are made by the start itself.
 * @param {import('../stdio/parse.js').StdioEntry} entry
 * @param {number} index
 */
function describe({ kind, fd, stream }, index) {
  if (kind === 'pipe') return { type: 'pipe', readable: index === 0, writable: index !== 0 };
  if (kind === 'ipc') return { type: 'pipe', ipc: true };
  if (kind === 'stream') return { type: 'wrap', handle: stream._handle ?? stream };
  return fd === undefined ? { type: kind } : { type: kind, fd };
}

module.exports = { tellCreated, tellFailed, tellStart, tellStarted };
