'use strict';
// Sockets of one net.Server that live in another process: the server asks how
// many they are and, when it closes, waits until the last is gone.

const { EventEmitter } = require('node:events');
const { codedError } = require('../errors.js');

/** Sockets of a server of ours that a child has. What net.Server calls a worker. */
class SentSockets extends EventEmitter {
  /**
   * @param {any} child
   * @param {string} key names the server to both sides
   */
  constructor(child, key) {
    super();
    this.child = child;
    this.key = key;
    child.once('exit', () => this.emit('exit', this));
  }

  /** @param {(error: Error | null, count?: number) => void} callback */
  getConnections(callback) {
    this.#ask('NODE_SOCKET_GET_COUNT', 'NODE_SOCKET_COUNT', false, (error, reply) => callback(error, reply?.count));
  }

  /** @param {(error: Error | null) => void} callback called when the child has none left */
  close(callback) {
    this.#ask('NODE_SOCKET_NOTIFY_CLOSE', 'NODE_SOCKET_ALL_CLOSED', true, callback);
  }

  /**
   * @param {string} question
   * @param {string} answer
   * @param {boolean} quietly whether a failure to send is no error of the child
   * @param {(error: Error | null, reply?: any) => void} callback
   */
  #ask(question, answer, quietly, callback) {
    const { child, key } = this;
    const onGone = () => {
      child.removeListener('internalMessage', onReply);
      callback(codedError(Error, 'ERR_CHILD_CLOSED_BEFORE_REPLY', 'Child closed before reply received'));
    };
    const onReply = (/** @type {any} */ message) => {
      if (message.cmd !== answer || message.key !== key) return;
      child.removeListener('disconnect', onGone);
      child.removeListener('internalMessage', onReply);
      callback(null, message);
    };
    if (!child.connected) {
      onGone();
      return;
    }
    child._send({ cmd: question, key }, undefined, quietly);
    child.once('disconnect', onGone);
    child.on('internalMessage', onReply);
  }
}

/** Sockets of a server of a child's that we have: answers that child's questions. */
class ReceivedSockets {
  #count = 0;
  /** @type {(() => void)[]} */
  #onEmpty = [];

  /**
   * @param {any} child
   * @param {string} key
   */
  constructor(child, key) {
    child.on('internalMessage', (/** @type {any} */ message) => {
      if (message.key !== key) return;
      if (message.cmd === 'NODE_SOCKET_GET_COUNT') {
        child._send({ cmd: 'NODE_SOCKET_COUNT', key, count: this.#count });
      } else if (message.cmd === 'NODE_SOCKET_NOTIFY_CLOSE') {
        this.#whenEmpty(() => child._send({ cmd: 'NODE_SOCKET_ALL_CLOSED', key }, undefined, true));
      }
    });
  }

  /** @param {import('node:net').Socket} socket */
  add(socket) {
    this.#count++;
    socket.once('close', () => {
      this.#count--;
      if (this.#count === 0) for (const tell of this.#onEmpty.splice(0)) tell();
    });
  }

  /** @param {() => void} tell */
  #whenEmpty(tell) {
    if (this.#count === 0) tell();
    else this.#onEmpty.push(tell);
  }
}

module.exports = { ReceivedSockets, SentSockets };
