'use strict';
// Our end of a child's pipe while nobody has asked for its stream. Most who run a command never do, and a
// net.Socket takes longer to make and to end than all else that a start does here.

const { AsyncResource } = require('node:async_hooks');
const net = require('node:net');
const { binding } = require('../native.js');
const { openSocket, readingFd } = require('./socket.js');

/**
 * @typedef {object} Reader
 * @property {(bytes: Buffer) => void} onBytes
 * @property {() => void} onEnd there is no more, and no stream
 * @property {(socket: import('node:net').Socket) => void} onStream somebody has asked: the rest comes there
 */

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

  /** @param {Reader} reader who gets all that comes */
  read(reader) {
    this.#reader = reader;
    thePipes().read(this.#id);
  }

  /** The fd that is being read; -1 when none is, or no more. */
  get readingFd() {
    if (this.#stream) return readingFd(this.#stream);
    return this.#reader && open.has(this.#id) ? thePipes().readingFd(this.#id) : -1;
  }

  /** Closes it. Where it is read, that is told when the event loop closes handles, as by a stream. */
  destroy() {
    this.#stream?.destroy();
    thePipes().close(this.#id);
    if (!this.#reader) this.#forget();
  }

  /**
   * Its stream, which reads from here on; one that is destroyed when the pipe was at its end.
   * @returns {import('node:net').Socket}
   */
  toStream() {
    this.#stream ??= this.#makeStream();
    return this.#stream;
  }

  #makeStream() {
    const fd = thePipes().release(this.#id);
    if (fd < 0) return new net.Socket({ readable: this.#readable, writable: true }).destroy();
    const socket = /** @type {import('node:net').Socket} */ (
      this.runInAsyncScope(openSocket, undefined, fd, this.#readable)
    );
    this.#forget();
    if (this.#readable) socket.on('close', this.onClosed);
    this.#reader?.onStream(socket);
    return socket;
  }

  /** @param {Buffer | undefined} bytes nothing once it is closed */
  told(bytes) {
    if (bytes) this.runInAsyncScope(/** @type {Reader} */ (this.#reader).onBytes, this.#reader, bytes);
    else {
      this.runInAsyncScope(this.#end, this);
      this.#forget();
    }
  }

  #end() {
    this.#reader?.onEnd();
    this.onClosed();
  }

  #forget() {
    if (open.delete(this.#id)) this.emitDestroy();
  }
}

module.exports = { BarePipe };
