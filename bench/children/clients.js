'use strict';
// The clients of server.js, in a process of their own. Each sends a request as soon as its last one is answered, and looks
// at the answer. They are bare sockets, so that they take little of the CPU time that the server could have.
//   node clients.js PORT SECONDS

const assert = require('node:assert');
const { once } = require('node:events');
const net = require('node:net');
const { rateOf } = require('../samples.js');

const CLIENTS = 10;

let requests = 0;

/**
 * Asks for a page of its own, which must have nothing but its own name in it.
 * @param {net.Socket} socket
 * @returns {Promise<void>}
 */
function ask(socket) {
  const url = `/${++requests}`;
  return new Promise((resolve) => {
    let answer = '';
    const onData = (/** @type {string} */ piece) => {
      answer += piece;
      const [head, body] = answer.split('\r\n\r\n');
      if (body === undefined) return;
      const length = Number(/\r\ncontent-length: (\d+)/i.exec(head)?.[1]);
      if (body.length < length) return;
      assert(head.startsWith('HTTP/1.1 200 '), head);
      assert.strictEqual(body, `${url}\n`);
      socket.off('data', onData);
      resolve();
    };
    socket.on('data', onData);
    socket.write(`GET ${url} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
  });
}

async function main() {
  const [, , port, seconds] = process.argv;
  const sockets = Array.from({ length: CLIENTS }, () => net.connect({ port: Number(port), noDelay: true }));
  for (const socket of sockets) socket.setEncoding('latin1');
  await Promise.all(sockets.map((socket) => once(socket, 'connect')));
  console.log(await rateOf(sockets, ask, Number(seconds)));
  for (const socket of sockets) socket.end();
}

main();
