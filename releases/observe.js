'use strict';
// Children, errors and objects as plain data that is the same in every run.

/** What forkless adds: to ChildProcess, and to the exports. None of it is enumerable. */
const ADDED = new Set([
  ...['exited', 'stop', 'resourceUsage', 'killTree', 'descendants', 'containment'],
  ...['native', 'reason', 'supports'],
]);

/** @param {string | symbol} key */
const isAdded = (key) => (typeof key === 'symbol' ? !!key.description?.endsWith('asyncDispose') : ADDED.has(key));

/** Whether an error has a cause of ours: that of a start that failed. @param {any} error */
const hasOurCause = (error) => typeof error.syscall === 'string' && error.syscall.startsWith('spawn');

/**
 * An error to its last property, but for what forkless adds; anything else as it is.
 * @param {any} error
 */
function describe(error) {
  if (typeof error?.message !== 'string') return error;
  const isOurs = hasOurCause(error);
  return {
    class: error.constructor.name,
    text: String(error),
    head: String(error.stack).split('\n')[0],
    keys: Object.getOwnPropertyNames(error)
      .filter((key) => !isAdded(key) && !(isOurs && key === 'cause'))
      .sort(),
    toString: originOf(error.toString, error),
    properties: Object.fromEntries(
      Object.entries(error).map(([key, value]) => [key, key === 'pid' ? typeof value : partOf(value, error)]),
    ),
    ...(!isOurs && 'cause' in error && { cause: describe(error.cause) }),
  };
}

/** The stack of an error within an error names files of one module. @param {any} value @param {any} whole */
function partOf(value, whole) {
  if (value === whole) return 'the error itself';
  return value instanceof Error ? describe(value) : value;
}

/**
 * @param {unknown} method its toString
 * @param {Error} error
 */
function originOf(method, error) {
  if (method === Error.prototype.toString) return "Error's";
  return Object.hasOwn(error, 'toString') ? 'its own' : "its class's";
}

/** All that a child says until its channel is closed. @param {any} child */
async function talk(child) {
  /** @type {any[]} */
  const log = [];
  child.on('message', (/** @type {any} */ message) => log.push(message));
  child.on('error', (/** @type {any} */ error) => log.push(['error', describe(error)]));
  const [code, signal] = await closed(child);
  return { log, code, signal, connected: child.connected, channel: child.channel };
}

/**
 * What a call throws.
 * @param {() => unknown} call
 */
function thrownBy(call) {
  try {
    call();
  } catch (error) {
    return describe(error);
  }
  return 'nothing thrown';
}

/**
 * The same where the call may start a child, which then is waited for.
 * @param {() => any} call
 */
async function thrownOrStarted(call) {
  let child;
  try {
    child = call();
  } catch (error) {
    return describe(error);
  }
  if (typeof child?.on !== 'function') return 'nothing thrown';
  child.on('error', () => {});
  child.stdin?.on('error', () => {}).end();
  await closed(child);
  return 'nothing thrown';
}

/** @param {any} child */
const closed = (child) => new Promise((resolve) => child.on('close', (...end) => resolve(end)));

/**
 * The arguments of the next `event`.
 * @param {any} emitter
 * @param {string} event
 */
const next = (emitter, event) => new Promise((resolve) => emitter.once(event, (...args) => resolve(args)));

/** Everything that a stream gives. @param {any} stream */
async function text(stream) {
  if (!stream) return stream;
  let all = '';
  for await (const chunk of stream) all += chunk;
  return all;
}

/**
 * The events of a child up to its 'close', in their order, and what it wrote.
 * @param {any} child
 */
async function story(child) {
  /** @type {any[]} */
  const events = [];
  for (const event of ['spawn', 'error', 'exit', 'disconnect', 'close']) {
    child.on(event, (/** @type {any[]} */ ...args) => events.push([event, ...args.map(describe)]));
  }
  const written = Promise.all([text(child.stdout), text(child.stderr)]);
  await closed(child);
  return { events, written: await written, pid: typeof child.pid, killed: child.killed };
}

/** The events of a child, without what it writes. @param {any} child */
async function eventsOf(child) {
  return (await story(child)).events;
}

/**
 * Logs what an emitter emits, by watching emit(): a listener would change what streams do.
 * @param {any} emitter
 * @param {string} label
 * @param {any[]} log
 */
function record(emitter, label, log) {
  const { emit } = emitter;
  emitter.emit = function (/** @type {any} */ event, /** @type {any[]} */ ...args) {
    if (event !== 'newListener' && event !== 'removeListener') log.push(`${label} ${String(event)}`);
    return emit.call(this, event, ...args);
  };
}

/**
 * The properties of an object with their flags; of functions the name, the length and whether they construct.
 * @param {any} object
 */
function shapeOf(object) {
  return Reflect.ownKeys(object).map((key) => {
    const { value, get, set, ...flags } = /** @type {PropertyDescriptor} */ (
      Object.getOwnPropertyDescriptor(object, key)
    );
    const kind = typeof value === 'function' ? [value.name, value.length, 'prototype' in value] : typeof value;
    const set_ = Object.entries(flags)
      .filter(([, isSet]) => isSet)
      .map(([flag]) => flag);
    return [key, get || set ? 'accessor' : kind, set_.join(' ')];
  });
}

module.exports = {
  closed,
  describe,
  eventsOf,
  isAdded,
  next,
  record,
  shapeOf,
  story,
  talk,
  text,
  thrownBy,
  thrownOrStarted,
};
