'use strict';
// What happens to a ChildProcess: its start, its signals, its end. Loaded with the first one, see child.js.

const { getSystemErrorName } = require('node:util');
const { nextTick } = require('../primordials.js');
const { originals } = require('../builtin.js');
const { startError, systemError } = require('../errors.js');
const { binding } = require('../native.js');
const { addedOptions } = require('../options/added.js');
const { hasEnv } = require('../options/env.js');
const { isLeftToBuiltin } = require('../options/permission.js');
const { rejectStart } = require('../options/reject.js');
const { signalName } = require('../options/signals.js');
const { isCleanString, isObject } = require('../options/validate.js');
const { isChannel, parseStdio } = require('../stdio/parse.js');
const { lazy } = require('../lazy.js');
const { BarePipe } = require('../stdio/bare-pipe.js');
const { passOn } = require('../stdio/socket.js');
const { startAsBuiltin } = require('./as-builtin.js');
const { closeEnded, countClosed, drainStreams, hasUnread, waitForPipe } = require('./close.js');
const { tellCreated, tellFailed, tellStart, tellStarted } = require('./diagnostics.js');
const { Process } = require('./handle.js');
const { kill } = require('./kill.js');
const { lifetimeOf } = require('./lifetime.js');
const { forgetAbort } = require('./limits.js');
const { startProcess, undoStart } = require('./start.js');
const { askForAll, givePipes, pipesOf, standardPipesOf } = require('./streams.js');

/** Start errors that are emitted; all others are thrown. */
const EMITTED = new Set(['EACCES', 'EAGAIN', 'EMFILE', 'ENFILE', 'ENOENT']);

/** Start errors after which there is not even a pipe. */
const NO_MORE_FDS = new Set(['EMFILE', 'ENFILE']);

/** Nothing where it cannot be loaded. @type {() => typeof import('../ipc/attach.js') | undefined} */
const attachModule = lazy(() => require('../ipc/attach.js'), undefined);

/** Nothing where it cannot be loaded. @type {() => typeof import('./cause.js') | undefined} */
const causeModule = lazy(() => require('./cause.js'), undefined);

/** Whether a start has shown that the system refuses all of ours. */
let isRefused = false;

/** The channels of those that have one. @type {WeakMap<object, ReturnType<typeof import('../ipc/attach.js').attachChannel>>} */
const channels = new WeakMap();

/**
 * The process of a new ChildProcess has a handle.
 * @param {any} child
 */
function begin(child) {
  if (isRefused) return /** @type {any} */ (originals.ChildProcess).call(child);
  child._handle = new Process();
  child._handle.onexit = (/** @type {number} */ exitCode, /** @type {number} */ signal, /** @type {any} */ exit) => {
    channels.get(child)?.readLast();
    // A signal without a name (the real-time ones) is told as an exit with 0, as by the built-in.
    child.signalCode = signal > 0 ? signalName(signal) : null;
    if (child.signalCode === null) child.exitCode = exitCode;
    closeEnded(child);
    // By its handle, which it then has no more.
    const lifetime = lifetimeOf(child);
    end(child);
    if (exit.timedOut) noteTimeout(child, lifetime);
    lifetime.exit(exit.forced, exit.usage);
    if (lifetime.added) {
      const { exited } = require('./additions.js');
      exited(child);
    }
    child.emit('exit', child.exitCode, child.signalCode);
    drainLater(child);
    countClosed(child);
  };
  child._handle.hasUnread = () => hasUnread(child);
  tellCreated(child);
}

/**
 * @param {any} child
 * @param {import('../options/normalize.js').StartOptions} options
 * @returns {number} see `ChildProcess.prototype.spawn`
 */
