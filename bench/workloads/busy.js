'use strict';
// As loop-blocked.js, on a machine that has other things to do: all cores but one are busy.

const { spawn: start } = require('node:child_process');
const os = require('node:os');
const { measure } = require('./loop-blocked.js');

/** Not for longer than it can be of use, should nobody end it. */
const BUSY = 'ulimit -t 60; while :; do :; done';

exports.cases = [{ given: {}, rows: { blocked: { title: 'loop blocked by spawn(), other cores busy', unit: 'us' } } }];

/**
 * @param {() => typeof import('node:child_process')} load
 * @param {object} _given
 * @param {number} effort
 */
exports.measure = async (load, _given, effort) => {
  const cores = Array.from({ length: os.availableParallelism() });
  const others = cores.slice(1).map(() => start('/bin/sh', ['-c', BUSY], { stdio: 'ignore' }));
  try {
    return await measure(load, { megabytes: 0, asks: false }, effort);
  } finally {
    for (const other of others) other.kill('SIGKILL');
  }
};
