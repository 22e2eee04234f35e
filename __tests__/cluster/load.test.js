'use strict';
// An http server of four workers, loaded from another process while its workers
// go and are replaced: what is lost is what a killed worker had in its hands.

const { once } = require('node:events');
const { createInterface } = require('node:readline');
const { closed } = require('../helpers/children.js');
const { builtin } = require('../helpers/modules.js');
const { WAYS } = require('../helpers/program.js');
const { startCluster } = require('./clusters.js');

const WORKERS = 4;
const RESTARTS = 6;
/** Requests that are under way at any time. */
const AT_ONCE = 8;
/** Answers between two restarts. */
const PACE = 50;

/** Keeps four workers; ends the oldest as the line says, and tells when it has been replaced. */
function primary(cluster, report, workers, policy) {
  const inTurn = [];
  cluster.schedulingPolicy = cluster[policy];
  for (let index = 0; index < workers; index++) cluster.fork();
  cluster.on('listening', (worker, { port }) => {
    inTurn.push(worker);
    if (inTurn.length === workers) report({ port });
  });
  const replace = () => cluster.fork();
  cluster.on('exit', replace);
  process.stdin.on('data', (chunk) => {
    const word = String(chunk).trim();
    if (word === 'kill') inTurn.shift().process.kill('SIGKILL');
    if (word === 'disconnect') inTurn.shift().disconnect();
  });
  process.stdin.on('end', () => {
    cluster.off('exit', replace);
    for (const worker of Object.values(cluster.workers)) worker.process.kill('SIGKILL');
  });
}

/**
 * Answers, every other time later. By hand where none may be lost: an
 * http.Server that closes drops connections whose request it has not read yet.
 */
function worker(_cluster, _report, _workers, _policy, byHand) {
  const http = require('node:http');
  const net = require('node:net');
  const answer = (path, end) => (Number(path.slice(1)) % 2 ? setTimeout(end, 2, path) : end(path));
  const server = byHand
    ? net.createServer((socket) => {
        socket.once('data', (chunk) => {
          const [, path] = String(chunk).split(' ');
          answer(path, () => socket.end(`HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n${path}`));
        });
      })
    : http.createServer((request, response) => answer(request.url, (path) => response.end(path)));
  server.listen(0, '127.0.0.1');
}

/**
 * Another process: asks, each on a connection of its own, until its input ends,
 * and then tells what was lost. At a line it sees what is stuck: what was asked
 * before, and is not answered after so many others, has been lost with its worker.
 */
function client(port, atOnce, pace) {
  const http = require('node:http');
  const tell = (value) => console.log(JSON.stringify(value));
  const lost = [];
  const open = new Set();
  let asked = 0;
  let done = 0;
  let ending = false;
  const ask = (finish) => {
    const path = `/${asked++}`;
    const over = (error) => {
      if (!open.delete(request)) return;
      if (error) lost.push(error);
      finish();
    };
    const request = http.get({ port, host: '127.0.0.1', path, agent: false }, (response) => {
      let body = '';
      response.on('data', (chunk) => {
        body += chunk;
      });
      response.on('error', ({ code }) => over(code));
      response.on('end', () => over(body === path ? undefined : `answered ${body}`));
    });
    request.on('error', ({ code }) => over(code));
    open.add(request);
  };
  const keepAsking = () => {
    done++;
    if (done % pace === 0) tell({ done });
    if (!ending) ask(keepAsking);
    else if (open.size === 0) tell({ lost });
  };
  const findStuck = () => {
    const before = [...open];
    let left = 40;
    const next = () => {
      if (left-- > 0) {
        ask(next);
        return;
      }
      for (const request of before)
        if (open.has(request)) request.destroy(Object.assign(new Error(), { code: 'stuck' }));
      tell({ found: true });
    };
    next();
  };
  process.stdin.on('data', findStuck);
  process.stdin.on('end', () => {
    ending = true;
  });
  for (let index = 0; index < atOnce; index++) ask(keepAsking);
}

/** The next line of a stream, as what it says. @param {AsyncIterator<string>} lines */
async function nextOf(lines) {
  const { value, done } = await lines.next();
  if (done) throw new Error('it ended');
  return JSON.parse(value.replace('\x1e', ''));
}

/** What a client loses while workers are ended and replaced. @param {string[]} flags @param {string} policy @param {'kill' | 'disconnect'} act */
async function load(flags, policy, act) {
  const server = startCluster(flags, primary, worker, WORKERS, policy, act === 'disconnect');
  const stderr = [];
  server.stderr.on('data', (chunk) => stderr.push(String(chunk)));
  const ready = createInterface(server.stdout)[Symbol.asyncIterator]();
  const { port } = await nextOf(ready);
  const loader = builtin.spawn(process.execPath, ['-e', `(${client})(${port}, ${AT_ONCE}, ${PACE})`], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const progress = createInterface(loader.stdout)[Symbol.asyncIterator]();
  for (let count = 0; count < RESTARTS; count++) {
    await nextOf(progress);
    server.stdin.write(`${act}\n`);
    expect(await nextOf(ready)).toEqual({ port });
    if (act === 'disconnect') continue;
    loader.stdin.write('\n');
    while (!(await nextOf(progress)).found);
  }
  loader.stdin.end();
  let lost;
  while (!lost) lost = (await nextOf(progress)).lost;
  if (loader.exitCode === null) await once(loader, 'close');
  const end = closed(server);
  server.stdin.end();
  expect(await end).toEqual({ code: 0, signal: null });
  expect(stderr).toEqual([]);
  return lost;
}

describe.each(WAYS)('an http server of four workers (%s)', (_name, flags) => {
  // Without the primary in between, connections that a worker was offered are lost with it, on either module.
  test('SCHED_RR: none is lost while workers are replaced', async () => {
    expect(await load(flags, 'SCHED_RR', 'disconnect')).toEqual([]);
  });

  test.each([['SCHED_RR'], ['SCHED_NONE']])('%s: of killed workers, none but what they had', async (policy) => {
    const lost = await load(flags, policy, 'kill');
    expect(lost.length).toBeLessThanOrEqual(RESTARTS * AT_ONCE);
  });
});
