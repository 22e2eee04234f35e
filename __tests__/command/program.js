'use strict';
// The command forkless as a process.

const { spawn } = require('node:child_process');
const path = require('node:path');
const { output } = require('../helpers/children.js');
const { ROOT } = require('../helpers/script.js');

const BIN = path.join('bin', 'forkless.js');

/** What a test run demands is not demanded of the command. */
const ENV = { ...process.env, FORKLESS_REQUIRE_NATIVE: undefined, NODE_OPTIONS: undefined };

/**
 * Starts it.
 * @param {string[]} args
 * @param {{ env?: Record<string, string | undefined>, folder?: string, flags?: string[] }} [options] where it is
 */
function start(args, { env, folder = ROOT, flags = [], ...others } = {}) {
  return spawn(process.execPath, [...flags, path.join(folder, BIN), ...args], { env: { ...ENV, ...env }, ...others });
}

/** What it printed and how it ended. */
async function forkless(args, options) {
  const { code, signal, stdout, stderr } = await output(start(args, options));
  return { status: signal ?? code, stdout, stderr };
}

module.exports = { BIN, forkless, start };
