'use strict';
// The blocking functions in worker threads.

const { builtin, BUILTIN, describeEach, FORKLESS } = require('../helpers/modules.js');
const { reportsOf } = require('../helpers/program.js');

/**
 * The source of a worker that runs `body(childProcess, post, workerData)`.
 * @param {any} module
 * @param {(childProcess: any, post: (value: any) => void, workerData: any) => void} body
 */
function workerSource(module, body) {
  const name = JSON.stringify(module === builtin ? BUILTIN : FORKLESS);
  return `const { parentPort, workerData } = require('node:worker_threads');
    (${body})(require(${name}), (value) => parentPort.postMessage(value), workerData);`;
}

describeEach('in a worker thread', (module) => {
  test('the results are those of any thread', async () => {
    const source = workerSource(module, ({ execFileSync, execSync, spawnSync }, post) => {
      const input = Buffer.alloc(3_000_000, 'x');
      post([
        execSync('echo a; echo passed on >&2', { encoding: 'utf8' }),
        execFileSync('cat', { input, maxBuffer: 3_000_000 }).equals(input),
        spawnSync('sh', ['-c', 'exit 3']).status,
        spawnSync('sleep', ['60'], { timeout: 20 }).error.code,
        spawnSync('forkless-no-such-command').error.code,
      ]);
    });
    const [seen] = await reportsOf(
      module,
      (_childProcess, report, source) => {
        const { Worker } = require('node:worker_threads');
        const worker = new Worker(source, { eval: true, stderr: true });
        let stderr = '';
        worker.stderr.on('data', (chunk) => {
          stderr += chunk;
        });
        worker.on('message', (results) => worker.on('exit', (code) => report([...results, code, stderr])));
      },
      { args: [source] },
    );
    expect(seen).toEqual(['a\n', true, 3, 'ETIMEDOUT', 'ENOENT', 0, 'passed on\n']);
  });

  test('many threads at once, each with its own children', async () => {
    const source = workerSource(module, ({ spawnSync }, post, id) => {
      let right = 0;
      for (let index = 0; index < 20; index++) {
        const script = `echo ${id} ${index}; exit ${id}`;
        const { status, stdout } = spawnSync('sh', ['-c', script], { encoding: 'utf8' });
        if (status === id && stdout === `${id} ${index}\n`) right++;
      }
      post(right);
    });
    const seen = await reportsOf(
      module,
      ({ spawn }, report, source) => {
        const { Worker } = require('node:worker_threads');
        for (let id = 1; id <= 4; id++) new Worker(source, { eval: true, workerData: id }).on('message', report);
        // The main thread has children of its own meanwhile.
        for (let id = 1; id <= 4; id++) spawn('sh', ['-c', `exit ${id}`]).on('exit', (code) => report(100 + code));
      },
      { args: [source] },
    );
    expect(seen.sort((a, b) => a - b)).toEqual([20, 20, 20, 20, 101, 102, 103, 104]);
  });

  test('that is terminated meanwhile: the program goes on, and ends', async () => {
    const source = workerSource(module, ({ spawnSync }, post) => {
      post('begun');
      spawnSync('sh', ['-c', 'sleep 0.3; exit 4']);
      post('never');
    });
    const seen = await reportsOf(
      module,
      (_childProcess, report, source) => {
        const { Worker } = require('node:worker_threads');
        const worker = new Worker(source, { eval: true });
        worker.on('message', async (message) => {
          report(message);
          report(await worker.terminate());
        });
      },
      { args: [source] },
    );
    expect(seen).toEqual(['begun', 1]);
  });
});
