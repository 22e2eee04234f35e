'use strict';
// diagnostics_channel: https://nodejs.org/api/diagnostics_channel.html#built-in-channels

const diagnosticsChannel = require('node:diagnostics_channel');

const created = diagnosticsChannel.channel('child_process');
const spawned = spawnTracing();

/** Tracing of spawn, where the running Node has it. */
function spawnTracing() {
  const [major] = process.versions.node.split('.').map(Number);
  return major >= 24 ? diagnosticsChannel.tracingChannel('child_process.spawn') : undefined;
}

/** @param {any} child */
function tellCreated(child) {
  // Nodes before 20 have no such channel.
  if (created.hasSubscribers && CREATED_IS_TOLD) created.publish({ process: child });
}

const CREATED_IS_TOLD = Number.parseInt(process.versions.node, 10) >= 20;

/**
 * @param {'start' | 'end' | 'error'} step
 * @param {Record<string, unknown>} message
 */
function tellSpawn(step, message) {
  if (spawned?.[step].hasSubscribers) spawned[step].publish(message);
}

module.exports = { tellCreated, tellSpawn };
