'use strict';
// What a scenario does with the streams of its child: reading in every way
// there is, and writing.

const fs = require('node:fs');
const net = require('node:net');
const { PassThrough } = require('node:stream');

/**
 * @param {any} stream
 * @param {{ at: string, how: string, encoding?: BufferEncoding }} plan
 * @param {import('./moments.js').Moments} moments
 * @param {import('../trace.js').Trace} trace
 * @param {string} label
 */
function read(stream, { at, how, encoding }, moments, trace, label) {
  if (encoding) stream.setEncoding(encoding);
  moments.at(at, () => READERS[how](stream, trace, label));
}

/** @type {Record<string, (stream: any, trace: import('../trace.js').Trace, label: string) => void>} */
const READERS = {
  data: (stream) => stream.on('data', () => {}),
  readable: (stream) =>
    stream.on('readable', () => {
      while (stream.read() !== null);
    }),
  iterate: async (stream, trace, label) => {
    try {
      for await (const chunk of stream) trace.add(`${label} iterated`, 'data', chunk);
      trace.add(`${label} iterated`, 'done');
    } catch (error) {
      trace.add(`${label} iterated`, 'failed', error);
    }
  },
  pipe: (stream, trace, label) => {
    const through = new PassThrough();
    trace.follow(through, `${label} piped`);
    stream.pipe(through).resume();
  },
  never: () => {},
  destroy: (stream) => stream.destroy(),
  'pause and resume': (stream) => {
    stream.on('data', () => {
      stream.pause();
      setImmediate(() => stream.resume());
    });
  },
};

/**
 * @param {any} stream
 * @param {{ chunks: any[], finish: string }} plan
 * @param {import('../trace.js').Trace} trace
 */
function write(stream, { chunks, finish }, trace) {
  const told = (/** @type {any} */ index) => (/** @type {any} */ error) =>
    trace.add('writes', `callback ${index}`, error ?? null);
  for (const [index, { text, encoding, bytes }] of chunks.entries()) {
    if (bytes === undefined) stream.write(text, encoding, told(index));
    else stream.write(Buffer.alloc(bytes, 'y'), told(index));
  }
  if (finish === 'destroy') stream.destroy();
  else if (finish === 'end') stream.end(told('end'));
  else stream.end('the last of it', told('end'));
}

/** The stdio of a scenario with its stand-ins replaced, and what has to be closed afterwards. */
class Stdio {
  /** @type {(() => void)[]} */
  #closing = [];
  /** @type {number[]} */
  #files = [];

  /**
   * @param {any} plan
   * @param {import('../sandbox.js').Sandbox} sandbox
   */
  constructor(plan, sandbox) {
    this.value = Array.isArray(plan) ? plan.map((entry, index) => this.#entry(entry, index, sandbox)) : plan;
  }

  /**
   * @param {any} entry
   * @param {number} index
   * @param {import('../sandbox.js').Sandbox} sandbox
   */
  #entry(entry, index, sandbox) {
    if (entry?.file || entry?.stream) {
      const fd = sandbox.openFile(index);
      this.#files.push(index);
      this.#closing.push(() => fs.closeSync(fd));
      return entry.file ? fd : fs.createWriteStream('', { fd, autoClose: false });
    }
    if (entry?.input) {
      const fd = fs.openSync(`${sandbox.folder}/file`, 'r');
      this.#closing.push(() => fs.closeSync(fd));
      return fd;
    }
    if (!entry?.socket) return entry;
    const socket = new net.Socket();
    this.#closing.push(() => socket.destroy());
    return socket;
  }

  /**
   * What the child wrote to its files.
   * @param {import('../sandbox.js').Sandbox} sandbox
   */
  finish(sandbox) {
    for (const close of this.#closing) close();
    return this.#files.map((index) => [index, sandbox.takeFile(index)]);
  }
}

module.exports = { Stdio, read, write };
