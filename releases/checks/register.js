'use strict';
// In the built-in's place for a whole program: require, import, cluster and workers.

const path = require('node:path');
const { program } = require('../program.js');

const REGISTER = path.join(__dirname, '..', '..', 'register.js');

/** The names of a namespace; those that newer Nodes make for every CommonJS module are no matter of ours. */
const NAMES =
  "Object.keys(all).filter((name) => !['native', 'reason', 'supports', 'module.exports'].includes(name)).sort()";

const registered = { registered: true };

/** @type {import('../probe.js').Checks} */
module.exports = {
  'register: the exports of node:child_process': (context) =>
    program(
      context,
      (_load, report) => {
        const childProcess = require('node:child_process');
        report([Object.keys(childProcess), childProcess === require('child_process')]);
        report(Object.values(childProcess).map(({ name, length }) => [name, length]));
        report(
          Object.values(Object.getOwnPropertyDescriptors(childProcess))
            .filter(({ enumerable }) => enumerable)
            .every(({ writable, configurable }) => writable && configurable),
        );
      },
      registered,
    ),

  'register: children of a program': (context) =>
    program(
      context,
      (_load, report) => {
        const { ChildProcess, exec, execFileSync, spawn } = require('node:child_process');
        report(execFileSync('echo', ['execFileSync'], { encoding: 'utf8' }));
        const child = spawn('sh', ['-c', 'exit 3']);
        child.on('close', (/** @type {any} */ ...end) => {
          report([end, child instanceof ChildProcess]);
          exec('echo exec', (/** @type {any} */ ...args) => report(args));
        });
      },
      registered,
    ),

  'register: exec goes by the exported execFile': (context) =>
    program(
      context,
      (_load, report) => {
        const childProcess = require('node:child_process');
        const { execFile } = childProcess;
        childProcess.execFile = (/** @type {any} */ ...args) => {
          report(args.slice(0, -1).map((arg) => (typeof arg === 'object' ? Object.entries(arg) : arg)));
          return execFile(.../** @type {[any]} */ (args));
        };
        childProcess.exec('echo exec', { cwd: '/' }, (/** @type {any} */ ...given) => report(given));
      },
      registered,
    ),

  'register: a ChildProcess.prototype.spawn that is wrapped': (context) =>
    program(
      context,
      (_load, report) => {
        const { ChildProcess, execFile, fork, spawn } = require('node:child_process');
        const { prototype } = /** @type {any} */ (ChildProcess);
        const start = prototype.spawn;
        prototype.spawn = function (/** @type {any} */ options) {
          const { envPairs, ...others } = options;
          report([Object.keys(others).sort(), others.file, others.args, Array.isArray(envPairs), others.stdio]);
          options.args = [...options.args, 'added'];
          return start.call(this, options);
        };
        spawn('echo', ['a'], { stdio: ['ignore', 'inherit', 'inherit'] }).on('close', () => {
          execFile('echo', ['b'], (/** @type {any} */ ...args) => {
            report(args);
            fork('c', { execPath: 'echo', execArgv: [] });
          });
        });
      },
      registered,
    ),

  'register: import': (context) =>
    program(
      context,
      `import { spawn, ChildProcess } from 'node:child_process';
       import byDefault from 'child_process';
       import * as all from 'node:child_process';
       console.log(${NAMES}.join(), spawn === byDefault.spawn, all.spawn === spawn, all.default === byDefault);
       spawn('sh', ['-c', 'exit 4']).on('close', function (code) { console.log(code, this instanceof ChildProcess); });`,
      { ...registered, esm: true },
    ),

  'register: --import': (context) =>
    process.allowedNodeEnvironmentFlags.has('--import')
      ? program(
          context,
          `import { execFileSync, ChildProcess } from 'node:child_process';
           import byDefault from 'child_process';
           console.log(execFileSync === byDefault.execFileSync, String(execFileSync('echo', ['imported'])));`,
          { esm: true, flags: context.register.length > 0 ? ['--import', REGISTER] : [] },
        )
      : 'this Node has no --import',

  'register: imported as the program goes': (context) =>
    program(
      context,
      (_load, report) => {
        import('node:child_process').then(({ default: byDefault, spawn }) => {
          report([spawn === byDefault.spawn, spawn === require('node:child_process').spawn]);
          spawn('true').on('close', (/** @type {any} */ ...end) => report(end));
        });
      },
      registered,
    ),

  'esm: names and default of the module': (context) =>
    program(
      context,
      `import * as all from MODULE;
       import byDefault, { exec, execFile, execFileSync, execSync, fork, spawn, spawnSync, ChildProcess, _forkChild } from MODULE;
       console.log(${NAMES}.join(), all.default === byDefault, byDefault.spawn === spawn);
       console.log([exec, execFile, execFileSync, execSync, fork, spawn, spawnSync, ChildProcess, _forkChild].map(({ name }) => name).join());`,
      { esm: true },
    ),

  'cluster: messages, disconnect and exit codes': (context) =>
    program(
      context,
      (_load, report) => {
        const cluster = require('node:cluster');
        if (!cluster.isPrimary) {
          process.on('message', (message) => {
            process.send?.(['back', message], () =>
              message === 'exit' ? process.exit(5) : cluster.worker?.disconnect(),
            );
          });
          return;
        }
        const lines = [];
        const run = (/** @type {string} */ message, /** @type {() => void} */ done) => {
          const worker = cluster.fork({ MARK: message });
          for (const event of ['online', 'message', 'disconnect', 'exit'])
            worker.on(event, (...args) => lines.push([event, ...args]));
          worker.on('online', () => worker.send(message));
          worker.process.on('close', () => {
            // Of what comes from two places the order is no matter.
            report(
              lines
                .splice(0)
                .map((line) => JSON.stringify(line))
                .sort(),
            );
            report([
              worker.exitedAfterDisconnect,
              worker.isConnected(),
              worker.isDead(),
              worker.id,
              Object.keys(cluster.workers ?? {}).length,
            ]);
            done();
          });
        };
        cluster.setupPrimary({ exec: __filename, args: [] });
        run('exit', () => run('disconnect', () => {}));
      },
      { ...registered, file: true },
    ),

  'cluster: workers that listen': (context) =>
    program(
      context,
      (_load, report) => {
        const cluster = require('node:cluster');
        const net = require('node:net');
        if (!cluster.isPrimary) {
          net.createServer((socket) => socket.end(`worker ${cluster.worker?.id}`)).listen(0, '127.0.0.1');
          return;
        }
        const worker = cluster.fork();
        worker.on('listening', ({ address, addressType, fd, port }) => {
          report([address, addressType, fd, typeof port]);
          net.connect(port, '127.0.0.1').on('data', (data) => {
            report(String(data));
            cluster.disconnect(() => report('disconnected'));
          });
        });
        worker.on('exit', (...end) => report(end));
      },
      { ...registered, file: true },
    ),

  'cluster: a worker that is killed': (context) =>
    program(
      context,
      (_load, report) => {
        const cluster = require('node:cluster');
        if (!cluster.isPrimary) return setInterval(() => {}, 1000);
        const worker = cluster.fork();
        worker.on('online', () => worker.process.kill('SIGKILL'));
        worker.on('exit', (...end) => report([end, worker.exitedAfterDisconnect, worker.process.killed]));
      },
      { ...registered, file: true },
    ),
};
