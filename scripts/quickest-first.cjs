'use strict';
// The order of Jest's test files for mutants: those that failed last, then the quickest.

const { default: Sequencer } = require('@jest/test-sequencer');

module.exports = class extends Sequencer {
  async sort(tests) {
    const sorted = await super.sort(tests);
    const time = ({ duration }) => duration ?? Number.POSITIVE_INFINITY;
    return [...sorted].sort((a, b) => time(a) - time(b));
  }
};
