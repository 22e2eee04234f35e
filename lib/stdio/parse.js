'use strict';
// The user's `stdio` to one entry for each fd of the child.

/**
 * @typedef {object} StdioEntry
 * @property {'pipe' | 'ignore' | 'inherit' | 'fd' | 'stream' | 'ipc'} kind
 * @property {number} [fd] for `inherit`, `fd` and `stream`: the fd of ours that the child gets
 * @property {any} [stream] for `stream`: the object it came from
 * @property {any} [pipe] for `pipe`: our end, once it is made
 */

const HANDLE_NAMES = new Set(['Pipe', 'TTY', 'TCP', 'UDP']);

/**
 * @param {any} stdio as the user gave it
 * @param {number} [least] how many fds there are in any case
 * @returns {StdioEntry[] | undefined} `undefined` when something in it is not understood
 */
function parseStdio(stdio, least = 3) {
  const list = typeof stdio === 'string' && stdio !== '' ? fromWord(stdio) : stdio || [];
  if (!Array.isArray(list)) return undefined;
  const entries = [];
  for (let index = 0; index < Math.max(list.length, least); index++) {
    // What is missing in the midst of a list has no fd: those behind it move up.
    if (index < list.length && !(index in list)) continue;
    const entry = parseEntry(list[index], index);
    if (!entry) return undefined;
    entries.push(entry);
  }
  return entries.filter(isChannel).length > 1 ? undefined : entries;
}

/** What native code takes in place of an fd. @type {Record<string, number>} */
const INSTEAD_OF_FD = { pipe: -1, ignore: -2, ipc: -3 };
const REFUSED = -4;

/**
 * The fds that native code takes for the entries: those to pass on, and numbers of its own for the others.
 * @param {StdioEntry[]} entries
 */
function wantedFds(entries) {
  const fds = new Int32Array(entries.length);
  for (let index = 0; index < fds.length; index++) {
    const { kind, fd } = entries[index];
    fds[index] = INSTEAD_OF_FD[kind] ?? inherited(Number(fd) | 0);
  }
  return fds;
}

/**
 * A number below zero is no fd, and the built-in says so of -1 only.
 * @param {number} fd
 */
function inherited(fd) {
  if (fd >= 0) return fd;
  return fd === -1 ? REFUSED : INSTEAD_OF_FD.ignore;
}

/** @param {string} word */
function fromWord(word) {
  if (word === 'inherit') return [0, 1, 2];
  return word === 'ignore' || word === 'pipe' || word === 'overlapped' ? [word, word, word] : undefined;
}

/**
 * @param {any} value
 * @param {number} index
 * @returns {StdioEntry | undefined}
 */
function parseEntry(value, index) {
  if (value === undefined || value === null) return { kind: index < 3 ? 'pipe' : 'ignore' };
  if (value === 'pipe' || value === 'overlapped' || (typeof value === 'number' && value < 0)) return { kind: 'pipe' };
  if (value === 'ignore' || value === 'ipc') return { kind: value };
  if (value === 'inherit') return { kind: 'inherit', fd: index };
  if (typeof value === 'number') return { kind: 'fd', fd: value };
  if (typeof value.fd === 'number') return { kind: 'fd', fd: value.fd };
  const handle = [value, value.handle, value._handle].find(isHandle);
  return handle && { kind: 'stream', fd: handle.fd, stream: value };
}

/** @param {any} value one of libuv's stream handles, as Node wraps them */
function isHandle(value) {
  return (
    typeof value === 'object' &&
    value !== null &&
    typeof value.fd === 'number' &&
    HANDLE_NAMES.has(value.constructor?.name)
  );
}

/** @param {StdioEntry} entry */
function isChannel(entry) {
  return entry.kind === 'ipc';
}

module.exports = { isChannel, parseStdio, wantedFds };
