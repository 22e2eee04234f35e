'use strict';
// The families of scenarios: what generates them, what runs them, and how many
// of a hundred they are.

/** @typedef {{ name: string, share: number, scenario: import('fast-check').Arbitrary<any>, run: import('./compare.js').Run }} Family */

/** @type {Family[]} */
module.exports = [
  {
    name: 'children',
    share: 60,
    scenario: require('./scenarios/children.js'),
    run: require('./runs/children.js').runChild,
  },
  {
    name: 'sync',
    share: 20,
    scenario: require('./scenarios/sync.js'),
    run: require('./runs/sync.js').runSync,
  },
];
