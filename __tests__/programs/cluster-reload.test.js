'use strict';
// A cluster as process managers run it: reloaded without a request lost, its
// workers brought back when they crash and killed when they do not end.

const { describeWays } = require('../cluster/clusters.js');

/**
 * What the primaries below have: start(version), which resolves when the worker
 * says it is ready; stop(worker, patience); ask(port), one request; and told(),
 * which reports whose child processes the workers are.
 */
const MANAGER = `
  const { ChildProcess } = require('node:child_process');
  const http = require('node:http');
  const start = (version) =>
    new Promise((resolve) => {
      const worker = cluster.fork({ FORKLESS_VERSION: version });
      worker.on('message', (message) => {
        if (message.ready) resolve(Object.assign(worker, { port: message.ready }));
      });
    });
  const stop = (worker, patience = 20_000) =>
    new Promise((resolve) => {
      const timer = setTimeout(() => worker.process.kill('SIGKILL'), patience);
      worker.once('exit', (...end) => {
        clearTimeout(timer);
        resolve(end);
      });
      worker.send('shutdown');
    });
  const ask = (port, path = '/') =>
    new Promise((resolve) => {
      // A connection of its own for each, so that any worker may get it.
      const request = http.get({ port, path, host: '127.0.0.1', agent: false }, (response) => {
        let text = '';
        response.on('data', (chunk) => {
          text += chunk;
        });
        response.on('end', () => resolve(text));
      });
      request.on('error', (error) => resolve(error.code));
    });
  const told = () => {
    const forkless = Object.keys(require.cache).find((name) => name === index);
    const workers = Object.values(cluster.workers);
    report({
      forkless: forkless !== undefined && require(forkless).fork === require('node:child_process').fork,
      children: workers.every((worker) => worker.process instanceof ChildProcess),
    });
  };
`;

const INDEX = require('node:path').join(__dirname, '..', '..', 'index.js');

/**
 * A server that answers with its version, and ends as a well-behaved one does. By hand, for an
 * http.Server that closes drops connections whose request it has not read yet.
 */
function serve(cluster) {
  const net = require('node:net');
  const answer = (path) => {
    if (path === '/crash') process.exit(9);
    return path === '/large' ? 'x'.repeat(3_000_000) : process.env.FORKLESS_VERSION;
  };
  const server = net.createServer((socket) => {
    socket.once('data', (chunk) => {
      const [, path] = String(chunk).split(' ');
      socket.end(`HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n${answer(path)}`);
    });
  });
  server.listen(0, '127.0.0.1', () => process.send({ ready: server.address().port }));
  process.on('message', (message) => {
    if (message === 'shutdown' && process.env.FORKLESS_VERSION !== 'stubborn') cluster.worker.disconnect();
  });
}

describeWays('a cluster under a process manager', (run, name) => {
  /** @param {(manager: any) => any} primary gets what is in MANAGER */
  const manage = async (primary) => {
    const body = `(cluster, report, index) => {
      ${MANAGER}
      return (${primary})({ cluster, report, start, stop, ask, told });
    }`;
    const [first, ...reports] = await run(body, serve, INDEX);
    expect(first).toEqual({ forkless: name === 'forkless', children: true });
    return reports;
  };

  test('a reload of all, one by one, loses no request', async () => {
    const reports = await manage(async ({ report, start, stop, ask, told }) => {
      let workers = await Promise.all([start('one'), start('one'), start('one')]);
      told();
      const { port } = workers[0];
      report(workers.every((worker) => worker.port === port));
      const answers = {};
      let asking = true;
      const clients = [1, 2, 3, 4].map(async () => {
        while (asking) {
          const answer = await ask(port);
          answers[answer] = (answers[answer] ?? 0) + 1;
        }
      });
      const askTwenty = async () => {
        const seen = new Set();
        for (let at = 0; at < 20; at += 1) seen.add(await ask(port));
        return [...seen];
      };
      report(await askTwenty());
      const fresh = [];
      for (const worker of workers) {
        fresh.push(await start('two'));
        report(await stop(worker));
      }
      workers = fresh;
      report(await askTwenty());
      asking = false;
      await Promise.all(clients);
      // An error would be a third.
      report(Object.keys(answers).sort());
      report(await Promise.all(workers.map((worker) => stop(worker))));
    });
    expect(reports).toEqual([
      true,
      ['one'],
      ...[0, 1, 2].map(() => [0, null]),
      ['two'],
      ['one', 'two'],
      [0, 1, 2].map(() => [0, null]),
    ]);
  });

  test('workers that crash are brought back, up to a limit', async () => {
    const reports = await manage(async ({ cluster, report, start, stop, ask, told }) => {
      let worker = await start('one');
      told();
      for (let restarts = 0; restarts < 3; restarts += 1) {
        const ended = new Promise((resolve) => cluster.once('exit', (gone, ...end) => resolve([gone.id, ...end])));
        const answer = await ask(worker.port, '/crash');
        report([answer, ...(await ended)]);
        worker = await start(`again ${restarts}`);
        report(await ask(worker.port));
      }
      report(await stop(worker));
    });
    expect(reports).toEqual([
      ...[0, 1, 2].flatMap((at) => [['ECONNRESET', at + 1, 9, null], `again ${at}`]),
      [0, null],
    ]);
  });

  test('a worker that does not shut down is killed', async () => {
    const reports = await manage(async ({ report, start, stop, ask, told }) => {
      const [good, bad] = await Promise.all([start('good'), start('stubborn')]);
      told();
      report(await Promise.all([stop(good), stop(bad, 50)]));
      const next = await start('next');
      report(await ask(next.port));
      report(await stop(next));
    });
    expect(reports).toEqual([
      [
        [0, null],
        [null, 'SIGKILL'],
      ],
      'next',
      [0, null],
    ]);
  });

  test('large answers under way are finished before a worker ends', async () => {
    const reports = await manage(async ({ report, start, stop, ask, told }) => {
      const workers = await Promise.all([start('one'), start('one')]);
      told();
      const { port } = workers[0];
      report((await Promise.all([1, 2, 3, 4, 5, 6].map(() => ask(port, '/large')))).map(({ length }) => length));
      report(await Promise.all(workers.map((worker) => stop(worker))));
    });
    expect(reports).toEqual([
      Array(6).fill(3_000_000),
      [
        [0, null],
        [0, null],
      ],
    ]);
  });
});
