'use strict';
// Jest: behaviour on the built-in and on forkless, side by side. See __tests__/helpers/.

const { PATIENCE } = require('./__tests__/helpers/patience.js');

/** @type {import('jest').Config} */
module.exports = {
  testEnvironment: '<rootDir>/__tests__/helpers/environment.js',
  setupFilesAfterEnv: ['<rootDir>/__tests__/helpers/leaks.js'],
  testMatch: ['<rootDir>/__tests__/**/*.test.js'],
  testPathIgnorePatterns: ['/node_modules/', '/__tests__/(helpers|fixtures)/'],
  modulePathIgnorePatterns: ['<rootDir>/(target|npm|shared)/'],
  // The sources run as they are: some tests hand functions to other processes as text.
  transform: {},
  watchman: false,
  maxWorkers: 2,
  // Loaded machines are slow; nothing here waits for the clock.
  testTimeout: 60_000 * PATIENCE,
};
