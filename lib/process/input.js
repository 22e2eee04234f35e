'use strict';
// `input` of the asynchronous functions: all of a child's stdin.

const { Readable } = require('node:stream');
const { killFor, lifetimeOf } = require('./lifetime.js');

/**
 * Where the parts of an input come from.
 * @typedef {object} Source
 * @property {AsyncIterator<any>} parts
 * @property {() => void} cancel nobody wants the rest
 */

/**
 * Writes an input to a child that has started.
 * @param {any} child
 * @param {import('node:net').Socket} socket our end of its stdin
 * @param {any} input see options/added.js
 * @param {{ encoding?: any, killSignal?: any }} options
 */
function feedInput(child, socket, input, { encoding, killSignal }) {
  lifetimeOf(child).stdin = socket;
  // A child that ends early, or closes its stdin, is no error.
  socket.on('error', () => {});
  if (isWhole(input)) {
    socket.end(asBytes(input, encoding));
    return;
  }
  const source = sourceOf(input);
  socket.on('close', source.cancel);
  pump(source.parts, socket).catch((error) => {
    source.cancel();
    // Its stdin does not end before it: half of an input is none.
    if (!socket.destroyed && killFor(child, 'abort', killSignal ?? 'SIGTERM')) child.emit('error', error);
  });
}

/**
 * Nobody will read an input: its child could not be started.
 * @param {any} input
 */
function dropInput(input) {
  if (!isWhole(input)) sourceOf(input).cancel();
}

/**
 * Ends the stdin of a child.
 * @param {any} child
 * @returns {boolean} whether it has one that can end
 */
function endInput(child) {
  const stdin = lifetimeOf(child).stdin ?? child.stdin;
  stdin?.end?.();
  return !!stdin;
}

/** @param {any} input */
const isWhole = (input) => typeof input === 'string' || ArrayBuffer.isView(input);

/**
 * @param {any} value
 * @param {any} [encoding]
 */
function asBytes(value, encoding) {
  if (typeof value === 'string') return Buffer.from(value, Buffer.isEncoding(encoding) ? encoding : 'utf8');
  return ArrayBuffer.isView(value) ? Buffer.from(value.buffer, value.byteOffset, value.byteLength) : value;
}

/**
 * @param {any} input
 * @returns {Source}
 */
function sourceOf(input) {
  const stream = asReadable(input);
  if (stream) {
    // Its failure is heard of by who reads it; after a cancel by nobody.
    stream.on('error', () => {});
    return { parts: stream[Symbol.asyncIterator](), cancel: () => void stream.destroy() };
  }
  const parts = input[Symbol.asyncIterator]();
  return { parts, cancel: () => void Promise.resolve(parts.return?.()).catch(() => {}) };
}

/** @param {any} input @returns {Readable | undefined} */
function asReadable(input) {
  if (typeof input.getReader === 'function') return Readable.fromWeb(input);
  if (typeof input.pipe !== 'function') return undefined;
  return typeof input[Symbol.asyncIterator] === 'function' ? input : new Readable().wrap(input);
}

/**
 * @param {AsyncIterator<any>} parts
 * @param {import('node:net').Socket} socket
 */
async function pump(parts, socket) {
  for (;;) {
    const { done, value } = await parts.next();
    if (socket.destroyed) return;
    if (done) break;
    if (!socket.write(asBytes(value))) await drained(socket);
  }
  socket.end();
}

/**
 * Also of one that is closed.
 * @param {import('node:net').Socket} socket
 * @returns {Promise<void>}
 */
function drained(socket) {
  return new Promise((resolve) => {
    const settle = () => {
      socket.off('drain', settle).off('close', settle);
      resolve();
    };
    socket.on('drain', settle).on('close', settle);
  });
}

module.exports = { dropInput, endInput, feedInput };
