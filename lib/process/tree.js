'use strict';
// A child and all that it has started: `killTree()`, `descendants()`, `containment`.

const { setTimeout } = require('../primordials.js');
const { binding } = require('../native.js');
const { rejectKill } = require('../options/reject.js');
const { signalName, signalNumber } = require('../options/signals.js');
const { isRunning, knownLifetime, lifetimeOf } = require('./lifetime.js');

/** Milliseconds that a tree has for its end where there is no `forceKillAfterDelay`. */
const PATIENCE = 5000;
/** Milliseconds that SIGKILL has for its effect, as long as any is left whom we may signal. */
const LAST_PATIENCE = 10_000;
/** Milliseconds between the first two looks at who is left of a tree that has a keeper: it tells of the end itself. */
const FIRST_LOOK = 50;
/** Milliseconds between two looks at who is left of a tree that no keeper has. */
const PAUSE = 10;
const SIGKILL = 9;

/**
 * Signals a child and all that it has started, and waits until nobody is left.
 * @param {any} child
 * @param {string | number} [signal] 0 only asks who is there
 * @returns {Promise<number[]>} the pids of those that are left
 */
async function killTree(child, signal = 'SIGTERM') {
  const number = signal === 0 ? 0 : signalNumber(signal);
  if (number === undefined) {
    rejectKill(signal);
    return [];
  }
  if (child.pid === undefined) return [];
  const tree = treeOf(child);
  if (number === 0) return tree.left();
  tree.signal(number);
  if (number === SIGKILL) return tree.waitForKilled();
  const delay = knownLifetime(child)?.added?.forceKillAfterDelay;
  const left = await tree.wait(delay ?? PATIENCE);
  if (left.length === 0 || delay === undefined) return left;
  tree.signal(SIGKILL);
  return tree.waitForKilled();
}

/** @param {any} child @returns {number[]} */
function descendants(child) {
  const kept = knownLifetime(child)?.kept;
  if (kept) return kept.descendants();
  return isRunning(child) ? binding.descendantsOf(child.pid).map(({ pid }) => pid) : [];
}

/** @param {any} child */
const containment = (child) => (knownLifetime(child)?.kept ? 'tree' : 'none');

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
    const runs = isRunning(this.#child);
    // The parent first: a shell whose command ends before it does goes on with the next one.
    if (runs) this.#child.kill(signalName(number) ?? number);
    // With that option they have got what the child has.
    if (!runs || !lifetimeOf(this.#child).added?.killDescendants) this.#kept.signalOthers(number);
  }

  /**
   * @param {number} time milliseconds
   * @returns {Promise<number[]>} who is left then
   */
  async wait(time) {
    await this.#kept.whenGone(time);
    return this.left();
  }

  /** @returns {Promise<number[]>} who is left when that is nobody whom we may signal */
  async waitForKilled() {
    for (let [pause, rest] = [FIRST_LOOK, LAST_PATIENCE]; rest > 0; rest -= pause, pause *= 2) {
      await this.#kept.whenGone(Math.min(pause, rest));
      if (this.#kept.isGone || (!isRunning(this.#child) && !this.#kept.hasKillable())) break;
    }
    return this.left();
  }

  left() {
    const left = this.#kept.descendants();
    return isRunning(this.#child) ? [this.#child.pid, ...left] : left;
  }
}

/** One without: what is still linked to the child by parenthood, as tree-kill finds it. */
class LinkedTree {
  #child;
  /** @type {import('../../binding.js').FoundProcess[]} */
  #known;

  /** @param {any} child */
  constructor(child) {
    this.#child = child;
    this.#known = [];
    this.#look();
  }

  /** Who was found once is known, be it that the link is lost. */
  #look() {
    this.#known = this.#known.filter((found) => binding.isRunning(found));
    const pids = this.#known.map(({ pid }) => pid);
    const known = new Set(pids);
    /** Below one that was looked at. */
    const below = new Set();
    for (const root of isRunning(this.#child) ? [this.#child.pid, ...pids] : pids) {
      if (below.has(root)) continue;
      for (const found of binding.descendantsOf(root)) {
        below.add(found.pid);
        if (!known.has(found.pid)) this.#known.push(found);
        known.add(found.pid);
      }
    }
  }

  /** @param {number} number */
  signal(number) {
    this.#look();
    if (isRunning(this.#child)) this.#child.kill(signalName(number) ?? number);
    for (const found of this.#known) binding.signalProcess(found, number);
  }

  /**
   * @param {number} time milliseconds
   * @returns {Promise<number[]>}
   */
  async wait(time) {
    for (let rest = time; rest > 0 && this.left().length > 0; rest -= PAUSE) {
      await new Promise((resolve) => setTimeout(resolve, PAUSE));
    }
    return this.left();
  }

  /** @returns {Promise<number[]>} */
  async waitForKilled() {
    const refused = new Set(this.#known.filter((found) => binding.signalProcess(found, 0) !== 0));
    for (let rest = LAST_PATIENCE; rest > 0; rest -= PAUSE) {
      const left = this.#known.filter((found) => binding.isRunning(found));
      if (!isRunning(this.#child) && left.every((found) => refused.has(found))) break;
      await new Promise((resolve) => setTimeout(resolve, PAUSE));
    }
    return this.left();
  }

  left() {
    this.#look();
    const left = this.#known.map(({ pid }) => pid);
    return isRunning(this.#child) ? [this.#child.pid, ...left] : left;
  }
}

module.exports = { containment, descendants, killTree };
