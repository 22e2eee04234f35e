'use strict';
// What a scenario came to, as plain data that is equal for equal behaviour:
// the order of events within each emitter, data joined, errors to the last property.

const { AsyncLocalStorage } = require('node:async_hooks');
const { describeError } = require('../__tests__/helpers/errors.js');

/** Every run is inside its own context, and every listener has to be as well. */
const context = new AsyncLocalStorage();

/** Whether and how often a stream tells of these depends on how fast the other side is. */
const UNSTEADY = new Set([
  'newListener',
  'removeListener',
  'readable',
  'resume',
  'pause',
  'drain',
  'prefinish',
  'finish',
]);
/** Writing, and whatever follows one's own streams, ends when it ends. */
const AT_ANY_TIME = / (piped|iterated)$|^(stdin|writes)$/;

class Trace {
  /** @type {Record<string, any[]>} */
  #events = {};
  /** The first and the last that was heard, across emitters. @type {string[]} */
  #order = [];
  #watchers = [];
  #hasExited = false;
  #dataAfterExit = new Set();

  /**
   * @param {string} label the emitter
   * @param {string} event
   * @param {any[]} args
   */
  add(label, event, ...args) {
    const entry = [event, ...args.map(describe)];
    if (context.getStore() !== this) entry.push('outside of the context');
    this.#events[label] ??= [];
    const list = this.#events[label];
    const last = list.at(-1);
    if (event === 'data' && last?.[0] === 'data' && last.length === entry.length) join(last, entry);
    else list.push(entry);
    if (label === 'child' && event === 'exit') this.#hasExited = true;
    else if (event === 'data' && this.#hasExited) this.#dataAfterExit.add(label);
    this.#order.push(label);
    for (const watcher of this.#watchers) watcher(label, event, args);
  }

  /** @param {(label: string, event: string, args: any[]) => void} watcher */
  watch(watcher) {
    this.#watchers.push(watcher);
  }

  /**
   * Adds what `emitter` emits, by watching emit(): a listener would change what streams do.
   * @param {any} emitter
   * @param {string} label
   */
  follow(emitter, label) {
    const trace = this;
    const { emit } = emitter;
    const property = { configurable: true, writable: true, enumerable: false };
    Object.defineProperty(emitter, 'emit', {
      ...property,
      value(/** @type {any} */ event, /** @type {any[]} */ ...args) {
        if (!UNSTEADY.has(event)) trace.add(label, String(event), ...args);
        return emit.call(this, event, ...args);
      },
    });
  }

  /** Whether an event of this kind was added. @param {string} label @param {string} event */
  has(label, event) {
    return this.#events[label]?.some(([name]) => name === event) ?? false;
  }

  /**
   * Runs `body` inside of this trace's context.
   * @template T
   * @param {() => T} body
   * @returns {T}
   */
  run(body) {
    return context.run(this, body);
  }

  /** As data to compare. */
  result() {
    const labels = this.#order.filter((label) => !AT_ANY_TIME.test(label));
    const child = labels.indexOf('child');
    // What still comes is added to the entries.
    const copied = Object.fromEntries(
      Object.entries(this.#events).map(([label, entries]) => [label, entries.map((entry) => [...entry])]),
    );
    return {
      ...copied,
      dataAfterExit: [...this.#dataAfterExit].sort(),
      heardBeforeTheChild: [...new Set(labels.slice(0, Math.max(child, 0)))].sort(),
      heardAfterTheChild: [...new Set(labels.slice(labels.lastIndexOf('child') + 1))].sort(),
    };
  }
}

/** @param {any[]} first an entry of data, extended by the second */
function join(first, second) {
  const [a, b] = [first[1], second[1]];
  if (typeof a === 'string' && typeof b === 'string') first[1] = a + b;
  else if (a.bytes !== undefined && b.bytes !== undefined) first[1] = { bytes: a.bytes + b.bytes };
  else first.push(b);
}

/** @param {any} value @returns {any} */
function describe(value) {
  if (value instanceof Uint8Array) return { bytes: Buffer.from(value).toString('latin1') };
  if (value instanceof Error) return describeError(value);
  if (typeof value?._handle === 'object') return { object: value.constructor.name };
  return value;
}

module.exports = { Trace, describe };
