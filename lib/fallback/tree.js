'use strict';
// A child and what it has started, without native code: what is still linked to it by parenthood, as the system's own
// commands tell. Whose parent has ended is not found.

const { clearTimeout, setTimeout } = require('../primordials.js');
const { originals } = require('../builtin.js');
const { unavailable } = require('../options/added-errors.js');
const { rejectKill } = require('../options/reject.js');
const { signalName, signalNumber } = require('../options/signals.js');
const { isRunning, lifetimeOf } = require('../process/lifetime.js');

/** Milliseconds: for the end of a tree without a `forceKillAfterDelay`, for SIGKILL to take effect, between two looks. */
const TIMES = { end: 5000, force: 1000, pause: 50 };
const SIGKILL = 9;

/**
 * Signals a child and what it has started, and waits until nobody is left.
 * @param {any} child
 * @param {string | number} [signal] 0 only asks who is there
 * @returns {Promise<number[]>} the pids of those that are
 */
async function killTree(child, signal = 'SIGTERM') {
  if (signal === 0) return isRunning(child) ? [child.pid, ...descendants(child)] : [];
  const number = signalNumber(signal);
  if (number === undefined) rejectKill(signal);
  else if (isRunning(child)) return process.platform === 'win32' ? endByTaskkill(child) : end(child, number);
  return [];
}

/**
 * @param {any} child
 * @param {number} number of a signal
 */
async function end(child, number) {
  const lifetime = lifetimeOf(child);
  const forceKillAfterDelay = lifetime.added?.forceKillAfterDelay;
  const tree = descendants(child);
  // Not by a timer of the child's own: what it has started by then would lose its parent, and not be found.
  if (forceKillAfterDelay !== undefined) lifetime.forcedAt = 0;
  send(child, tree, number);
  const left = await whoIsLeft(child, tree, number === SIGKILL ? TIMES.force : (forceKillAfterDelay ?? TIMES.end));
  if (left.length === 0 || number === SIGKILL || forceKillAfterDelay === undefined) return left;
  const processes = list();
  const all = [...new Set([...left, ...left.flatMap((pid) => below(pid, processes))])];
  lifetime.isForced = send(child, all, SIGKILL);
  return whoIsLeft(child, all, TIMES.force);
}

/**
 * Parents come first, so that they do not see their children end.
 * @param {any} child
 * @param {number[]} tree
 * @param {number} number
 * @returns {boolean} whether the child was sent it
 */
function send(child, tree, number) {
  const sent = isRunning(child) && child.kill(signalName(number) ?? number);
  for (const pid of tree) {
    if (pid === child.pid) continue;
    try {
      process.kill(pid, number);
    } catch {
      // It has ended meanwhile, or is another user's.
    }
  }
  return sent;
}

/**
 * @param {any} child
 * @param {number[]} tree
 * @param {number} time milliseconds to wait at most
 * @returns {Promise<number[]>} who is left of the tree and the child
 */
async function whoIsLeft(child, tree, time) {
  const deadline = Date.now() + time;
  let left = [child.pid, ...tree.filter((pid) => pid !== child.pid)];
  for (;;) {
    const processes = list();
    // Who was gone once does not come back: the pid would be a stranger's.
    left = left.filter((pid) => (pid === child.pid ? isRunning(child) : processes.has(pid)));
    if (left.length === 0 || Date.now() > deadline) return left;
    await new Promise((resolve) => setTimeout(resolve, TIMES.pause));
  }
}

/** Windows ends by force alone, and tells of no descendants. @param {any} child */
async function endByTaskkill(child) {
  originals.spawnSync('taskkill', ['/pid', String(child.pid), '/t', '/f'], { stdio: 'ignore', windowsHide: true });
  await new Promise((/** @type {(value?: any) => void} */ resolve) => {
    const timer = setTimeout(resolve, TIMES.force);
    child.once('exit', () => {
      clearTimeout(timer);
      resolve();
    });
  });
  return isRunning(child) ? [child.pid] : [];
}

/**
 * @param {any} child
 * @returns {number[]} parents before their children
 */
const descendants = (child) => (isRunning(child) ? below(child.pid, list()) : []);

/**
 * @param {number} root
 * @param {Map<number, number>} processes
 */
function below(root, processes) {
  const found = [root];
  for (const parent of found) {
    for (const [pid, itsParent] of processes) if (itsParent === parent && !found.includes(pid)) found.push(pid);
  }
  return found.slice(1);
}

/**
 * Each process that has not ended, with its parent.
 * @returns {Map<number, number>}
 * @throws where the system has no command that tells
 */
function list() {
  // A zombie is left out, which nobody can end any more.
  const { error, status, stdout } = originals.spawnSync('ps', ['-A', '-o', 'pid=,ppid=,stat='], {
    encoding: 'latin1',
    maxBuffer: Number.POSITIVE_INFINITY,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const rows = status === 0 ? [...stdout.matchAll(/^\s*(\d+)\s+(\d+)\s+([^Z\s]\S*)\s*$/gm)] : [];
  if (rows.length === 0) {
    throw unavailable(
      'descendants',
      `without native code it takes ps(1), which fails${error ? `: ${error.message}` : ''}`,
    );
  }
  return new Map(rows.map(([, pid, parent]) => [Number(pid), Number(parent)]));
}

module.exports = { descendants, killTree };
