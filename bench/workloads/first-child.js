'use strict';
// What the first child of a program costs it: many have no second. Loading the module is not in it (load.js).

const { once } = require('node:events');
const { stopwatch } = require('../samples.js');

exports.cases = [
  {
    given: {},
    rows: {
      time: { title: "first spawn() to 'close'", unit: 'us', target: { ratioAtMost: 1.1 } },
      blocked: { title: '  loop blocked by it', unit: 'us' },
    },
  },
];

exports.measure = async (/** @type {() => typeof import('node:child_process')} */ load) => {
  const { spawn } = load();
  const passed = stopwatch();
  const child = spawn('/bin/true');
  const blocked = passed();
  await once(child, 'close');
  return { time: [passed()], blocked: [blocked] };
};
