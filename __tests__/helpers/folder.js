'use strict';
// Folders for one test file, gone afterwards.

const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

/** Makes a folder that every user may enter; to be called in a hook or a test. */
function makeFolder() {
  const folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'forkless-test-')));
  fs.chmodSync(folder, 0o755);
  return folder;
}

/** @param {string} folder */
const removeFolder = (folder) => fs.rmSync(folder, { recursive: true, force: true });

/**
 * A file that can be run.
 * @param {string} file
 * @param {string} source
 * @param {number} [mode]
 */
function writeScript(file, source, mode = 0o755) {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, source, { mode });
  fs.chmodSync(file, mode);
  return file;
}

module.exports = { makeFolder, removeFolder, writeScript };
