'use strict';
// Whole programs as source text, run by node with flags of their own; forkless
// is found by its name, from the root of the package.

const { spawnSync } = require('node:child_process');
const path = require('node:path');
const { PATIENCE } = require('./patience.js');

const ROOT = path.join(__dirname, '..', '..');

/**
 * @param {string[]} flags for node
 * @param {string} source
 * @param {{ env?: Record<string, string | undefined>, cwd?: string }} [options]
 */
function runScript(flags, source, { env, cwd = ROOT } = {}) {
  const { status, signal, stdout, stderr } = spawnSync(process.execPath, [...flags, '-e', source], {
    cwd,
    // What this test run demands is not demanded of them.
    env: { ...process.env, FORKLESS_REQUIRE_NATIVE: undefined, NODE_NO_WARNINGS: '1', ...env },
    encoding: 'utf8',
    timeout: 50_000 * PATIENCE,
    killSignal: 'SIGKILL',
  });
  return { code: status ?? signal, stdout, stderr };
}

/** The lines that a script prints; it must end well and print nothing else. */
function linesOf(flags, source, options) {
  const { code, stdout, stderr } = runScript(flags, source, options);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return stdout.trim().split('\n');
}

module.exports = { linesOf, ROOT, runScript };
