'use strict';
// exec() and execFile() under util.promisify().

const { promisify } = require('node:util');

/**
 * Gives a function its promise form: of `{ stdout, stderr }`, with the `child` on
 * the promise and the two outputs on the error of a rejection.
 * @param {(...args: any[]) => any} run
 * @param {any} builtin the function it stands for
 */
function addPromiseForm(run, builtin) {
  const arrow = (/** @type {any[]} */ ...args) => {
    /** @type {any} */
    let settle;
    const promise = new Promise((resolve, reject) => {
      settle = { resolve, reject };
    });
    // Not inside the promise: wrong arguments are thrown from the call.
    const child = run(...args, (/** @type {any} */ error, /** @type {any} */ stdout, /** @type {any} */ stderr) => {
      if (error === null) settle.resolve({ stdout, stderr });
      else settle.reject(Object.assign(error, { stdout, stderr }));
    });
    return Object.assign(promise, { child });
  };
  const theirs = builtin[promisify.custom];
  // In newer Nodes it is an ordinary function, and has a name. One that somebody has wrapped may have none.
  const isOrdinary = typeof theirs === 'function' && 'prototype' in theirs;
  /** @param {any[]} args */
  function ordinary(...args) {
    return arrow(...args);
  }
  const promised = isOrdinary ? ordinary : arrow;
  Object.defineProperty(promised, 'name', { value: theirs?.name ?? '' });
  Object.defineProperty(run, promisify.custom, { value: promised });
}

module.exports = { addPromiseForm };
