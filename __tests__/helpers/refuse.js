'use strict';
// Programs to which the kernel refuses system calls, by a seccomp filter: see ../../sandboxes/refuse.rs.

const path = require('node:path');
const { compileProgram } = require('./compile.js');
const { makeFolder, removeFolder } = require('./folder.js');

/**
 * For a file of tests: the launcher of such programs, in a folder of its own.
 * @returns {(calls: string[]) => string[]} what goes before the command: its `calls` are refused, each as `name:errno` or
 *   `name:kill`
 */
function launcherThatRefuses() {
  let folder;
  let launcher;
  beforeAll(() => {
    folder = makeFolder();
    launcher = compileProgram(folder, path.join('..', '..', 'sandboxes', 'refuse.rs'));
  });
  afterAll(() => removeFolder(folder));
  return (calls) => [launcher, ...calls, '--'];
}

module.exports = { launcherThatRefuses };
