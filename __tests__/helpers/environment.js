'use strict';
// Jest's node environment, with both modules loaded outside of its sandbox:
// inside, Error, Array and the rest are other objects than Node's own, and no
// real program has two sets of them.

const { TestEnvironment } = require('jest-environment-node');

// Without its addon forkless is the built-in, and comparing the two would prove nothing.
process.env.FORKLESS_REQUIRE_NATIVE = '1';

class Environment extends TestEnvironment {
  async setup() {
    await super.setup();
    this.global.modulesUnderTest = {
      builtin: { ...require('node:child_process') },
      forkless: require('../../index.js'),
      // What forkless is without native code. Few tests need it.
      get fallback() {
        return require('../../lib/fallback/table.js').fallbackTable('a test');
      },
    };
  }
}

module.exports = Environment;
