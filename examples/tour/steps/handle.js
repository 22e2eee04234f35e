'use strict';
// fork(), messages, and a handle passed to the worker. worker.js beside this folder is the other end.

const { once } = require('node:events');
const net = require('node:net');
const { text } = require('node:stream/consumers');

const CONNECTIONS = 5;

exports.title = 'fork: a worker that gets a listening server';
exports.command = "worker.send('serve', server)";
exports.expected = { served: CONNECTIONS, code: 0, signal: null };

/** @type {import('../stage.js').Step['run']} */
exports.run = async ({ fork }) => {
  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = /** @type {net.AddressInfo} */ (server.address());

  const worker = fork(require.resolve('../worker.js'));
  worker.send('serve', server);
  await once(worker, 'message');
  // From here on only the worker accepts.
  server.close();

  const answers = [];
  for (let i = 0; i < CONNECTIONS; i++) answers.push(await text(net.connect(port, '127.0.0.1')));
  worker.disconnect();
  const [code, signal] = await once(worker, 'exit');
  return { served: answers.filter((answer) => answer === `served by ${worker.pid}`).length, code, signal };
};

/** @type {import('../stage.js').Step['tell']} */
exports.tell = ({ served, code }) => `the worker served ${served} of ${CONNECTIONS} connections, exit code ${code}`;
