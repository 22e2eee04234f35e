'use strict';
// What a program pays for require(): time and memory.

const { readFileSync } = require('node:fs');
const { stopwatch } = require('../samples.js');

exports.cases = [
  {
    given: {},
    rows: {
      time: { title: 'require()', unit: 'ms', target: { atMost: 5 } },
      memory: { title: '  its memory', unit: 'MB', target: { atMost: 4 } },
    },
  },
];

/** MB in memory, counted. process.memoryUsage() has the kernel's running sum, which is up to 128 kB off for each core (Linux 6.2). */
const residentSet = () => Number.parseInt(readFileSync('/proc/self/smaps_rollup', 'utf8').split('Rss:')[1], 10) / 1024;

exports.measure = async (/** @type {() => typeof import('node:child_process')} */ load) => {
  // Until measuring takes nothing more itself.
  for (let last = 0; last !== residentSet(); last = residentSet());
  const before = residentSet();
  const passed = stopwatch();
  load();
  const time = passed() / 1000;
  return { time: [time], memory: [residentSet() - before] };
};
