'use strict';
// `input` of the asynchronous functions: all of a child's stdin.

const { Readable } = require('node:stream');
const { nextTick } = require('../primordials.js');
const { killFor, lifetimeOf } = require('./lifetime.js');

/**
 * Where the parts of an input come from.
 * @typedef {object} Source
 * @property {() => Promise<{ done?: boolean, value?: any }>} next
 * @property {() => void} cancel nobody wants the rest
 * @property {() => void} [release] there is no more
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
  // Not before 'spawn', and not from within a promise, which would make an unhandled rejection of what nobody listens for.
  pump(input, socket).catch((error) => nextTick(fail, child, socket, error, killSignal ?? 'SIGTERM'));
}

/**
 * An input has failed. The child is sent its signal first: it must not take a part for the whole.
 * @param {any} child
 * @param {import('node:net').Socket} socket
 * @param {unknown} error
 * @param {string | number} killSignal
 */
function fail(child, socket, error, killSignal) {
  // By stop(), by the child or by its end: nobody wants the rest.
  if (socket.destroyed || socket.writableEnded) return;
  const killed = killFor(child, 'abort', killSignal);
  socket.destroy();
  if (killed) child.emit('error', error);
}

/**
 * Nobody will read an input: its child could not be started.
 * @param {any} input
 */
function dropInput(input) {
  if (isWhole(input)) return;
  try {
    sourceOf(input).cancel();
  } catch {
    // It could not have been read.
  }
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
 * @throws where it cannot be read, as a web stream that somebody else reads
 */
function sourceOf(input) {
  if (typeof input.getReader === 'function') {
    const reader = input.getReader();
    return { next: () => reader.read(), cancel: quietly(() => reader.cancel()) };
  }
  if (typeof input.pipe === 'function') return sourceOfStream(input);
  const parts = input[Symbol.asyncIterator]();
  return { next: () => parts.next(), cancel: quietly(() => parts.return?.()) };
}

/** @param {any} input @returns {Source} */
function sourceOfStream(input) {
  const stream = typeof input[Symbol.asyncIterator] === 'function' ? input : new Readable().wrap(input);
  // Its failure is heard of by who reads it; after a cancel by nobody.
  const ignore = () => {};
  stream.on('error', ignore);
  // One that can be written to as well, as a connection, is left open at its end.
  const parts =
    stream instanceof Readable ? stream.iterator({ destroyOnReturn: false }) : stream[Symbol.asyncIterator]();
  return { next: () => parts.next(), cancel: () => void stream.destroy(), release: () => stream.off('error', ignore) };
}

/** @param {() => any} act */
const quietly = (act) => () =>
  void Promise.resolve()
    .then(act)
    .catch(() => {});

/**
 * @param {any} input
 * @param {import('node:net').Socket} socket
 */
async function pump(input, socket) {
  const { next, cancel, release } = sourceOf(input);
  socket.on('close', cancel);
  try {
    for (;;) {
      const { done, value } = await next();
      if (done) break;
      if (socket.destroyed || socket.writableEnded) return;
      if (!socket.write(asBytes(value))) await drained(socket);
    }
  } catch (error) {
    cancel();
    throw error;
  }
  socket.off('close', cancel);
  release?.();
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
