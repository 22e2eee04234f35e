'use strict';
// Servers that the workers of a cluster share: TCP, paths and UDP, round-robin and by themselves.

const path = require('node:path');
const { makeFolder, removeFolder } = require('../helpers/folder.js');
const { FORKLESS } = require('../helpers/modules.js');
const { since } = require('../../lib/release.js');
const { describeWays } = require('./clusters.js');

let folder;
let paths = 0;
beforeAll(() => {
  folder = makeFolder();
});
afterAll(() => removeFolder(folder));

/** Forks workers, and when all listen asks `count` times, one after the other; reports who answered. */
function askAll(cluster, report, { policy, workers, count }) {
  const net = require('node:net');
  cluster.schedulingPolicy = cluster[policy];
  let listening = 0;
  for (let index = 0; index < workers; index++) cluster.fork();
  cluster.on('listening', (_worker, address) => {
    if (++listening < workers) return;
    const where = typeof address.address === 'string' && address.port <= 0 ? address.address : address.port;
    const answers = [];
    const ask = () => {
      if (answers.length === count) {
        report({ answers });
        cluster.disconnect();
        return;
      }
      const socket = net.connect(where);
      let text = '';
      socket.on('data', (chunk) => {
        text += chunk;
      });
      socket.on('close', () => {
        answers.push(text);
        ask();
      });
    };
    ask();
  });
  cluster.on('exit', (worker, code, signal) => report({ id: worker.id, code, signal }));
}

/** Answers each connection with its number. */
function answer(cluster, _report, { address }) {
  require('node:net')
    .createServer((socket) => socket.end(`${cluster.worker.id}`))
    .listen(address);
}

const ADDRESSES = [
  ['TCP', () => ({ port: 0, host: '127.0.0.1' })],
  ['a path', () => ({ path: path.join(folder, `socket-${paths++}`) })],
];

describeWays("a worker's own child", (run) => {
  // Node 18's net asks the primary, whatever it is to listen on.
  (since('20.0') ? test : test.skip)('can give it a server, which the primary is not asked for', async () => {
    const primary = (cluster, report) => {
      cluster.fork().on('exit', (code) => report(code));
    };
    const worker = (cluster, report, file, code) => {
      const child = require('node:child_process').fork(file, [code, '[]'], { execArgv: [] });
      child.on('message', (_message, server) => {
        report([server.constructor.name, server.listening, server.address().address]);
        server.close();
        child.disconnect();
        cluster.worker.disconnect();
      });
    };
    const giveServer = () => {
      const server = require('node:net').createServer();
      server.listen(0, '127.0.0.1', () => process.send('yours', server, () => server.close()));
      process.on('message', () => {});
    };
    const args = [require.resolve('../ipc/fixtures/run.js'), String(giveServer)];
    expect(await run(primary, worker, ...args)).toEqual([['Server', true, '127.0.0.1'], 0]);
  });
});

describeWays('a server of all workers', (run) => {
  test.each(ADDRESSES)('round-robin, over %s: each in its turn', async (_name, address) => {
    const given = { policy: 'SCHED_RR', workers: 3, count: 12, address: address() };
    const [{ answers }, ...exits] = await run(askAll, answer, given);
    expect(answers).toHaveLength(12);
    expect([...new Set(answers)].sort()).toEqual(['1', '2', '3']);
    expect(exits.map(({ code, signal }) => [code, signal])).toEqual(Array(3).fill([0, null]));
  });

  test.each(ADDRESSES)('by themselves, over %s: all are answered', async (_name, address) => {
    const given = { policy: 'SCHED_NONE', workers: 3, count: 12, address: address() };
    const [{ answers }, ...exits] = await run(askAll, answer, given);
    expect(answers).toHaveLength(12);
    expect(answers.every((answer) => ['1', '2', '3'].includes(answer))).toBe(true);
    expect(exits.map(({ code, signal }) => [code, signal])).toEqual(Array(3).fill([0, null]));
  });

  test('a port of nobody in particular is the same one for all', async () => {
    const primary = (cluster, report) => {
      const ports = [];
      for (let index = 0; index < 3; index++) cluster.fork();
      cluster.on('listening', (_worker, { port, addressType, fd }) => {
        ports.push(port);
        if (ports.length < 3) return;
        for (const worker of Object.values(cluster.workers)) worker.send('go');
        report({ same: new Set(ports).size === 1, open: port > 0, addressType, fd });
      });
    };
    const worker = () => {
      const server = require('node:net').createServer().listen(0, '127.0.0.1');
      process.on('message', () => server.close(() => process.disconnect()));
    };
    expect(await run(primary, worker)).toEqual([{ same: true, open: true, addressType: 4 }]);
  });

  test('exclusive: each has its own', async () => {
    const primary = (cluster, report) => {
      const ports = [];
      for (let index = 0; index < 3; index++) cluster.fork();
      cluster.on('message', (_worker, port) => {
        ports.push(port);
        if (ports.length < 3) return;
        report(new Set(ports).size);
        cluster.disconnect();
      });
    };
    const worker = () => {
      const server = require('node:net').createServer();
      server.listen({ port: 0, host: '127.0.0.1', exclusive: true }, () => process.send(server.address().port));
      process.on('disconnect', () => process.exit());
    };
    expect(await run(primary, worker)).toEqual([3]);
  });

  test.each([['SCHED_RR'], ['SCHED_NONE']])('an address in use is an error in the worker (%s)', async (policy) => {
    const primary = (cluster, report, policy) => {
      cluster.schedulingPolicy = cluster[policy];
      const taken = require('node:net')
        .createServer()
        .listen(0, '127.0.0.1', () => {
          cluster.fork().send(taken.address().port);
        });
      cluster.on('message', (_worker, code) => {
        report(code);
        taken.close();
        cluster.disconnect();
      });
    };
    const worker = () => {
      process.once('message', (port) => {
        require('node:net')
          .createServer()
          .on('error', ({ code }) => process.send(code))
          .listen(port, '127.0.0.1');
      });
    };
    expect(await run(primary, worker, policy)).toEqual(['EADDRINUSE']);
  });
});

