'use strict';
// A child of the built-in that has what forkless adds, as far as JavaScript can keep it.

const { statSync } = require('node:fs');
const { originals } = require('../builtin.js');
const { causeOf } = require('../process/cause.js');
const { drainAfter } = require('../process/drain.js');
const { exitedOf, stop } = require('../process/exited.js');
const { forceByTimer } = require('../process/force.js');
const { dropInput, feedInput } = require('../process/input.js');
const { lifetimeOf, noteKill } = require('../process/lifetime.js');
const { noPipe, unavailable } = require('../options/added-errors.js');
const { signalNumber } = require('../options/signals.js');
const { parseStdio } = require('../stdio/parse.js');
const { endQuietStreams } = require('./drain.js');
const { descendants, killTree } = require('./tree.js');

const Builtin = /** @type {any} */ (originals.ChildProcess);

/** What the limits were that the built-in keeps itself. @type {WeakMap<object, { signal?: AbortSignal, deadline: number }>} */
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

  /** @this {any} @param {string | number} [signal] */
  kill(signal) {
    const sent = Builtin.prototype.kill.call(this, signal);
    const number = signalNumber(signal ?? 'SIGTERM');
    if (sent && number) asItsCaller(this, () => noteKill(this, number, (delay) => forceByTimer(this, delay)));
    return sent;
  },

  /** Its events are seen so, and nobody has to listen. @this {any} @param {string | symbol} event @param {any[]} args */
  emit(event, ...args) {
    if (event === 'exit') exit(this);
    if (event === 'error' && this.pid === undefined) fail(this, args[0]);
    try {
      return Builtin.prototype.emit.call(this, event, ...args);
    } finally {
      // After its listeners, one of which is exec's: it knows why it has killed the child.
      if (event === 'close') lifetimeOf(this).close();
    }
  },
};

/** @param {any} child */
function exit(child) {
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
  const { added, options } = lifetimeOf(child);
  addCause(error, options);
  if (added?.input !== undefined) dropInput(added.input);
  lifetimeOf(child).fail(error);
}

/**
 * The folder is all that can be looked at afterwards.
 * @param {any} error
 * @param {any} options
 */
function addCause(error, options) {
  const cwd = options?.cwd;
  if (typeof cwd !== 'string' || error?.cause !== undefined || !error?.syscall?.startsWith('spawn')) return;
  try {
    if (statSync(cwd).isDirectory()) return;
  } catch (/** @type {any} */ { errno, code }) {
    if (code !== error.code) return;
    Object.defineProperty(error, 'cause', {
      value: causeOf({ syscall: 'chdir', errno, path: cwd, isInterpreter: false }),
      writable: true,
      configurable: true,
    });
  }
}

/**
 * On whose behalf the built-in calls kill() can be told by its limits alone.
 * @param {any} child
 * @param {() => void} act
 */
function asItsCaller(child, act) {
  const lifetime = lifetimeOf(child);
  const { caller } = lifetime;
  const { deadline, signal } = limits.get(child) ?? { deadline: Number.POSITIVE_INFINITY };
  if (signal?.aborted) lifetime.caller ??= 'abort';
  else if (Date.now() >= deadline) lifetime.caller ??= 'timeout';
  act();
  lifetime.caller = caller;
}

const prototype = Object.create(Builtin.prototype);
for (const [name, property] of Object.entries(Object.getOwnPropertyDescriptors(additions))) {
  const key =
    name === 'asyncDispose' ? /** @type {any} */ (Symbol.asyncDispose ?? Symbol.for('nodejs.asyncDispose')) : name;
  Object.defineProperty(prototype, key, { ...property, enumerable: false });
}

/**
 * Gives a child of the built-in what forkless adds.
 * @template T
 * @param {T} started a ChildProcess that runs, before anything was told of it, or whose start has failed
 * @param {import('../options/added.js').AddedOptions | undefined} added
 * @param {any} options as the user gave them
 * @returns {T} the same
 */
function adopt(started, added, options) {
  const child = /** @type {any} */ (started);
  Object.setPrototypeOf(child, prototype);
  note(child, added, options);
  if (child.pid !== undefined) feed(child);
  return child;
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
 * @returns {() => void} to be called once it runs
 */
function follow(child, added, options) {
  refuseKeeper(added, 'the system refuses clone(2) as native code makes it');
  if (added?.input !== undefined && parseStdio(options.stdio)?.[0]?.kind !== 'pipe') throw noPipe(options.stdio);
  Object.defineProperty(child, 'emit', { value: additions.emit, writable: true, configurable: true });
  note(child, added, options);
  return () => feed(child);
}

/**
 * @param {any} child
 * @param {import('../options/added.js').AddedOptions | undefined} added
 * @param {any} options
 */
function note(child, added, options) {
  const { timeout, signal } = options ?? {};
  if (timeout > 0 || signal) {
    limits.set(child, { signal, deadline: timeout > 0 ? Date.now() + timeout : Number.POSITIVE_INFINITY });
  }
  Object.assign(lifetimeOf(child), { added, options, killSignal: options?.killSignal });
}

/** @param {any} child */
function feed(child) {
  const { stdin } = child;
  const { added, options } = lifetimeOf(child);
  if (added?.input === undefined || !stdin) return;
  child.stdin = null;
  child.stdio[0] = null;
  feedInput(child, stdin, added.input, options);
}

module.exports = { addCause, adopt, follow, refuseKeeper };