function start(child, options) {
  if (isRefused || isLeftToBuiltin() || !(child._handle instanceof Process)) return startAsBuiltin(child, options);
  const entries = parseStart(options);
  const added = addedOptions(options);
  if (added) {
    const { prepare } = require('./additions.js');
    prepare(child, added, entries, options);
  }
  // Only who has a channel needs all that. Once the child runs there may be no fd left to read it by.
  const hasChannel = entries.some(isChannel);
  const attach = hasChannel ? attachModule() : undefined;
  if (hasChannel && !attach) return startAsBuiltin(child, options);
  child.spawnfile = options.file;
  child.spawnargs = options.args ?? [];
  tellStart(child, options, entries);

  const started = startProcess(child._handle, options, entries, added);
  const { error, channelFd } = started;
  if (error === binding.CLONE_REFUSED) {
    isRefused = true;
    return startAsBuiltin(child, options);
  }
  if (error === 0) tellStarted(child);
  else tellFailed(child, error);
  const name = error === 0 ? undefined : getSystemErrorName(error);
  if (name && !EMITTED.has(name)) abandon(child, entries, started);
  nextTick(error === 0 ? emitSpawn : fail, child, started);
  if (added) {
    const { begin } = require('./additions.js');
    begin(child, entries, options, error === 0);
  }
  if (name && NO_MORE_FDS.has(name)) {
    undoStart(entries, started);
    return error;
  }

  child.pid = child._handle.pid;
  adoptPipes(child, entries);
  if (attach) {
    child._closesNeeded++;
    channels.set(
      child,
      attach.attachChannel(child, channelFd, options.serialization ?? 'json', () => countClosed(child)),
    );
  }
  return error;
}

/**
 * Native code may have kept it before the timer here was due.
 * @param {any} child
 * @param {ReturnType<typeof lifetimeOf>} lifetime
 */
function noteTimeout(child, lifetime) {
  child.killed = true;
  lifetime.reason ??= 'timeout';
}

/**
 * The stdio entries of a start whose options are all right.
 * @param {any} options
 */
function parseStart(options) {
  if (!isObject(options)) rejectStart(options);
  const entries = parseStdio(options.stdio);
  if (!entries) return refuse(options);
  const { args, file, serialization } = options;
  const known = serialization === undefined || serialization === 'json' || serialization === 'advanced';
  const listed = (args === undefined || Array.isArray(args)) && hasEnv(options);
  if (!known || !listed || !isCleanString(file) || file === '') rejectStart(options);
  return entries;
}

/**
 * @param {any} options that cannot be started with
 * @returns {never}
 */
function refuse(options) {
  rejectStart(options);
  throw new TypeError('The options cannot be started with');
}

/**
 * Undoes a start whose failure is thrown, and throws it.
 * @param {any} child
 * @param {import('../stdio/parse.js').StdioEntry[]} entries
 * @param {import('./start.js').Started} started
 */
function abandon(child, entries, started) {
  undoStart(entries, started);
  child._handle = null;
  throw withCause(systemError(started.error, 'spawn'), started);
}

/**
 * @template {Error} T
 * @param {T} error
 * @param {import('./start.js').Started} started
 * @returns {T}
 */
function withCause(error, { cause }) {
  return cause ? (causeModule()?.addCause(error, cause) ?? error) : error;
}

/**
 * @param {any} child
 * @param {import('../stdio/parse.js').StdioEntry[]} entries
 */
function adoptPipes(child, entries) {
  const pipes = [];
  for (const entry of entries) {
    const { kind, stream, pipe = null } = entry;
    if (pipe && pipes.length > 0) waitForPipe(child, pipe);
    if (kind === 'stream') passOn(stream);
    pipes.push(pipe);
  }
  givePipes(child, pipes);
}

/** @param {any} child */
function emitSpawn(child) {
  for (const pipe of pipesOf(child)) if (pipe instanceof BarePipe) pipe.readAhead();
  child.emit('spawn');
}

/**
 * A start that failed, told on a later tick.
 * @param {any} child
 * @param {import('./start.js').Started} started
 */
function fail(child, started) {
  child.exitCode = started.error;
  const lifetime = lifetimeOf(child);
  end(child);
  forgetAbort(child);
  const error = withCause(startError(started.error, 'spawn', child.spawnfile, child.spawnargs.slice(1)), started);
  lifetime.fail(error);
  try {
    child.emit('error', error);
  } finally {
    // Also where nobody listens, and that is thrown: its pipes, which nobody has written to, end all the same.
    drainLater(child);
  }
  countClosed(child);
}

/** @param {any} child */
function end(child) {
  standardPipesOf(child)[0]?.destroy();
  child._handle = null;
}

/** On a later tick, so that a listener of the end can still attach its own to the streams. @param {any} child */
function drainLater(child) {
  nextTick(drainStreams, child);
}

module.exports = { askForAll, begin, kill, start };