describeWays('UDP', (run) => {
  test('all workers are bound to one port', async () => {
    const primary = (cluster, report) => {
      const client = require('node:dgram').createSocket('udp4');
      const answered = new Set();
      let listening = 0;
      for (let index = 0; index < 2; index++) cluster.fork();
      cluster.on('listening', (_worker, { port, addressType }) => {
        if (++listening === 1) report(addressType);
        if (listening < 2) return;
        let sent = 0;
        const ask = () => client.send(`${sent++}`, port, '127.0.0.1');
        client.on('message', (data) => {
          answered.add(String(data));
          if (answered.size < 20) {
            ask();
            return;
          }
          report([...answered].length);
          client.close();
          cluster.disconnect();
        });
        ask();
      });
    };
    const worker = () => {
      const socket = require('node:dgram').createSocket('udp4');
      socket.on('message', (data, { port, address }) => socket.send(data, port, address));
      socket.bind(0, '127.0.0.1');
    };
    expect(await run(primary, worker)).toEqual(['udp4', 20]);
  });
});

describeWays('messages', (run, name) => {
  test('to and from workers, with handles', async () => {
    const primary = (cluster, report) => {
      const net = require('node:net');
      const worker = cluster.fork();
      const server = net
        .createServer((socket) => worker.send({ to: 'worker' }, socket))
        .listen(0, '127.0.0.1', () => {
          net.connect(server.address().port).on('data', (data) => {
            report(String(data));
            server.close();
            worker.disconnect();
          });
        });
      cluster.on('message', (from, message, handle) => report(['cluster', from === worker, message, typeof handle]));
      worker.on('message', (message) => report(['worker', message]));
    };
    const worker = () => {
      process.on('message', (message, socket) => process.send({ back: message }, () => socket.end('hello')));
    };
    const back = { back: { to: 'worker' } };
    const reports = await run(primary, worker);
    expect(reports).toHaveLength(3);
    expect(reports).toEqual(expect.arrayContaining([['cluster', true, back, 'undefined'], ['worker', back], 'hello']));
  });

  test('in the advanced serialization', async () => {
    const primary = (cluster, report) => {
      cluster.setupPrimary({ serialization: 'advanced' });
      const worker = cluster.fork();
      worker.send(new Map([[1n, Buffer.from('x')]]));
      worker.on('message', (message) => {
        report([message instanceof Set, [...message].map(String)]);
        worker.disconnect();
      });
    };
    const worker = () => {
      process.on('message', (message) => process.send(new Set([...message.keys(), ...message.values()])));
    };
    expect(await run(primary, worker)).toEqual([[true, ['1', 'x']]]);
  });

  test("the workers are children of the module's own", async () => {
    const primary = (cluster, report, forkless) => {
      const worker = cluster.fork();
      report(worker.process instanceof require(forkless).ChildProcess);
      worker.on('online', () => worker.disconnect());
    };
    expect(await run(primary, () => {}, FORKLESS)).toEqual([name === 'forkless']);
  });

  test('exec, args, execArgv, silent and env', async () => {
    const primary = (cluster, report) => {
      cluster.setupPrimary({
        args: ['a', 'b'],
        silent: true,
        execArgv: [...process.execArgv, '--stack-trace-limit=3'],
      });
      const worker = cluster.fork({ GIVEN: 'by fork()' });
      let text = '';
      worker.process.stdout.on('data', (chunk) => {
        text += chunk;
      });
      worker.process.on('close', () => report(JSON.parse(text)));
    };
    const worker = (cluster) => {
      const { argv, env, execArgv } = process;
      process.stdout.write(
        JSON.stringify([argv.slice(2), env.GIVEN, execArgv.at(-1), cluster.worker.id, cluster.isWorker]),
      );
      process.disconnect();
    };
    expect(await run(primary, worker)).toEqual([[['a', 'b'], 'by fork()', '--stack-trace-limit=3', 1, true]]);
  });
});
