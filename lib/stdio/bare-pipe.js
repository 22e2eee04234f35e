'use strict';
// Our end of a child's pipe while nobody has asked for its stream. Of most children at least one is never asked
// for, of those of exec() and execFile() all, and a net.Socket takes longer to make and to end than all else that a
// start does here.

const { AsyncResource } = require('node:async_hooks');
const net = require('node:net');
const stream = require('node:stream');
const { nextTick } = require('../primordials.js');
const { systemError } = require('../errors.js');
const { binding } = require('../native.js');
const { endReading, lateSocket, openSocket, pushAhead, readingFd } = require('./socket.js');

/**
 * @typedef {object} Reader
 * @property {(bytes: Buffer) => void} onBytes
 * @property {() => void} onEnd there is no more, and no stream
 * @property {(socket: import('node:net').Socket, isLate: boolean) => void} onStream somebody has asked: the rest comes
 *   there, unless it is too late for that
 */

/** For what nobody reads. @type {Reader} */
const FLOW_AWAY = { onBytes() {}, onEnd() {}, onStream: (stream) => stream.resume() };

/** Those that are not closed, by number. Being here is what keeps one from the collector. @type {Map<number, BarePipe>} */
const open = new Map();
let lastId = 0;

/** @type {import('../../binding.js').Pipes | undefined} */
let pipes;

function thePipes() {
  // What nobody wants is read as far as by a stream, so that its writer can go on as far. Node 19 cannot be asked for it.
  const mark = stream.getDefaultHighWaterMark?.(false) ?? 16 * 1024;
  pipes ??= new binding.Pipes(mark, (id, bytes, error) => open.get(id)?.onRead(bytes, error));
  return pipes;
}

class BarePipe extends AsyncResource {
  /** Called when it is closed, or its stream. */
  onClosed = () => {};
  #id = ++lastId;
  #readable;
  #isDestroyed = false;
  #isDraining = false;
  /** @type {Reader | undefined} */
  #reader;
  /** @type {import('node:net').Socket | undefined} */
  #stream;

  /**
   * @param {number} fd one end of an AF_UNIX pair, owned from here on
   * @param {boolean} readable false for the child's stdin
   */
  constructor(fd, readable) {
    super('PIPEWRAP');
    this.#readable = readable;
    thePipes().open(this.#id, fd);
    open.set(this.#id, this);
  }

  /** Reads as far as a stream would that nobody reads. */
  readAhead() {
    if (this.#readable && !this.#reader && !this.#stream) thePipes().readAhead(this.#id);
  }

  /**
   * @param {Reader} reader who gets all that comes
   * @param {number} [most] bytes that native code may keep to itself until the end
   */
  read(reader, most = 0) {
    this.#reader = reader;
    const error = thePipes().read(this.#id, most);
    if (error < 0) this.#fail(error);
  }

  /** Gives its reader what native code has kept. */
  giveKept() {
    const kept = this.#reader && thePipes().take(this.#id);
    if (kept) this.onRead(kept, 0);
  }

  /** Closes it if there is nothing in it but its end, as a stream would have been that had read that. */
  closeAtEnd() {
    if (this.#reader || !this.#readable || !open.has(this.#id) || !thePipes().closeAtEnd(this.#id)) return;
    this.#forget();
    this.onClosed();
  }

  /** After the exit of the child: what nobody has read flows away, up to the end. */
  drain() {
    if (this.#reader || !this.#readable || !open.has(this.#id)) return;
    this.#isDraining = true;
    // As a stream flows on the tick after its resume(): who asks for it until then has it all.
    nextTick(() => {
      if (!open.has(this.#id)) return;
      this.read(FLOW_AWAY);
      thePipes().fill(this.#id);
    });
  }

  /**
   * Ends it where others hold it open: what was written before is still read.
   * @returns {boolean} whether anybody did
   */
  endReading() {
    if (this.#stream) return endReading(this.#stream);
    return open.has(this.#id) && thePipes().endReading(this.#id);
  }

  /** The fd that is being read; -1 when none is, or no more. */
  get readingFd() {
    if (this.#stream) return readingFd(this.#stream);
    return open.has(this.#id) ? thePipes().readingFd(this.#id) : -1;
  }

  /** Closes it. Where somebody reads it, that is told when the event loop closes handles, as by a stream. */
  destroy() {
    this.#isDestroyed = true;
    this.giveKept();
    this.#stream?.destroy();
    thePipes().close(this.#id);
    if (!this.#reader) this.#forget();
  }

  /**
   * Its stream, which reads from here on.
   * @returns {import('node:net').Socket}
   */
  toStream() {
    this.#stream ??= this.#makeStream();
    return this.#stream;
  }

  /** @returns {import('node:net').Socket} */
  #makeStream() {
    this.giveKept();
    const ahead = this.#reader ? null : thePipes().take(this.#id);
    const fd = thePipes().release(this.#id);
    if (fd < 0) return this.#lateStream();
    const socket = /** @type {import('node:net').Socket} */ (
      this.runInAsyncScope(openSocket, undefined, fd, this.#readable)
    );
    // Not in that scope: what was there flows on a tick of who asks.
    if (ahead) pushAhead(socket, ahead);
    this.#forget();
    if (this.#readable) socket.on('close', this.onClosed);
    this.#reader?.onStream(socket, false);
    if (this.#isDraining) socket.resume();
    return socket;
  }

  /** For who asks when there is nothing more to come: it ends, or is destroyed, once more. */
  #lateStream() {
    if (this.#isDestroyed) return new net.Socket({ readable: this.#readable, writable: true }).destroy();
    const socket = /** @type {import('node:net').Socket} */ (this.runInAsyncScope(lateSocket));
    this.#reader?.onStream(socket, true);
    return socket;
  }

  /**
   * @param {Buffer | null} bytes nothing once it is closed
   * @param {number} error a negated error number when a read has failed
   */
  onRead(bytes, error) {
    if (error < 0) {
      this.#fail(error);
    } else if (bytes) {
      this.runInAsyncScope(/** @type {Reader} */ (this.#reader).onBytes, this.#reader, bytes);
    } else {
      // Who asks for the stream from within finds one that ends.
      open.delete(this.#id);
      this.runInAsyncScope(this.#end, this);
      this.emitDestroy();
    }
  }

  /** As any stream, to who listens for 'error', or to nobody: then it is an uncaught one. @param {number} error */
  #fail(error) {
    this.runInAsyncScope(() => this.toStream().destroy(systemError(error, 'read')));
  }

  #end() {
    if (!this.#isDestroyed) this.#reader?.onEnd();
    this.onClosed();
  }

  #forget() {
    if (open.delete(this.#id)) this.emitDestroy();
  }
}

module.exports = { BarePipe };
