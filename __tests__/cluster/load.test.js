'use strict';
// An http server of four workers, loaded from another process while its workers
// go and are replaced: what is lost is what a killed worker had in its hands.

const { once } = require('node:events');
const { createInterface } = require('node:readline');
const { output } = require('../helpers/children.js');
const { builtin } = require('../helpers/modules.js');
const { WAYS, startCluster } = require('./clusters.js');

const WORKERS = 4;
const REQUESTS = 600;
const AT_ONCE = 8;
const RESTARTS = 6;

/** Keeps four workers; does to the next in turn what the line says, `end` to all. */
function primary(cluster, report, workers, policy) {
  cluster.schedulingPolicy = cluster[policy];
  let ending = false;
  let restarted = 0;
  for (let index = 0; index < workers; index++) cluster.fork();
  let listening = 0;
  const old = [];
  cluster.on('listening', (worker, { port }) => {
    old.push(worker);
    if (++listening === workers) report({ port });
  });
  cluster.on('exit', (worker) => {
    restarted++;
    const place = old.indexOf(worker);
    if (place >= 0) old.splice(place, 1);
    if (!ending) cluster.fork();
  });
  process.stdin.on('data', (chunk) => {
    for (const word of String(chunk).trim().split('\n')) {
      if (word === 'end') {
        ending = true;
        report({ restarted });
        process.stdin.destroy();
        cluster.disconnect();
      } else if (old.length > 0) {
        const worker = old.shift();
        if (word === 'kill') worker.process.kill('SIGKILL');
        else worker.disconnect();
      }
    }
  });
}

/** Answers, some of it later. */
function worker() {
  const http = require('node:http');
  http
    .createServer((request, response) => {
      const answer = () => response.end(request.url);
      if (Number(request.url.slice(1)) % 2) setTimeout(answer, 2);
      else answer();
    })
    .listen(0, '127.0.0.1');
}

/** Another process: asks, each on a connection of its own; says when a part is over, and at the end what was lost. */
function client(port, requests, atOnce, parts) {
  const http = require('node:http');
  let next = 0;
  let done = 0;
  const lost = [];
  const finish = (error) => {
    if (error) lost.push(error);
    done++;
    if (done % Math.floor(requests / (parts + 1)) === 0) console.log(JSON.stringify({ done }));
    if (done === requests) console.log(JSON.stringify({ lost }));
    ask();
  };
  const ask = () => {
    if (next === requests) return;
    const path = `/${next++}`;
    const request = http.get({ port, host: '127.0.0.1', path, agent: false, timeout: 10_000 }, (response) => {
      let body = '';
      response.on('data', (chunk) => {
        body += chunk;
      });
      response.on('error', (error) => finish(error.code));
      response.on('end', () => finish(body === path ? undefined : `answered ${body}`));
    });
    request.on('timeout', () => request.destroy(Object.assign(new Error(), { code: 'no answer' })));
    request.on('error', (error) => finish(error.code));
  };
  for (let index = 0; index < atOnce; index++) ask();
}

/** @param {string[]} flags @param {string} policy @param {'kill' | 'disconnect'} act */
async function load(flags, policy, act) {
  const server = startCluster(flags, primary, worker, WORKERS, policy);
  const [line] = await once(createInterface(server.stdout), 'line');
  const { port } = JSON.parse(line.slice(1));
  const code = `(${client})(${port}, ${REQUESTS}, ${AT_ONCE}, ${RESTARTS})`;
  const loader = builtin.spawn(process.execPath, ['-e', code], { stdio: ['ignore', 'pipe', 'inherit'] });
  let lost;
  let acts = 0;
  for await (const line of createInterface(loader.stdout)) {
    const message = JSON.parse(line);
    if (message.lost) lost = message.lost;
    else if (acts < RESTARTS) {
      acts++;
      server.stdin.write(`${act}\n`);
    }
  }
  const ended = output(server);
  server.stdin.write('end\n');
  const { code: exit, signal, stderr } = await ended;
  expect({ exit, signal, stderr }).toEqual({ exit: 0, signal: null, stderr: '' });
  expect(acts).toBe(RESTARTS);
  return lost;
}

describe.each(WAYS)('an http server of four workers (%s)', (_name, flags) => {
  test.each([['SCHED_RR'], ['SCHED_NONE']])('%s: none is lost while workers are replaced', async (policy) => {
    expect(await load(flags, policy, 'disconnect')).toEqual([]);
  });

  test.each([['SCHED_RR'], ['SCHED_NONE']])('%s: of killed workers, none but what they had', async (policy) => {
    const lost = await load(flags, policy, 'kill');
    console.log(_name, policy, lost);
    expect(lost.length).toBeLessThanOrEqual(RESTARTS * AT_ONCE);
  });
});
