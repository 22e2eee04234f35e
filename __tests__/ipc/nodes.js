'use strict';
// Children with a channel, for the tests: Nodes that speak over their own
// built-in end, and Nodes that write and read its bytes themselves.

const path = require('node:path');
const { once } = require('node:events');
const { setImmediate: immediate } = require('node:timers/promises');

const RUN = path.join(__dirname, 'fixtures', 'run.js');
const STDIO = ['ignore', 'ignore', 'inherit', 'ipc'];

/**
 * A Node, by fork(), that runs `body(...args)`. The body gets nothing from
 * around it but `require`: it crosses as text.
 * @param {any} module
 * @param {(...args: any[]) => void} body
 * @param {any[]} [args] plain data
 * @param {any} [options]
 */
function forkNode(module, body, args = [], options = {}) {
  return module.fork(RUN, [String(body), JSON.stringify(args)], { execArgv: [], stdio: STDIO, ...options });
}

/**
 * A Node that has no built-in end: its body gets the channel as a net.Socket.
 * @param {any} module
 * @param {(channel: import('node:net').Socket, ...args: any[]) => void} body
 * @param {any[]} [args] plain data
 * @param {any} [options]
 */
function rawNode(module, body, args = [], options = {}) {
  const hide = 'RAW_FD=$NODE_CHANNEL_FD; export RAW_FD; unset NODE_CHANNEL_FD; exec "$@"';
  const whole = `(...args) => {
    const channel = new (require('node:net').Socket)({ fd: Number(process.env.RAW_FD), readable: true, writable: true });
    channel.on('error', () => {});
    return (${body})(channel, ...args);
  }`;
  const command = ['-c', hide, 'sh', process.execPath, RUN, whole, JSON.stringify(args)];
  return module.spawn('sh', command, { stdio: STDIO, ...options });
}

/**
 * Resolves when the child has exited and its channel is closed, with the exit.
 * Not at 'close', which the built-in never emits after a disconnect() of ours, and not
 * at 'disconnect', which nobody emits while a handle was on its way.
 * @param {any} child
 * @returns {Promise<{ code: number | null, signal: string | null }>}
 */
async function gone(child) {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  if (child.connected) await once(child, 'disconnect');
  await immediate();
  return { code: child.exitCode, signal: child.signalCode };
}

/** What a child sends, in order: to be awaited one by one. */
class Inbox {
  /** All that was not asked for yet. @type {[any, any][]} */
  waiting = [];
  #asked = [];
  #closed = false;

  /** @param {any} child */
  constructor(child) {
    child.on('message', (message, handle) => {
      this.waiting.push([message, handle]);
      this.#serve();
    });
    child.on('disconnect', () => {
      this.#closed = true;
      this.#serve();
    });
  }

  /** The next message and its handle. @returns {Promise<[any, any]>} */
  next() {
    return new Promise((resolve, reject) => {
      this.#asked.push({ resolve, reject });
      this.#serve();
    });
  }

  /** The next message. @returns {Promise<any>} */
  async message() {
    return (await this.next())[0];
  }

  /** The next `count` messages. @param {number} count */
  async messages(count) {
    const got = [];
    while (got.length < count) got.push(await this.message());
    return got;
  }

  #serve() {
    while (this.#asked.length > 0 && this.waiting.length > 0) this.#asked.shift().resolve(this.waiting.shift());
    if (!this.#closed) return;
    for (const { reject } of this.#asked.splice(0)) reject(new Error('The channel closed with no such message'));
  }
}

module.exports = { Inbox, RUN, forkNode, gone, rawNode };
