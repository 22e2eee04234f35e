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
  const promised = (/** @type {any[]} */ ...args) => {
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
  // Newer Nodes name it, older ones do not; one that somebody has wrapped may have none.
  Object.defineProperty(promised, 'name', { value: builtin[promisify.custom]?.name ?? '' });
  Object.defineProperty(run, promisify.custom, { value: promised });
}

module.exports = { addPromiseForm };
