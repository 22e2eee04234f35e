'use strict';
// The entry of a measuring process, started by run.js: runs one case of one
// workload on one module and prints its samples as JSON. By hand:
//   node bench/measure.js spawn-to-close 0 node:child_process
//   node bench/measure.js spawn-to-close 0 ../index.js

const [, , workload, index, module_, effort = '1'] = process.argv;
const { cases, measure } = require(`./workloads/${workload}.js`);

/** Loads the module under test; a function, since the loading is a workload too. */
const load = () => require(module_);

measure(load, cases[Number(index)].given, Number(effort)).then((/** @type {unknown} */ samples) => {
  console.log(JSON.stringify(samples));
});
