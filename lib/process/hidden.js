'use strict';

const kAsyncDispose = /** @type {any} */ (Symbol).asyncDispose ?? Symbol.for('nodejs.asyncDispose');

/**
 * Gives a prototype members that are not enumerable: who lists a child's properties sees the built-in's.
 * @param {object} prototype
 * @param {object} members by name; `asyncDispose` stands for the symbol by which `await using` ends a child
 */
function defineHidden(prototype, members) {
  for (const [name, property] of Object.entries(Object.getOwnPropertyDescriptors(members))) {
    const key = name === 'asyncDispose' ? kAsyncDispose : name;
    Object.defineProperty(prototype, key, { ...property, enumerable: false });
  }
}

module.exports = { defineHidden };
