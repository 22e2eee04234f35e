'use strict';
// Commands that a shell runs.

const { optionsPrototype } = require('../running-node.js');
const { rejectSpawn } = require('./reject.js');

const DEFAULT_SHELL = process.platform === 'android' ? '/system/bin/sh' : '/bin/sh';

let hasWarned = false;

/**
 * The options of exec() and execSync(), which take a shell in any case.
 * @param {any} options
 */
function inShell(options) {
  /** @type {any} */
  const settings = { __proto__: optionsPrototype, ...options };
  settings.shell = typeof settings.shell === 'string' ? settings.shell : true;
  return settings;
}

/**
 * The shell and its arguments for a command line.
 * @param {string} command
 * @param {unknown[]} args joined to the command by spaces, unquoted
 * @param {boolean | string} shell
 */
function shellCommand(command, args, shell) {
  if (args.length > 0) warnOfArgs();
  return {
    file: typeof shell === 'string' ? shell : DEFAULT_SHELL,
    args: ['-c', [command, ...args].join(' ')],
  };
}

/** Has the running Node emit its own deprecation warning (DEP0190), if it has that one. */
function warnOfArgs() {
  if (hasWarned) return;
  hasWarned = true;
  rejectSpawn('spawn', DEFAULT_SHELL, ['-c'], { shell: true });
}

module.exports = { inShell, shellCommand };
