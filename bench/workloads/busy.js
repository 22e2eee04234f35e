'use strict';
// As loop-blocked.js, on a machine that has other things to do: all cores but one are busy.

const { spawn: start } = require('node:child_process');
const os = require('node:os');
const { measure } = require('./loop-blocked.js');

exports.cases = [{ given: {}, rows: { blocked: { title: 'loop blocked by spawn(), other cores busy', unit: 'us' } } }];

/**
 * @param {() => typeof import('node:child_process')} load
 * @param {object} _given
 * @param {number} effort
 */
exports.measure = async (load, _given, effort) => {
  const others = os
    .cpus()
    .slice(1)
    .map(() => start('/bin/sh', ['-c', 'while :; do :; done'], { stdio: 'ignore' }));
  try {
    return await measure(load, { megabytes: 0, asks: false }, effort);
  } finally {
    for (const other of others) other.kill('SIGKILL');
  }
};
