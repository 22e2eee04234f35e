'use strict';
// A folder of programs to find, and not to find. Scenarios name it by BOX, so
// that a printed scenario is the same on every machine.

const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

const BOX = '<box>';

/** Folders that each hold a `tool`, and what is in the way of running it. */
const TOOLS = {
  plain: (/** @type {string} */ file) => write(file, '#!/bin/sh\nprintf "plain %s|" "$0" "$@"; pwd\n'),
  text: (/** @type {string} */ file) => write(file, 'printf "text %s|" "$0" "$@"; exit 3\n'),
  locked: (/** @type {string} */ file) => write(file, '#!/bin/sh\necho locked\n', 0o644),
  orphan: (/** @type {string} */ file) => write(file, '#!/no/such/interpreter\n'),
  garbage: (/** @type {string} */ file) => write(file, '\x7fELF nothing more'),
  blank: (/** @type {string} */ file) => write(file, ''),
  folder: (/** @type {string} */ file) => fs.mkdirSync(file),
  loop: (/** @type {string} */ file) => fs.symlinkSync('tool', file),
  lost: (/** @type {string} */ file) => fs.symlinkSync('/no/such/file', file),
  'with space': (/** @type {string} */ file) => write(file, '#!/bin/sh\necho spaced\n'),
};

/** @param {string} file @param {string} text @param {number} [mode] */
function write(file, text, mode = 0o755) {
  fs.writeFileSync(file, text);
  fs.chmodSync(file, mode);
}

class Sandbox {
  constructor() {
    this.folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'forkless-differential-')));
    fs.chmodSync(this.folder, 0o755);
    for (const [name, make] of Object.entries(TOOLS)) {
      fs.mkdirSync(path.join(this.folder, name));
      make(path.join(this.folder, name, 'tool'));
    }
    fs.mkdirSync(path.join(this.folder, 'empty'));
    write(path.join(this.folder, 'file'), 'plain text\n');
  }

  /**
   * A copy of plain data with the folder's path where BOX stands.
   * @param {any} value
   * @returns {any}
   */
  expand(value) {
    if (typeof value === 'string') return value.replaceAll(BOX, this.folder);
    if (Array.isArray(value)) return value.map((item) => this.expand(item));
    if (!isPlain(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([name, item]) => [this.expand(name), this.expand(item)]));
  }

  /** An empty file for a child to write to. @param {string | number} name */
  openFile(name) {
    return fs.openSync(path.join(this.folder, `written-${name}`), 'w+');
  }

  /** What was written to it. @param {string | number} name */
  takeFile(name) {
    const file = path.join(this.folder, `written-${name}`);
    const text = fs.readFileSync(file, 'latin1');
    fs.rmSync(file);
    return text;
  }

  remove() {
    fs.rmSync(this.folder, { recursive: true, force: true });
  }
}

/** @param {any} value */
function isPlain(value) {
  if (typeof value !== 'object' || value === null) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

module.exports = { BOX, Sandbox, toolNames: Object.keys(TOOLS) };
