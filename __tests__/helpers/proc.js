'use strict';
// What /proc says about processes.

const fs = require('node:fs');

/** A file that may vanish while we look. @param {string} path */
function readIfThere(path) {
  try {
    return fs.readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

/** What a link of /proc leads to that may vanish while we look. @param {string} path */
function linkIfThere(path) {
  try {
    return fs.readlinkSync(path);
  } catch {
    return undefined;
  }
}

/**
 * The fields of /proc/PID/stat that tests ask about; undefined when there is no such process.
 * Source: proc_pid_stat(5)
 * @param {number | string} pid
 */
function statOf(pid) {
  const text = readIfThere(`/proc/${pid}/stat`);
  if (!text) return undefined;
  const end = text.lastIndexOf(')');
  const [state, parent, group, session] = text.slice(end + 2).split(' ');
  return {
    name: text.slice(text.indexOf('(') + 1, end),
    state,
    parent: Number(parent),
    group: Number(group),
    session: Number(session),
  };
}

/**
 * The children of a process, zombies too, as "PID name state".
 * @param {number} [parent]
 */
function childrenOf(parent = process.pid) {
  const found = [];
  for (const pid of fs.readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    const stat = statOf(pid);
    if (stat?.parent === parent) found.push(`${pid} ${stat.name} ${stat.state}`);
  }
  return found;
}

/** This process's open fds and what they are: "fd -> target". */
function openFds() {
  const open = [];
  for (const fd of fs.readdirSync('/proc/self/fd')) {
    try {
      open.push(`${fd} -> ${fs.readlinkSync(`/proc/self/fd/${fd}`)}`);
    } catch {
      // The fd that the listing itself was read by.
    }
  }
  return open;
}

/**
 * Those that Node itself hands on to its children: for musl it opens /dev/urandom, and not close-on-exec.
 * @returns {number[]}
 */
function nodesOwnLeaks() {
  require('node:dns');
  return openFds()
    .filter((fd) => fd.endsWith(' -> /dev/urandom'))
    .map((fd) => Number.parseInt(fd, 10));
}

/** How many of them are sockets. */
const openSockets = () => openFds().filter((fd) => fd.includes(' -> socket:')).length;

/**
 * What an fd of another process is open on; undefined where it has no such fd.
 * @param {number | undefined} pid
 * @param {number} fd
 */
const targetOf = (pid, fd) => linkIfThere(`/proc/${pid}/fd/${fd}`);

/** Its words. @param {number} pid */
const commandOf = (pid) => (readIfThere(`/proc/${pid}/cmdline`) ?? '').replaceAll('\0', ' ');

/** The program that a process runs; undefined where it has ended. @param {number} pid */
const programOf = (pid) => linkIfThere(`/proc/${pid}/exe`);

/** Ends a process, which may have ended meanwhile. @param {number} pid */
function kill(pid) {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if (error.code !== 'ESRCH') throw error;
  }
}

/** The names of this process's threads. @returns {string[]} */
function threads() {
  return fs.readdirSync('/proc/self/task').map((id) => readIfThere(`/proc/self/task/${id}/comm`)?.trim() ?? '');
}

/** @param {number | string} pid */
const isAlive = (pid) => !['Z', 'X', undefined].includes(statOf(pid)?.state);

module.exports = {
  childrenOf,
  commandOf,
  isAlive,
  kill,
  nodesOwnLeaks,
  openFds,
  openSockets,
  programOf,
  statOf,
  targetOf,
  threads,
};
