'use strict';

const fs = require('node:fs');

/** As Node's own loader calls it, by what stands there. */
const { readFileSync } = fs;

/**
 * A module that is loaded with the first call that needs it. It can be read no more where the last fd is taken, where the
 * permission to read files was given up, or where a test has put another file system in place: then `instead` is taken,
 * the built-in, whose start fails or works by itself.
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
      // Of a file without a text Node's loader would end the program.
      if (fs.readFileSync !== readFileSync && typeof fs.readFileSync(__filename, 'utf8') !== 'string') return instead;
      loaded = load();
      return loaded;
    } catch {
      return instead;
    }
  };
}

module.exports = { lazy };
