'use strict';

const fs = require('node:fs');

/** To see whether somebody has replaced it: Node's own loader calls what is there then. */
const { readFileSync } = fs;

/**
 * A module that is loaded with the first call that needs it. It cannot be read where no fd is left, where the
 * permission to read files was given up, or where a test has replaced the file system. Then `instead` is taken, the
 * built-in, whose start fails or works by itself.
 * @template T
 * @param {() => T} load
 * @param {any} instead
 * @returns {() => T}
 */
function lazy(load, instead) {
  /** @type {T | undefined} */
  let loaded;
  return () => {
    if (loaded) return loaded;
    try {
      // Node's loader ends the program where a file gives no text.
      if (fs.readFileSync !== readFileSync && typeof fs.readFileSync(__filename, 'utf8') !== 'string') return instead;
      loaded = load();
      return loaded;
    } catch {
      return instead;
    }
  };
}

module.exports = { lazy };
