'use strict';
// Channels in worker threads, and workers that end with a channel alive: each
// is a whole program, which must end well and leave no process behind.

const { BUILTIN, FORKLESS, builtin, describeEach } = require('../helpers/modules.js');
const { reportsOf } = require('../helpers/program.js');

/**
 * Runs `body(childProcess, tell, startNode, ECHO)` in a worker, gives what it tells
 * to `react`, and reports, once the worker has ended, its exit code and what
 * is left of the children that it said it started; `zombies` are not waited for to go.
 */
function inWorker(_childProcess, report, name, body, react, zombies) {
  const { Worker } = require('node:worker_threads');
  const { readFileSync } = require('node:fs');
  const code = `
    const { parentPort } = require('node:worker_threads');
    const childProcess = require(${JSON.stringify(name)});
    const tell = (value) => parentPort.postMessage(value);
    const startNode = (code, options) => {
      const child = childProcess.spawn(process.execPath, ['-e', code], { stdio: ['ignore', 'ignore', 2, 'ipc'], ...options });
      tell({ pid: child.pid });
      return child;
    };
    const ECHO = 'process.on("message", (message) => process.send(message))';
    (${body})(childProcess, tell, startNode, ECHO);`;
  const worker = new Worker(code, { eval: true });
  const pids = [];
  worker.on('error', (error) => report(String(error)));
  worker.on('message', (message) => {
    if (message?.pid) pids.push(message.pid);
    else new Function('worker', 'message', 'report', react)(worker, message, report);
  });
  const stateOf = (pid) => {
    try {
      return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1][0];
    } catch {
      return 'gone';
    }
  };
  worker.on('exit', (code) => {
    const check = (left) => {
      const states = pids.map(stateOf);
      if (states.every((state) => state === 'gone' || (zombies && state === 'Z')) || left === 0)
        report({ code, states });
      else setTimeout(check, 20, left - 1);
    };
    check(500);
  });
}

/** @param {any} module @param {any} body @param {any} react */
const run = (module, body, react = (_worker, message, report) => report(message)) =>
  reportsOf(module, inWorker, {
    args: [
      module === builtin ? BUILTIN : FORKLESS,
      String(body),
      `(${react})(worker, message, report)`,
      module === builtin,
    ],
  });

describeEach('in a worker', (module) => {
  test.each([['json'], ['advanced']])('messages go and come (%s)', async (serialization) => {
    const body = (_childProcess, tell, startNode, ECHO) => {
      const child = startNode(ECHO, { serialization: 'SERIALIZATION' });
      child.on('message', (message) => {
        tell({ message });
        child.disconnect();
      });
      child.on('exit', (code) => tell({ code }));
      child.send([1, 'two', { three: 3 }]);
    };
    const text = String(body).replace('SERIALIZATION', serialization);
    expect(await run(module, text)).toEqual([
      { message: [1, 'two', { three: 3 }] },
      { code: 0 },
      { code: 0, states: ['gone'] },
    ]);
  });

  test('a handle goes to the child', async () => {
    const body = (_childProcess, tell, startNode) => {
      const net = require('node:net');
      const child = startNode(
        'process.on("message", (_, server) => server.on("connection", (socket) => socket.end("child")) && process.send(1))',
      );
      const server = net.createServer().listen(0, '127.0.0.1', () => {
        const { port } = server.address();
        child.send('server', server);
        child.on('message', () => {
          server.close();
          net.connect(port, '127.0.0.1').on('data', (data) => {
            tell(String(data));
            child.kill();
          });
        });
      });
    };
    expect(await run(module, body)).toEqual(['child', { code: 0, states: ['gone'] }]);
  });

  test('many workers at once, each with a child', async () => {
    const body = (_childProcess, report, name) => {
      const { Worker } = require('node:worker_threads');
      const code = `
        const { spawn } = require(${JSON.stringify(name)});
        const child = spawn(process.execPath, ['-e', ${JSON.stringify('process.on("message", (m) => process.send(m + 1))')}], {
          stdio: ['ignore', 'ignore', 2, 'ipc'],
        });
        child.on('message', (number) => (number < 100 ? child.send(number) : child.disconnect()));
        child.send(0);`;
      let sum = 0;
      let left = 4;
      for (let index = 0; index < 4; index++) {
        new Worker(code, { eval: true }).on('exit', (code) => {
          sum += code;
          if (--left === 0) report(sum);
        });
      }
    };
    expect(await reportsOf(module, body, { args: [module === builtin ? BUILTIN : FORKLESS] })).toEqual([0]);
  });
});

