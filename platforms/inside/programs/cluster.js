'use strict';
// Two workers serve, one is killed, and the other goes by itself.

const cluster = require('node:cluster');
const { once } = require('node:events');
const net = require('node:net');

async function primary() {
  const workers = [cluster.fork(), cluster.fork()];
  const [address] = (await Promise.all(workers.map((worker) => once(worker, 'listening'))))[0];
  const answers = [];
  for (let count = 0; count < 4; count++) {
    let text = '';
    for await (const chunk of net.connect(address.port, '127.0.0.1')) text += chunk;
    // Whose turn it is depends on who was the first to listen.
    answers.push(text.replace(/[12]/, 'N'));
  }
  const ends = workers.map((worker) => once(worker, 'exit'));
  workers[0].process.kill('SIGKILL');
  workers[1].send('go');
  console.log(JSON.stringify([answers, await Promise.all(ends)]));
}

function worker() {
  net.createServer((socket) => socket.end(`worker ${cluster.worker.id}`)).listen(0, '127.0.0.1');
  process.on('message', () => cluster.worker.disconnect());
}

if (cluster.isPrimary) primary();
else worker();
