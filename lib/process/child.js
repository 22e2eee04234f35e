'use strict';
// class ChildProcess: what spawn(), exec(), execFile() and fork() return. What it does is in life.js, which is loaded
// with the first child: many a program loads this module and never starts one.
// Source: https://nodejs.org/api/child_process.html#class-childprocess

const { EventEmitter } = require('node:events');
const { originals } = require('../builtin.js');
const { lazy } = require('../lazy.js');
const { defineHidden } = require('./hidden.js');

const Builtin = /** @type {any} */ (originals.ChildProcess);

/** What the built-in does with one. */
const asBuiltin = {
  askForAll() {},
  /** @param {any} child */
  begin: (child) => Builtin.call(child),
  /** @param {any} child @param {any} signal */
  kill: (child, signal) => Builtin.prototype.kill.call(child, signal),
  /** @param {any} child @param {any} options */
  start: (child, options) => Builtin.prototype.spawn.call(child, options),
};

/** @returns {typeof import('./life.js')} */
const life = lazy(() => require('./life.js'), asBuiltin);

/**
 * A function and not a class, so that util.inherits works on it as on the built-in.
 * @this {any}
 */
function ChildProcess() {
  EventEmitter.call(this);
  this._closesNeeded = 1;
  this._closesGot = 0;
  this.connected = false;
  this.signalCode = null;
  this.exitCode = null;
  this.killed = false;
  this.spawnfile = null;
  life().begin(this);
}
Object.setPrototypeOf(ChildProcess.prototype, EventEmitter.prototype);
Object.setPrototypeOf(ChildProcess, EventEmitter);

const methods = {
  /**
   * Starts the process. spawn() calls this with what it has made of its arguments.
   * @this {any}
   * @param {import('../options/normalize.js').StartOptions} options
   * @returns {number} 0, or the negated error number of a failed start that 'error' will tell of
   * @throws on wrong options, and for every start failure that is not emitted
   */
  spawn: function (options) {
    return life().start(this, options);
  },

  /**
   * Sends a signal.
   * @this {any}
   * @param {string | number} [signal] a name or a number; 0 only asks whether the process is there
   * @returns {boolean} whether it was sent
   */
  kill: function (signal) {
    return life().kill(this, signal);
  },

  /** Lets the process keep the event loop alive, as it does from its start. @this {any} */
  ref: function () {
    this._handle?.ref();
  },

  /** Lets the event loop end while the process runs. @this {any} */
  unref: function () {
    if (!this._handle) return;
    // A stream that reads keeps the loop alive.
    life().askForAll(this);
    this._handle.unref();
  },

  /** Symbol.dispose: kills a process that was not sent a signal yet, for `using`. @this {any} */
  dispose: function () {
    if (!this.killed) this.kill();
  },
};

// The built-in's keys and names: not every Node's has a dispose, and older ones' methods have no names.
for (const key of new Set([...Reflect.ownKeys(Builtin.prototype), 'spawn', 'kill', 'ref', 'unref'])) {
  // Symbol.dispose; Nodes that came before it had a symbol nodejs.dispose.
  const name = typeof key === 'symbol' ? key.description?.split('.').pop() : key;
  if (name === undefined || !Object.hasOwn(methods, name)) continue;
  const method = /** @type {any} */ (methods)[name];
  Object.defineProperty(method, 'name', { value: Builtin.prototype[key]?.name ?? '' });
  ChildProcess.prototype[key] = method;
}

/** What the built-in's has not. */
const additions = {
  /**
   * How the child ended; made when somebody asks. Resolves at 'close'.
   * @returns {Promise<any>} rejected where the child could not be started
   */
  get exited() {
    return require('./exited.js').exitedOf(this);
  },

  /**
   * Ends stdin, waits, sends a signal, waits, sends SIGKILL; leaves out what is no longer needed.
   * @this {any}
   * @param {{ grace?: number, signal?: string | number }} [options] milliseconds of each wait, and the signal
   * @returns {Promise<any>} as `exited`
   */
  stop: function (options) {
    return require('./exited.js').stop(this, options);
  },

  /**
   * What the child and those of its children that it has waited for have used.
   * @this {any}
   * @returns {object | null} in the shape of process.resourceUsage(); null until 'exit'
   */
  resourceUsage: function () {
    const { resourceUsage } = require('./exited.js');
    return resourceUsage(this);
  },

  /**
   * Signals the child and all that it has started. With `killDescendants` none of them gets away; else those are meant that
   * are still linked to it by parenthood.
   * @this {any}
   * @param {string | number} [signal]
   * @returns {Promise<number[]>} when nobody is left: the pids of those that are, all the same
   */
  killTree: function (signal) {
    const { killTree } = require('./tree.js');
    return killTree(this, signal);
  },

  /** The pids of all that the child has started, now. @this {any} @returns {number[]} */
  descendants: function () {
    const { descendants } = require('./tree.js');
    return descendants(this);
  },

  /** 'tree': none gets away; 'none': that was not asked for. */
  get containment() {
    const { containment } = require('./tree.js');
    return containment(this);
  },

  /** Symbol.asyncDispose: stop(), for `await using`. @this {any} */
  asyncDispose: async function () {
    await this.stop();
  },
};

defineHidden(ChildProcess.prototype, additions);

module.exports = { ChildProcess };
