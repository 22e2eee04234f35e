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
 * Before a start. What a subscriber changes in the options takes effect, except for `stdio`.
 * @param {any} child
 * @param {any} options
 * @param {import('../stdio/parse.js').StdioEntry[]} entries what `options.stdio` came to
 */
function tellStart(child, options, entries) {
  if (!spawned?.start.hasSubscribers) return;
  options.stdio = entries.map(describe);
  spawned.start.publish({ process: child, options });
}

/** After a start that succeeded. @param {any} child */
function tellStarted(child) {
  if (spawned?.end.hasSubscribers) spawned.end.publish({ process: child });
}

/**
 * After a start that failed.
 * @param {any} child
 * @param {number} errno negated error number
 */
function tellFailed(child, errno) {
  if (spawned?.error.hasSubscribers) spawned.error.publish({ process: child, error: systemError(errno, 'spawn') });
}

/**
 * An entry in the built-in's words. A pipe has no handle yet: the start makes it.
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
