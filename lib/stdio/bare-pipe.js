'use strict';
// Our end of a child's pipe while nobody has asked for its stream. Of most children at least one is never asked
// for, of those of exec() and execFile() all, and a net.Socket takes longer to make and to end than all else that a
// start does here.

const { AsyncResource } = require('node:async_hooks');
const net = require('node:net');
const { nextTick } = require('../at-load.mjs');
const { binding } = require('../native.mjs');
const { ENDS_COME_FIRST, endedSocket, endingSocket, openSocket, readingFd } = require('./socket.js');

/**
 * @typedef {object} Reader
 * @property {(bytes: Buffer) => void} onBytes
 * @property {() => void} onEnd there is no more, and no stream
 * @property {(socket: import('node:net').Socket) => void} onStream somebody has asked: the rest comes there, if there is one
 */

/** For what nobody reads. @type {Reader} */
const FLOW_AWAY = { onBytes() {}, onEnd() {}, onStream: (stream) => stream.resume() };

/** Those that are not closed, by number. Being here is what keeps one from the collector. @type {Map<number, BarePipe>} */
const open = new Map();
let lastId = 0;

/** @type {import('../../binding.js').Pipes | undefined} */
let pipes;

function thePipes() {
  pipes ??= new binding.Pipes((id, bytes) => open.get(id)?.told(bytes));
  return pipes;
}

class BarePipe extends AsyncResource {
  /** Called when it is closed, or its stream. */
  onClosed = () => {};
  #id = ++lastId;
  #readable;
  #isDestroyed = false;
  #isDraining = false;
  #hasToldAny = false;
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

  /**
   * @param {Reader} reader who gets all that comes
   * @param {number} [most] bytes that native code may keep to itself until the end
   */
  read(reader, most = 0) {
    this.#reader = reader;
    thePipes().read(this.#id, most);
  }

  /** Tells its reader of what native code has kept. */
  tellKept() {
    const kept = this.#reader && thePipes().take(this.#id);
    if (kept) this.told(kept);
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

  /** The fd that is being read; -1 when none is, or no more. */
  get readingFd() {
    if (this.#stream) return readingFd(this.#stream);
    return this.#reader && open.has(this.#id) ? thePipes().readingFd(this.#id) : -1;
  }

  /** Closes it. Where it is read, that is told when the event loop closes handles, as by a stream. */
  destroy() {
    this.#isDestroyed = true;
    this.tellKept();
    this.#stream?.destroy();
    thePipes().close(this.#id);
    if (!this.#reader) this.#forget();
  }

  /**
   * Its stream, which reads from here on; one that is destroyed when the pipe was at its end.
   * @param {boolean} [atOnce] whether it has to have what is there, unless somebody has read it
   * @returns {import('node:net').Socket}
   */
  toStream(atOnce = false) {
    this.#stream ??= this.#makeStream(atOnce && this.#readable && !this.#reader);
    return this.#stream;
  }

  /**
   * @param {boolean} atOnce
   * @returns {import('node:net').Socket}
   */
  #makeStream(atOnce) {
    this.tellKept();
    const first = atOnce ? thePipes().first(this.#id) : undefined;
    const fd = thePipes().release(this.#id);
    if (fd < 0) return this.#closedStream();
    const socket = /** @type {import('node:net').Socket} */ (
      this.runInAsyncScope(openSocket, undefined, fd, this.#readable)
    );
    this.#forget();
    if (this.#readable) socket.on('close', this.onClosed);
    if (first) socket.push(first);
    this.#reader?.onStream(socket);
    if (this.#isDraining) socket.resume();
    return socket;
  }

  /** For who asks when there is nothing more to come. */
  #closedStream() {
    const socket = this.#isDestroyed
      ? new net.Socket({ readable: this.#readable, writable: true }).destroy()
      : this.#endedStream();
    if (this.#reader) {
      Object.assign(/** @type {any} */ (socket)._readableState, { flowing: true, dataEmitted: this.#hasToldAny });
      this.#reader.onStream(socket);
    }
    return socket;
  }

  /** The end has come, but may have not been told yet. */
  #endedStream() {
    const isClosed = !open.has(this.#id);
    return isClosed || (this.#reader && ENDS_COME_FIRST) ? endedSocket(isClosed) : endingSocket();
  }

  /** @param {Buffer | null} bytes nothing once it is closed */
  told(bytes) {
    if (bytes) {
      this.#hasToldAny = true;
      this.runInAsyncScope(/** @type {Reader} */ (this.#reader).onBytes, this.#reader, bytes);
    } else {
      // Who asks for the stream from within finds the ended one.
      open.delete(this.#id);
      this.runInAsyncScope(this.#end, this);
      this.emitDestroy();
    }
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
