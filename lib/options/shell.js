'use strict';
// Commands that a shell runs.

const { rejectSpawn } = require('./reject.js');

const DEFAULT_SHELL = process.platform === 'android' ? '/system/bin/sh' : '/bin/sh';

let toldOfArgs = false;

/**
 * The shell and its arguments for a command line.
 * @param {string} command
 * @param {unknown[]} args joined to the command by spaces, unquoted
 * @param {boolean | string} shell
 */
function shellCommand(command, args, shell) {
  if (args.length > 0) tellOfArgs();
  return {
    file: typeof shell === 'string' ? shell : DEFAULT_SHELL,
    args: ['-c', [command, ...args].join(' ')],
  };
}

/** Lets the running Node give its own deprecation (DEP0190), if it has that one. */
function tellOfArgs() {
  if (toldOfArgs) return;
  toldOfArgs = true;
  rejectSpawn('spawn', DEFAULT_SHELL, ['-c'], { shell: true });
}

module.exports = { shellCommand };
