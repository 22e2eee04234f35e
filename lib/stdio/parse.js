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
 * @param {number} [minCount] how many fds there are in any case
 * @returns {StdioEntry[] | undefined} `undefined` when something in it is not understood
 */
function parseStdio(stdio, minCount = 3) {
  const list = typeof stdio === 'string' && stdio !== '' ? fromWord(stdio) : stdio || [];
  if (!Array.isArray(list)) return undefined;
  const entries = [];
  for (let index = 0; index < Math.max(list.length, minCount); index++) {
    // A hole in the list has no fd: the entries behind it move up.
    if (index < list.length && !(index in list)) continue;
    const entry = parseEntry(list[index], index);
    if (!entry) return undefined;
    entries.push(entry);
  }
  return entries.filter(isChannel).length > 1 ? undefined : entries;
}

/** What native code takes for a kind that has no fd, as in src/binding/request.rs. @type {Record<string, number>} */
const CODE_OF_KIND = { pipe: -1, ignore: -2, ipc: -3 };
const REFUSED_CODE = -4;

/**
 * The entries as native code takes them: the fds to pass on, and codes for the other kinds.
 * @param {StdioEntry[]} entries
 */
function wantedFds(entries) {
  const fds = new Int32Array(entries.length);
  for (let index = 0; index < fds.length; index++) {
    const { kind, fd } = entries[index];
    fds[index] = CODE_OF_KIND[kind] ?? inheritedFd(Number(fd) | 0);
  }
  return fds;
}

/**
 * A negative number is no fd. The built-in refuses -1 and ignores the others.
 * @param {number} fd
 */
function inheritedFd(fd) {
  if (fd >= 0) return fd;
  return fd === -1 ? REFUSED_CODE : CODE_OF_KIND.ignore;
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
