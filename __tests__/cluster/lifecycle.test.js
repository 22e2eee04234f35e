'use strict';
// Workers that come and go: by disconnect(), by a signal, by themselves, and when the primary dies.

const { isAlive } = require('../helpers/proc.js');
const { until } = require('../helpers/until.js');
const { closed } = require('../helpers/children.js');
const { WAYS, parseReports } = require('../helpers/program.js');
const { describeWays, startCluster } = require('./clusters.js');

/** Forks one, logs all its events, and does `act` once it listens. */
function watchOne(cluster, report, act) {
  const worker = cluster.fork();
  for (const event of ['fork', 'online', 'listening', 'disconnect', 'exit']) {
    cluster.on(event, (_worker, ...args) => report([event, ...(event === 'exit' ? args : [])]));
  }
  cluster.on('exit', () => report({ after: worker.exitedAfterDisconnect, dead: worker.isDead() }));
  cluster.on('listening', () => new Function('cluster', 'worker', act)(cluster, worker));
}

/** Listens; and does what the message says. */
function listen() {
  require('node:net').createServer().listen(0, '127.0.0.1');
  process.on('message', (code) => new Function('cluster', code)(require('node:cluster')));
}

const START = [['fork'], ['online'], ['listening']];

describeWays('the events of a worker', (run) => {
  test.each([
    ['worker.disconnect()', 'worker.disconnect()', [0, null], true],
    ['cluster.disconnect()', 'cluster.disconnect()', [0, null], true],
    ['worker.kill()', 'worker.kill()', [null, 'SIGTERM'], false],
    ['worker.process.kill("SIGKILL")', 'worker.process.kill("SIGKILL")', [null, 'SIGKILL'], false],
    ['worker.destroy("SIGINT"), its other name', 'worker.destroy("SIGINT")', [null, 'SIGINT'], false],
    ['process.exit() in it', 'worker.send("process.exit(7)")', [7, null], false],
    ['process.disconnect() in it', 'worker.send("process.disconnect()")', [0, null], false],
    ['cluster.worker.disconnect() in it', 'worker.send("cluster.worker.disconnect()")', [0, null], true],
    ['cluster.worker.kill() in it', 'worker.send("cluster.worker.kill()")', [0, null], true],
    ['process.kill() of itself', 'worker.send("process.kill(process.pid, \'SIGTERM\')")', [null, 'SIGTERM'], false],
  ])('%s', async (_name, act, exit, after) => {
    const reports = await run(watchOne, listen, act);
    expect(reports.slice(0, 3)).toEqual(START);
    // Which of the two is first, chance decides.
    const rest = reports.slice(3).filter((report) => Array.isArray(report));
    expect(rest.sort()).toEqual([['disconnect'], ['exit', ...exit]]);
    const [{ dead, after: seen }] = reports.filter((report) => !Array.isArray(report));
    expect([dead, Boolean(seen)]).toEqual([true, after]);
  });

  test('disconnect() waits for the connections that are open', async () => {
    const primary = (cluster, report) => {
      const net = require('node:net');
      const worker = cluster.fork();
      worker.on('listening', ({ port }) => {
        const client = net.connect(port, '127.0.0.1', () => client.write('x'));
        client.once('data', () => {
          worker.disconnect();
          worker.on('disconnect', () => report('disconnect'));
          // It has no more server, and the connection is still served.
          setTimeout(() => client.write('y'), 50);
          client.once('data', (data) => {
            report(String(data));
            client.end();
          });
        });
        worker.on('exit', (code) => report(code));
      });
    };
    const worker = () => {
      require('node:net')
        .createServer((socket) => socket.pipe(socket))
        .listen(0, '127.0.0.1');
    };
    const reports = await run(primary, worker);
    expect(reports).toHaveLength(3);
    expect(reports[0]).toBe('y');
    expect(reports).toEqual(expect.arrayContaining(['disconnect', 0]));
  });

  test('one that is restarted whenever it dies', async () => {
    const primary = (cluster, report) => {
      let deaths = 0;
      cluster.on('listening', (worker) => {
        if (deaths < 5) worker.process.kill('SIGKILL');
        else cluster.disconnect(() => report({ deaths, left: Object.keys(cluster.workers).length }));
      });
      cluster.on('exit', (_worker, _code, signal) => {
        if (signal !== 'SIGKILL') return;
        deaths++;
        cluster.fork();
      });
      cluster.fork();
    };
    expect(await run(primary, listen)).toEqual([{ deaths: 5, left: 0 }]);
  });

  test('ten at once, and all gone', async () => {
    const primary = (cluster, report) => {
      let exits = 0;
      for (let index = 0; index < 10; index++) cluster.fork();
      cluster.on('exit', () => exits++);
      let online = 0;
      cluster.on('online', () => {
        if (++online === 10) cluster.disconnect(() => setImmediate(() => report(Object.keys(cluster.workers).length)));
      });
      process.on('exit', () => report(exits));
    };
    expect(await run(primary, () => {})).toEqual([0, 10]);
  });
});

test.each(WAYS)('the primary is killed: its workers go by themselves (%s)', async (_name, flags) => {
  const primary = (cluster, report) => {
    for (let index = 0; index < 3; index++) cluster.fork();
    let listening = 0;
    cluster.on('listening', () => {
      if (++listening === 3) report(Object.values(cluster.workers).map((worker) => worker.process.pid));
    });
  };
  const child = startCluster(flags, primary, listen);
  let stdout = '';
  child.stdout.on('data', (chunk) => {
    stdout += chunk;
  });
  expect(await until(() => parseReports(stdout).length === 1)).toBe(true);
  const [pids] = parseReports(stdout);
  expect(pids.every(isAlive)).toBe(true);
  const end = closed(child);
  child.kill('SIGKILL');
  // Its outputs are theirs too: it closes when they have gone.
  expect(await end).toEqual({ code: null, signal: 'SIGKILL' });
  expect(await until(() => !pids.some(isAlive))).toBe(true);
});
