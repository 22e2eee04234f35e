'use strict';
// A child of the built-in that has what forkless adds, as far as JavaScript can keep it.

const { originals } = require('../builtin.js');
const { drainAfter } = require('../process/drain.js');
const { exitedOf, stop } = require('../process/exited.js');
const { forceByTimer } = require('../process/force.js');
const { defineHidden } = require('../process/hidden.js');
const { dropInput, feedInput } = require('../process/input.js');
const { lifetimeOf, noteKill } = require('../process/lifetime.js');
const { after } = require('../process/timer.js');
const { LONGEST } = require('../options/added.js');
const { noPipe, unavailable } = require('../options/added-errors.js');
const { signalNumber } = require('../options/signals.js');
const { parseStdio } = require('../stdio/parse.js');
const { blameFolder } = require('./cause.js');
const { endQuietStreams } = require('./drain.js');
const { descendants, killTree } = require('./tree.js');

const Builtin = /** @type {any} */ (originals.ChildProcess);

/**
 * What the built-in may kill a child for.
 * @typedef {object} Limits
 * @property {AbortSignal} [signal]
 * @property {boolean} isDue whether the time is up
 * @property {number} [maxBuffer] bytes of each stream, where they are collected
 * @property {() => void} forget
 */

/** Of exec() and execFile(). */
const DEFAULT_MAX_BUFFER = 1024 * 1024;

/** @type {WeakMap<object, Limits>} */
const limits = new WeakMap();

const additions = {
  get exited() {
    return exitedOf(this);
  },

  /** @this {any} @param {any} options */
  stop(options) {
    return stop(this, options);
  },

  /** The built-in does not tell. */
  resourceUsage: () => null,

  /** @this {any} @param {string | number} [signal] */
  killTree(signal) {
    return killTree(this, signal);
  },

  /** @this {any} */
  descendants() {
    return descendants(this);
  },

  /** Who has lost its parent gets away. */
  get containment() {
    return 'none';
  },

  /** @this {any} */
  async asyncDispose() {
    await stop(this);
  },
};

/** What the built-in has as well, enumerable as that. */
const overrides = {
  /** @this {any} @param {string | number} [signal] */
  kill(signal) {
    const sent = Builtin.prototype.kill.call(this, signal);
    const number = signal === 0 ? 0 : signalNumber(signal ?? 'SIGTERM');
    if (sent && number !== undefined)
      asItsCaller(this, () => noteKill(this, number, (delay) => forceByTimer(this, delay)));
    return sent;
  },

  /** Its events are seen so, and nobody has to listen. @this {any} @param {string | symbol} event @param {any[]} args */
  emit(event, ...args) {
    return emitSeen(this, Builtin.prototype.emit, event, args);
  },
};

/**
 * @param {any} child
 * @param {Function} emit
 * @param {string | symbol} event
 * @param {any[]} args
 */
function emitSeen(child, emit, event, args) {
  if (event === 'exit') exit(child);
  if (event === 'error' && child.pid === undefined) fail(child, args[0]);
  try {
    return emit.call(child, event, ...args);
  } finally {
    // After its listeners, one of which is exec's: it knows why it has killed the child.
    if (event === 'close') lifetimeOf(child).close();
  }
}

/** @param {any} child */
function exit(child) {
  limits.get(child)?.forget();
  const lifetime = lifetimeOf(child);
  lifetime.exit(false, undefined);
  const drainTimeout = lifetime.added?.drainTimeout;
  if (drainTimeout !== undefined) drainAfter(child, drainTimeout, endQuietStreams);
}

/**
 * @param {any} child
 * @param {any} error of its start
 */
function fail(child, error) {
  limits.get(child)?.forget();
  const { added, options } = lifetimeOf(child);
  blameFolder(error, options);
  if (added?.input !== undefined) dropInput(added.input);
  lifetimeOf(child).fail(error);
}

/**
 * To be called before the built-in sets its own timer: of those with the same time the first comes first.
 * @param {any} options as the user gave them
 * @param {boolean} isCollecting
 * @returns {Limits | undefined} nothing where there are none
 */
