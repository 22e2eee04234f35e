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
    this.#request('NODE_SOCKET_GET_COUNT', 'NODE_SOCKET_COUNT', false, (error, reply) => {
      if (error) callback(error);
      // net.Server adds it to others.
      else callback(null, Number.isSafeInteger(reply.count) ? reply.count : 0);
    });
  }

  /** @param {(error: Error | null) => void} callback called when the child has none left */
  close(callback) {
    this.#request('NODE_SOCKET_NOTIFY_CLOSE', 'NODE_SOCKET_ALL_CLOSED', true, callback);
  }

  /**
   * @param {string} cmd
   * @param {string} replyCmd
   * @param {boolean} swallowErrors whether a failure to send is no error of the child
   * @param {(error: Error | null, reply?: any) => void} callback
   */
  #request(cmd, replyCmd, swallowErrors, callback) {
    const { child, key } = this;
    const onGone = () => {
      child.removeListener('internalMessage', onReply);
      callback(codedError(Error, 'ERR_CHILD_CLOSED_BEFORE_REPLY', 'Child closed before reply received'));
    };
    const onReply = (/** @type {any} */ message) => {
      if (message.cmd !== replyCmd || message.key !== key) return;
      child.removeListener('disconnect', onGone);
      child.removeListener('internalMessage', onReply);
      callback(null, message);
    };
    if (!child.connected) {
      onGone();
      return;
    }
    child._send({ cmd, key }, undefined, swallowErrors);
    child.once('disconnect', onGone);
    child.on('internalMessage', onReply);
  }
}

/** The sockets that went to one child and came from it, by server. */
class Sockets {
  /** @type {Map<string, InstanceType<typeof SentSockets>>} */
  #sent = new Map();
  /**
   * How many we have, and whether the child waits for the last to close.
   * @type {Map<string, { count: number, isAwaited: boolean }>}
   */
  #received = new Map();
  #child;

  /** @param {any} child */
  constructor(child) {
    this.#child = child;
  }

  /**
   * Counts a socket among those of its server that the child has.
   * @param {any} server
   * @param {boolean} keepOpen whether it stays open here too
   * @returns {string} the server's key
   */
  onSend(server, keepOpen) {
    const key = server._connectionKey;
    if (!this.#sent.has(key)) {
      const list = new SentSockets(this.#child, key);
      this.#sent.set(key, list);
      server._setupWorker(list);
    }
    if (!keepOpen) server._connections--;
    return key;
  }

  /**
   * Counts a socket among those of a server of the child's that we have.
   * @param {string} key
   * @param {import('node:net').Socket} socket
   */
  onReceive(key, socket) {
    const list = this.#received.get(key) ?? { count: 0, isAwaited: false };
    this.#received.set(key, list);
    list.count++;
    socket.once('close', () => {
      if (--list.count > 0) return;
      this.#received.delete(key);
      if (list.isAwaited) this.#reply('NODE_SOCKET_ALL_CLOSED', key);
    });
  }

  /**
   * A request of the child's about a server of its own.
   * @param {any} message
   */
  onRequest({ cmd, key }) {
    const list = this.#received.get(key);
    if (cmd === 'NODE_SOCKET_GET_COUNT') this.#reply('NODE_SOCKET_COUNT', key, { count: list?.count ?? 0 });
    else if (cmd !== 'NODE_SOCKET_NOTIFY_CLOSE') return;
    else if (list) list.isAwaited = true;
    else this.#reply('NODE_SOCKET_ALL_CLOSED', key);
  }

  /**
   * @param {string} cmd
   * @param {string} key
   * @param {any} [more]
   */
  #reply(cmd, key, more) {
    // The child may be gone by now, which is no error of this program.
    if (this.#child.channel) this.#child._send({ cmd, key, ...more }, undefined, true);
  }
}

module.exports = { Sockets };
