'use strict';
// Children as promises and as logs of what they emitted.

/**
 * Resolves at 'close', for a child that started and for one that could not.
 * @param {any} child
 * @returns {Promise<{ code: number | null, signal: string | null, error?: any }>}
 */
function closed(child) {
  return new Promise((resolve) => {
    let error;
    child.on('error', (/** @type {any} */ reason) => {
      error = reason;
    });
    child.on('close', (code, signal) => resolve(error ? { code, signal, error } : { code, signal }));
  });
}

/**
 * Resolves with the arguments of the next `event`.
 * @param {any} emitter
 * @param {string} event
 * @returns {Promise<any[]>}
 */
function next(emitter, event) {
  return new Promise((resolve) => emitter.once(event, (...args) => resolve(args)));
}

/** Everything a stream gives, as text. @param {any} stream @returns {Promise<string>} */
async function text(stream) {
  const chunks = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

/**
 * What a child that ends by itself wrote and how it ended.
 * @param {any} child
 */
async function output(child) {
  const [end, stdout, stderr] = await Promise.all([
    closed(child),
    child.stdout ? text(child.stdout) : null,
    child.stderr ? text(child.stderr) : null,
  ]);
  return { ...end, stdout, stderr };
}

/**
 * Logs what `emitter` emits as [label, event, ...args], by watching emit() and
 * not by listening, which would change what streams do.
 * @param {any} emitter
 * @param {string} label
 * @param {any[]} log
 */
function record(emitter, label, log) {
  const emit = emitter.emit;
  emitter.emit = function (event, ...args) {
    if (event !== 'newListener' && event !== 'removeListener') log.push([label, event, ...args]);
    return emit.call(this, event, ...args);
  };
}

module.exports = { closed, next, output, record, text };
