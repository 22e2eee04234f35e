'use strict';
// The floor of what starts a child in Node and hears of its end by the event loop (node_floor.rs), for those workloads that
// need nothing else of it.

const { EventEmitter } = require('node:events');
const path = require('node:path');

/** @type {{ exports: any }} */
const addon = { exports: {} };
process.dlopen(addon, path.join(__dirname, '../../target/release/examples/libnode_floor.so'));
const { start } = addon.exports;

/**
 * @param {string} file
 * @param {string[]} args
 * @param {(error: Error | null, stdout: string) => void} callback
 */
exports.execFile = (file, args, callback) => {
  start([file, ...args], (/** @type {number} */ status, /** @type {string} */ output) => {
    callback(status === 0 ? null : new Error(`${file} failed`), output);
  });
};

/** @param {string} file a program that reads and writes nothing */
exports.spawn = (file) => {
  const [stdin, stdout, stderr] = [new EventEmitter(), new EventEmitter(), new EventEmitter()];
  const child = Object.assign(new EventEmitter(), { stdin, stdout, stderr, stdio: [stdin, stdout, stderr] });
  start([file], (/** @type {number} */ status) => child.emit('close', status, null));
  return child;
};