describeEach('a worker that ends with a channel alive', (module) => {
  // The built-in never asks for the end of a child whose worker has ended: it stays a zombie (nodejs/node#46569).
  const left = module === builtin ? 'Z' : 'gone';
  const terminate = (worker) => worker.terminate();

  test('terminate(): the child sees the end of its channel', async () => {
    const body = (_childProcess, tell, startNode, ECHO) => {
      const child = startNode(ECHO);
      child.on('message', () => tell('go'));
      child.send(1);
    };
    expect(await run(module, body, terminate)).toEqual([{ code: 1, states: [left] }]);
  });

  test('terminate() in a flood from both sides', async () => {
    const body = (_childProcess, tell, startNode) => {
      const flood = `process.on("message", () => {}); process.on("error", () => process.exit());
        const flood = () => { for (let i = 0; i < 100; i++) process.send("x".repeat(1000)); setImmediate(flood); }; flood();
        process.on("disconnect", () => process.exit())`;
      const child = startNode(flood);
      child.on('error', () => {});
      let told = false;
      child.on('message', () => {
        for (let index = 0; index < 10; index++) child.send('y'.repeat(1000));
        if (!told) tell('go');
        told = true;
      });
    };
    expect(await run(module, body, terminate)).toEqual([{ code: 1, states: [left] }]);
  });

  test('terminate() right after the start', async () => {
    const body = (_childProcess, tell, startNode) => {
      startNode('process.on("message", () => {})').send('x'.repeat(1_000_000));
      tell('go');
    };
    expect(await run(module, body, terminate)).toEqual([{ code: 1, states: [left] }]);
  });

  test('terminate() with a handle on its way', async () => {
    const body = (_childProcess, tell, startNode) => {
      const server = require('node:net').createServer();
      server.listen(0, '127.0.0.1', () => {
        const child = startNode('process.on("message", () => {}); process.on("disconnect", () => process.exit())');
        for (let index = 0; index < 10; index++) child.send(index, server);
        tell('go');
      });
    };
    expect(await run(module, body, terminate)).toEqual([{ code: 1, states: [left] }]);
  });

  test('process.exit() in it', async () => {
    const body = (_childProcess, _tell, startNode, ECHO) => {
      const child = startNode(ECHO);
      child.on('message', () => process.exit(5));
      child.send(1);
    };
    expect(await run(module, body)).toEqual([{ code: 5, states: [left] }]);
  });

  test('an uncaught exception from a listener', async () => {
    const body = (_childProcess, _tell, startNode, ECHO) => {
      const child = startNode(ECHO);
      child.on('message', () => {
        throw new Error('from the worker');
      });
      child.send(1);
    };
    expect(await run(module, body)).toEqual(['Error: from the worker', { code: 1, states: [left] }]);
  });

  test('unref() of both: it ends by itself', async () => {
    const body = (_childProcess, _tell, startNode) => {
      const child = startNode('process.on("message", () => {})');
      child.unref();
      child.channel.unref();
    };
    expect(await run(module, body)).toEqual([{ code: 0, states: [left] }]);
  });

  test('the whole program ends while its worker has a channel', async () => {
    const body = (_childProcess, report, name) => {
      const { Worker } = require('node:worker_threads');
      const code = `
        const { spawn } = require(${JSON.stringify(name)});
        const child = spawn(process.execPath, ['-e', 'process.on("message", (message) => process.send(message))'], {
          stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
        });
        child.on('message', (message) => child.send(message));
        child.once('message', () => require('node:worker_threads').parentPort.postMessage('go'));
        child.send(1);`;
      new Worker(code, { eval: true }).on('message', (message) => {
        report(message);
        process.exit(0);
      });
    };
    expect(await reportsOf(module, body, { args: [module === builtin ? BUILTIN : FORKLESS] })).toEqual(['go']);
  });
});
