'use strict';
// A child and all that it has started: `killTree()`, `descendants()`, `containment`.

const { setTimeout } = require('../primordials.js');
const { binding } = require('../native.js');
const { rejectKill } = require('../options/reject.js');
const { signalName, signalNumber } = require('../options/signals.js');
const { knownLifetime, lifetimeOf } = require('./lifetime.js');

/** Milliseconds that a tree has for its end where there is no `forceKillAfterDelay`. */
const PATIENCE = 5000;
/** Milliseconds that SIGKILL has for its effect. */
const LAST_PATIENCE = 1000;
/** Milliseconds between two looks at who is left of a tree that no keeper has. */
const PAUSE = 10;
const SIGKILL = 9;

/**
 * Signals a child and all that it has started, and waits until nobody is left.
 * @param {any} child
 * @param {string | number} [signal]
 * @returns {Promise<number[]>} the pids of those that are left
 */
async function killTree(child, signal = 'SIGTERM') {
  const number = signalNumber(signal);
  if (number === undefined) {
    rejectKill(signal);
    return [];
  }
  if (child.pid === undefined) return [];
  const tree = treeOf(child);
  const delay = knownLifetime(child)?.added?.forceKillAfterDelay;
  tree.signal(number);
  const left = await tree.wait(number === SIGKILL ? LAST_PATIENCE : (delay ?? PATIENCE));
  if (left.length === 0 || number === SIGKILL || delay === undefined) return left;
  tree.signal(SIGKILL);
  return tree.wait(LAST_PATIENCE);
}

/** @param {any} child @returns {number[]} */
function descendants(child) {
  const kept = knownLifetime(child)?.kept;
  if (kept) return kept.descendants();
  return isRunning(child) ? binding.descendantsOf(child.pid) : [];
}

/** @param {any} child */
const containment = (child) => (knownLifetime(child)?.kept ? 'tree' : 'none');

/** @param {any} child */
const isRunning = (child) => child.pid !== undefined && child.exitCode === null && child.signalCode === null;

/** @param {any} child */
function treeOf(child) {
  const { kept } = lifetimeOf(child);
  return kept ? new KeptTree(child, kept) : new LinkedTree(child);
}

/** One that has a keeper: whoever is left is its. */
class KeptTree {
  #child;
  #kept;

  /**
   * @param {any} child
   * @param {InstanceType<typeof import('./handle.js').Process>} kept
   */
  constructor(child, kept) {
    this.#child = child;
    this.#kept = kept;
  }

  /** @param {number} number */
  signal(number) {
    if (isRunning(this.#child)) this.#child.kill(signalName(number) ?? number);
    else this.#kept.signalTree(number);
  }

  /**
   * @param {number} time milliseconds
   * @returns {Promise<number[]>} who is left then
   */
  async wait(time) {
    await this.#kept.whenGone(time);
    const left = this.#kept.descendants();
    return isRunning(this.#child) ? [this.#child.pid, ...left] : left;
  }
}

/** One without: what is still linked to the child by parenthood, as tree-kill finds it. */
class LinkedTree {
  #child;
  /** @type {{ pid: number, start: string }[]} */
  #known;

  /** @param {any} child */
  constructor(child) {
    this.#child = child;
    this.#known = binding.describeProcesses(isRunning(child) ? binding.descendantsOf(child.pid) : []);
  }

  /** @param {number} number */
  signal(number) {
    for (const { pid, start } of this.#known) binding.signalProcess(pid, start, number);
    if (isRunning(this.#child)) this.#child.kill(signalName(number) ?? number);
  }

  /**
   * @param {number} time milliseconds
   * @returns {Promise<number[]>}
   */
  async wait(time) {
    for (const end = Date.now() + time; this.#left().length > 0 && Date.now() < end; ) {
      await new Promise((resolve) => setTimeout(resolve, PAUSE));
    }
    return this.#left();
  }

  #left() {
    const left = this.#known.filter(({ pid, start }) => binding.isRunning(pid, start)).map(({ pid }) => pid);
    return isRunning(this.#child) ? [this.#child.pid, ...left] : left;
  }
}

module.exports = { containment, descendants, killTree };
