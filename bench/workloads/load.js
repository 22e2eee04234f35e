'use strict';
// What a program pays for require(): time and memory.

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

exports.measure = async (/** @type {() => typeof import('node:child_process')} */ load) => {
  const before = process.memoryUsage.rss();
  const passed = stopwatch();
  load();
  const time = passed() / 1000;
  return { time: [time], memory: [(process.memoryUsage.rss() - before) / 2 ** 20] };
};