function watchLimits(options, isCollecting) {
  const { timeout, signal, maxBuffer = DEFAULT_MAX_BUFFER } = options ?? {};
  if (!(timeout > 0 || signal || isCollecting)) return undefined;
  /** @type {Limits} */
  const watched = { signal, isDue: false, maxBuffer: isCollecting ? maxBuffer : undefined, forget() {} };
  // Node takes 1 for what is too long for a timer.
  const time = timeout > LONGEST ? 1 : timeout;
  if (timeout > 0)
    watched.forget = after(time, () => {
      watched.isDue = true;
    });
  return watched;
}

/**
 * On whose behalf the built-in calls kill() can be told by its limits alone.
 * @param {any} child
 * @param {() => void} act
 */
function asItsCaller(child, act) {
  const lifetime = lifetimeOf(child);
  const { caller } = lifetime;
  const known = limits.get(child);
  if (known?.signal?.aborted) lifetime.caller ??= 'abort';
  else if (known?.isDue) lifetime.caller ??= 'timeout';
  else if (isOverflowing(child, known)) lifetime.caller ??= 'maxBuffer';
  act();
  lifetime.caller = caller;
}

/**
 * @param {any} child
 * @param {Limits | undefined} known
 */
const isOverflowing = ({ stdout, stderr }, known) =>
  [stdout, stderr].some((stream) => stream?.bytesRead > (known?.maxBuffer ?? Number.POSITIVE_INFINITY));

const prototype = Object.create(Builtin.prototype);
defineHidden(prototype, additions);
Object.assign(prototype, overrides);

/**
 * What is known of a start.
 * @typedef {object} Start
 * @property {import('../options/added.js').AddedOptions} [added]
 * @property {any} options as the user gave them
 * @property {Limits} [limits]
 * @property {boolean} [isCollecting] whether that was exec() or execFile()
 */

/**
 * Gives a child of the built-in what forkless adds.
 * @param {any} child a ChildProcess that runs, before anything was told of it, or whose start has failed
 * @param {Start} start
 */
function adopt(child, start) {
  Object.setPrototypeOf(child, prototype);
  note(child, start);
  if (child.pid !== undefined) feed(child, start.isCollecting);
}

/**
 * What a keeper alone can promise is not promised without one.
 * @param {import('../options/added.js').AddedOptions | undefined} added
 * @param {string} reason
 */
function refuseKeeper(added, reason) {
  if (added?.dieWithParent) throw unavailable('dieWithParent', reason);
  if (added?.killDescendants) throw unavailable('killDescendants', reason);
}

/**
 * The same for a ChildProcess of ours that the built-in is about to start.
 * @param {any} child
 * @param {import('../options/added.js').AddedOptions | undefined} added
 * @param {any} options
 * @returns {{ feed: () => void, blame: (error: any) => void }} one is to be called once it runs, the other where that throws
 */
function follow(child, added, options) {
  refuseKeeper(added, 'the system refuses clone(2) as native code makes it');
  if (added?.input !== undefined && parseStdio(options.stdio)?.[0]?.kind !== 'pipe') throw noPipe(options.stdio);
  const { emit } = child;
  const value = (/** @type {string | symbol} */ event, /** @type {any[]} */ ...args) =>
    emitSeen(child, emit, event, args);
  Object.defineProperty(child, 'emit', { value, writable: true, configurable: true });
  note(child, { added, options, limits: undefined });
  return { feed: () => feed(child), blame: (error) => blameFolder(error, options) };
}

/**
 * @param {any} child
 * @param {Start} start
 */
function note(child, { added, options, limits: known }) {
  // The built-in's exec() calls execFile(), which may be ours.
  limits.get(child)?.forget();
  if (known) limits.set(child, known);
  Object.assign(lifetimeOf(child), { added, options, killSignal: options?.killSignal });
}

/**
 * @param {any} child
 * @param {boolean} [isCollecting]
 */
function feed(child, isCollecting) {
  const { stdin } = child;
  const { added, options } = lifetimeOf(child);
  if (added?.input === undefined || !stdin) return;
  child.stdin = null;
  child.stdio[0] = null;
  // An abort of exec() does not know of its killSignal.
  feedInput(child, stdin, added.input, isCollecting ? { encoding: options.encoding } : options);
}

module.exports = { adopt, follow, refuseKeeper, watchLimits };
