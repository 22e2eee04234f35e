'use strict';
// Requests a second of an HTTP server that runs a program for each of them, with little and with much memory alive around
// it: what users feel of a start. Ten clients, each on one connection, ask all the time (children/clients.js).

const assert = require('node:assert');
const { spawn: start } = require('node:child_process');
const { once } = require('node:events');
const http = require('node:http');
const path = require('node:path');
const { text } = require('node:stream/consumers');

const BUFFER_MB = 100;
const SECONDS = 4;

/** @type {Map<number, import('../report.js').Target>} */
const TARGETS = new Map([[300, { ratioAtLeast: 20 }]]);

exports.cases = [0, 300, 2000].map((megabytes) => ({
  given: { megabytes },
  needs: megabytes && megabytes + 1024,
  rows: {
    rate: { title: `HTTP requests a second, ${megabytes} MB alive`, unit: '/s', target: TARGETS.get(megabytes) },
  },
}));

/**
 * @param {() => typeof import('node:child_process')} load
 * @param {{ megabytes: number }} given
 * @param {number} effort
 */
exports.measure = async (load, { megabytes }, effort) => {
  const { execFile } = load();
  const alive = Array.from({ length: megabytes / BUFFER_MB }, () => Buffer.alloc(BUFFER_MB * 2 ** 20, 1));

  const server = http.createServer((request, response) => {
    execFile('/bin/echo', [request.url ?? ''], (error, stdout) => {
      if (error) throw error;
      response.end(stdout);
    });
  });
  await once(server.listen(0), 'listening');
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  const rate = await rateOfClients(port, SECONDS * effort);
  server.close();

  // Read at the end, so that the Buffers are alive until here.
  assert(alive.every((buffer) => buffer[buffer.length - 1] === 1));
  return { rate: [rate] };
};

/**
 * @param {number} port
 * @param {number} seconds
 */
async function rateOfClients(port, seconds) {
  // All contestants have the same clients, on the Node that run.js runs on.
  const node = process.env.BENCH_NODE ?? process.execPath;
  const script = path.join(__dirname, '../children/clients.js');
  const clients = start(node, [script, String(port), String(seconds)], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [rate, [code]] = await Promise.all([text(clients.stdout), once(clients, 'close')]);
  assert.strictEqual(code, 0);
  assert(Number(rate) > 0, 'a connection was closed');
  return Number(rate);
}
