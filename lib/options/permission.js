'use strict';
// Node's permission model. We enforce nothing ourselves: where children are not allowed, the call goes to the built-in,
// which refuses it with its own error. It also goes there where Node refuses us what it grants the built-in.
// Source: https://nodejs.org/api/permissions.html

const { isPermitted } = require('../primordials.js');
const { guardsPipes } = require('../release.js');
const { rejectSpawn } = require('./reject.js');

/**
 * Asked at each start, since a program can drop the permission. Where it is only audited, the built-in starts the
 * child.
 */
function childrenDenied() {
  return isPermitted !== undefined && !isPermitted('child');
}

/** Whether the built-in is to start a child: where none is allowed, and where its streams cannot be made here. */
function isLeftToBuiltin() {
  return childrenDenied() || (isPermitted !== undefined && guardsPipes && !isPermitted('net'));
}

const VARIABLE = 'NODE_OPTIONS';

/**
 * Adds this process's permission flags to the child's NODE_OPTIONS, if the running Node does that. To find out, Node is
 * asked with an `env`, into which it writes what the child gets.
 * @param {string[]} pairs the child's environment, changed in place
 * @param {any} file as the user gave it, like the two below
 * @param {unknown[]} args
 * @param {any} options
 */
function handOnPermissions(pairs, file, args, options) {
  if (isPermitted === undefined) return;
  // As it was given, for the built-in looks at its type.
  const own = (options?.env || process.env)[VARIABLE];
  /** @type {NodeJS.ProcessEnv} */
  const env = own === undefined ? {} : { [VARIABLE]: own };
  rejectSpawn('spawnSync', file, args, { argv0: options?.argv0, env, shell: options?.shell });
  if (env[VARIABLE] === own) return;
  const given = pairs.findIndex((pair) => pair.startsWith(`${VARIABLE}=`));
  pairs.splice(given < 0 ? pairs.length : given, 1, `${VARIABLE}=${env[VARIABLE]}`);
}

module.exports = { childrenDenied, handOnPermissions, isLeftToBuiltin };
