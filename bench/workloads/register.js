'use strict';
// What forkless/register costs a program that starts no child: the CPU time of a whole process, up to its end. The
// built-in's has a file that requires node:child_process and nothing else.

const { spawnSync } = require('node:child_process');
const path = require('node:path');
const { collect } = require('../samples.js');

exports.cases = [
  { given: {}, rows: { cpu: { title: 'CPU of a process with register', unit: 'ms', target: { moreAtMost: 2 } } } },
];

const REGISTER = path.join(__dirname, '../../register.js');
const BUILTIN = path.join(__dirname, '../children/built-in.js');

const TELL = 'const { user, system } = process.cpuUsage(); require("fs").writeSync(1, String(user + system));';

/** @param {string} file that is loaded first */
function cpuWith(file) {
  const env = { ...process.env, NODE_OPTIONS: '' };
  const { stdout } = spawnSync(process.execPath, ['--require', file, '-e', TELL], { env, encoding: 'utf8' });
  return Number(stdout) / 1000;
}

/**
 * @param {() => any} load
 * @param {object} _given
 * @param {number} effort
 */
exports.measure = async (load, _given, effort) => {
  const file = load().native ? REGISTER : BUILTIN;
  return { cpu: await collect(31 * effort, () => cpuWith(file)) };
};
