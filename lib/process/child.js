'use strict';
// class ChildProcess: what spawn(), exec(), execFile() and fork() return.
// Source: https://nodejs.org/api/child_process.html#class-childprocess

const { EventEmitter } = require('node:events');
const { errno: ERRNO } = require('node:os').constants;
const { startError, systemError } = require('../errors.js');
const { hasEnv } = require('../options/env.js');
const { childrenDenied } = require('../options/permission.js');
const { rejectKill, rejectStart, startBuiltin } = require('../options/reject.js');
const { signalName, signalNumber } = require('../options/signals.js');
const { isCleanString, isObject } = require('../options/validate.js');
const { parseStdio } = require('../stdio/parse.js');
const { passOn } = require('../stdio/socket.js');
const { closeEnded, countClosed, drainStreams, hasUnread, waitForPipe } = require('./close.js');
const { tellCreated, tellFailed, tellStart, tellStarted } = require('./diagnostics.js');
const { Process } = require('./handle.js');
const { startProcess, undoStart } = require('./start.js');
const { askForAll, givePipes, growOld, standardPipesOf } = require('./streams.js');

/** Start errors that are emitted; all others are thrown. */
const EMITTED = new Set([-ERRNO.EACCES, -ERRNO.EAGAIN, -ERRNO.EMFILE, -ERRNO.ENFILE, -ERRNO.ENOENT]);

/** Start errors after which there is not even a pipe. */
const NO_MORE_FDS = new Set([-ERRNO.EMFILE, -ERRNO.ENFILE]);

/** The channels of those that have one. @type {WeakMap<object, ReturnType<typeof import('../ipc/attach.js').attachChannel>>} */
const channels = new WeakMap();

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
  this._handle = new Process();
  this._handle.onexit = (/** @type {number} */ exitCode, /** @type {number} */ signal) => {
    if (exitCode < 0) return fail(this, exitCode);
    channels.get(this)?.readLast();
    // A signal without a name (the real-time ones) is told as an exit with 0, as by the built-in.
    this.signalCode = signal > 0 ? signalName(signal) : null;
    if (this.signalCode === null) this.exitCode = exitCode;
    closeEnded(this);
    end(this);
    this.emit('exit', this.exitCode, this.signalCode);
    afterEnd(this);
  };
  this._handle.hasUnread = () => hasUnread(this);
  tellCreated(this);
}
Object.setPrototypeOf(ChildProcess.prototype, EventEmitter.prototype);
Object.setPrototypeOf(ChildProcess, EventEmitter);

/**
 * Starts the process. spawn() calls this with what it has made of its arguments.
 * @this {any}
 * @param {import('../options/normalize.js').StartOptions} options
 * @returns {number} 0, or the negated error number of a failed start that 'error' will tell of
 * @throws on wrong options, and for every start failure that is not emitted
 */
ChildProcess.prototype.spawn = function spawn(options) {
  if (childrenDenied()) return startBuiltin(options);
  const entries = parseStart(options);
  this.spawnfile = options.file;
  this.spawnargs = options.args ?? [];
  tellStart(this, options, entries);

  const started = startProcess(this._handle, options, entries);
  const { error, channelFd } = started;
  if (error === 0) tellStarted(this);
  else tellFailed(this, error);
  if (error !== 0 && !EMITTED.has(error)) abandon(this, entries, started);
  process.nextTick(error === 0 ? emitSpawn : fail, this, error);
  if (NO_MORE_FDS.has(error)) {
    undoStart(entries, started);
    return error;
  }

  this.pid = this._handle.pid;
  adoptPipes(this, entries);
  if (channelFd >= 0) {
    this._closesNeeded++;
    // Only who has a channel needs all that. In the bundle there is no file to read, for which the fds may be used up.
    const { attachChannel } = require('../ipc/attach.js');
    channels.set(
      this,
      attachChannel(this, channelFd, options.serialization ?? 'json', () => countClosed(this)),
    );
  }
  return error;
};

/**
 * Sends a signal.
 * @this {any}
 * @param {string | number} [signal] a name or a number; 0 only asks whether the process is there
 * @returns {boolean} whether it was sent
 */
ChildProcess.prototype.kill = function kill(signal) {
  const number = signal === 0 ? 0 : signalNumber(signal === undefined ? 'SIGTERM' : signal);
  if (number === undefined) return rejectKill(signal);
  if (!this._handle) return false;
  const error = this._handle.kill(number);
  if (error === 0) {
    this.killed = true;
    return true;
  }
  if (error === -ERRNO.EINVAL || error === -ERRNO.ENOSYS) throw systemError(error, 'kill');
  if (error !== -ERRNO.ESRCH) this.emit('error', systemError(error, 'kill'));
  return false;
};

/**
 * Kills a process that was not sent a signal yet: for `using`.
 * @this {any}
 */
ChildProcess.prototype[/** @type {any} */ (Symbol).dispose ?? Symbol.for('nodejs.dispose')] = function () {
  if (!this.killed) this.kill();
};

/** Lets the process keep the event loop alive, as it does from its start. @this {any} */
ChildProcess.prototype.ref = function ref() {
  this._handle?.ref();
};

/** Lets the event loop end while the process runs. @this {any} */
ChildProcess.prototype.unref = function unref() {
  if (!this._handle) return;
  // A stream that reads keeps the loop alive.
  askForAll(this);
  this._handle.unref();
};

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
  throw systemError(started.error, 'spawn');
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
  growOld(child);
  child.emit('spawn');
}

/**
 * A start that failed, told on a later tick, or at its end when it had been taken for certain.
 * @param {any} child
 * @param {number} error
 */
function fail(child, error) {
  child.exitCode = error;
  end(child);
  child.emit('error', startError(error, 'spawn', child.spawnfile, child.spawnargs.slice(1)));
  afterEnd(child);
}

/** @param {any} child */
function end(child) {
  standardPipesOf(child)[0]?.destroy();
  child._handle = null;
}

/** @param {any} child */
function afterEnd(child) {
  // On a later tick, so that a listener of 'exit' can still attach its own to the streams.
  process.nextTick(drainStreams, child);
  countClosed(child);
}

module.exports = { ChildProcess };
