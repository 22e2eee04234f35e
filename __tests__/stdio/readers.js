'use strict';
// Every way in which programs read a stream. Programs of their own require this too.

const { createHash } = require('node:crypto');
const fs = require('node:fs');
const readline = require('node:readline');
const { finished, PassThrough, pipeline, Readable } = require('node:stream');
const { promisify } = require('node:util');

/** @param {(string | Uint8Array)[]} chunks */
const bytesOf = (chunks) => Buffer.concat(chunks.map((chunk) => Buffer.from(chunk)));

/** What arrived, short enough to report. @param {Buffer} bytes */
const sumOf = (bytes) => `${bytes.length} bytes, ${createHash('sha256').update(bytes).digest('hex').slice(0, 16)}`;

/** Listens to `data`, and gives the list it fills. @param {any} stream */
function listen(stream) {
  const chunks = [];
  stream.on('data', (chunk) => chunks.push(chunk));
  return chunks;
}

/** @param {any} stream @param {string} event */
const hears = (stream, event) => new Promise((resolve) => stream.on(event, resolve));

/** Reads a file and removes it. @param {string} file */
function take(file) {
  const content = fs.readFileSync(file);
  fs.unlinkSync(file);
  return content;
}

let files = 0;

/** @type {Record<string, (stream: any, folder: string) => Promise<Buffer>>} */
const READERS = {
  data: async (stream) => {
    const chunks = listen(stream);
    await hears(stream, 'end');
    return bytesOf(chunks);
  },

  'pipe to a file': async (stream, folder) => {
    const file = `${folder}/${process.pid}-${files++}`;
    await hears(stream.pipe(fs.createWriteStream(file)), 'close');
    return take(file);
  },

  'pipe to a PassThrough': async (stream) => {
    const through = stream.pipe(new PassThrough());
    const chunks = listen(through);
    await hears(through, 'end');
    return bytesOf(chunks);
  },

  'async iterator': async (stream) => {
    const chunks = [];
    for await (const chunk of stream) chunks.push(chunk);
    return bytesOf(chunks);
  },

  readline: async (stream) => {
    const lines = [];
    for await (const line of readline.createInterface({ input: stream })) lines.push(`${line}\n`);
    return bytesOf(lines);
  },

  finished: async (stream) => {
    const end = promisify(finished)(stream, { writable: false });
    const chunks = listen(stream);
    await end;
    return bytesOf(chunks);
  },

  'pipeline to a file': async (stream, folder) => {
    const file = `${folder}/${process.pid}-${files++}`;
    await promisify(pipeline)(stream, fs.createWriteStream(file));
    return take(file);
  },

  'readable and read()': async (stream) => {
    const chunks = [];
    stream.on('readable', () => {
      for (let chunk = stream.read(); chunk !== null; chunk = stream.read()) chunks.push(chunk);
    });
    await hears(stream, 'end');
    return bytesOf(chunks);
  },

  'web stream': async (stream) => {
    const chunks = [];
    for await (const chunk of Readable.toWeb(stream)) chunks.push(chunk);
    return bytesOf(chunks);
  },
};

module.exports = { READERS, sumOf };
