'use strict';
// Children to talk with: Node ones, by peer.js, and shells that know nothing but the wire.

const path = require('node:path');

const PEER = path.join(__dirname, 'peer.js');

/**
 * @param {any} module
 * @param {string} mode see peer.js
 * @param {any} [options]
 */
const fork = (module, mode, options) => module.fork(PEER, [mode], options);

/**
 * A shell whose fd 3 is the channel.
 * @param {any} module
 * @param {string} script
 * @param {any} [options]
 */
const shell = (module, script, options) =>
  module.spawn('sh', ['-c', script], { stdio: ['ignore', 'pipe', 'inherit', 'ipc'], ...options });

module.exports = { fork, PEER, shell };
