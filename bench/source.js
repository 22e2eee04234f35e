'use strict';
// Programs that write a known number of bytes, for the workloads that read them.

const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

/** @typedef {'cat' | 'head'} By `cat` writes 128 kB at a time, `head` 4 kB: then its own work is most of it */

/**
 * @param {By} by
 * @param {number} bytes
 * @returns {{ command: string, args: string[] }}
 */
function writerOf(by, bytes) {
  return by === 'cat'
    ? { command: 'cat', args: [fileOf(bytes)] }
    : { command: 'head', args: ['-c', String(bytes), '/dev/zero'] };
}

/** A file of that many bytes, gone with this process. @param {number} bytes */
function fileOf(bytes) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'forkless-bench-'));
  process.once('exit', () => fs.rmSync(folder, { recursive: true }));
  const file = path.join(folder, 'bytes');
  fs.writeFileSync(file, Buffer.alloc(bytes, 'forkless'));
  return file;
}

module.exports = { writerOf };
