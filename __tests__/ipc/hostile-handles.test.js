'use strict';
// Children that send fds nobody asked for, or fds that are not what they say.
// The parent goes on and has the fds of before.

const { builtin, forkless } = require('../helpers/modules.js');
const { reportsOf } = require('../helpers/program.js');

const PROC = require.resolve('../helpers/proc.js');

/**
 * Lets a Node send handles with messages that are not theirs, each `times`,
 * and reports what came of it.
 * @param {string} procPath of helpers/proc.js
 * @param {[string, any][]} forgeries what the fd is, and the message it goes with
 */
function meet({ spawn }, report, procPath, forgeries, times) {
  const { openSockets } = require(procPath);
  let log;
  process.on('uncaughtException', (error) => log.push(`uncaught ${error.code ?? error.name}`));

  /** Runs in the child. */
  const forge = (kind, message, times) => {
    const net = require('node:net');
    const dgram = require('node:dgram');
    const sendAll = (handle) => {
      let left = times;
      const sendNext = () => {
        if (left-- === 0) {
          process.send('after', () => process.disconnect());
          handle.close?.();
          handle.destroy?.();
          return;
        }
        // JSON.stringify asks this of the message that names the handle.
        Object.prototype.toJSON = () => {
          delete Object.prototype.toJSON;
          return message;
        };
        // The write itself is made; what waits for an answer is let go.
        process.send({}, handle, { keepOpen: true });
        process._handleQueue = null;
        process._pendingMessage = null;
        setImmediate(sendNext);
      };
      sendNext();
    };
    process.on('error', () => {});
    process.on('uncaughtException', () => {});
    if (kind === 'UDP') {
      const socket = dgram.createSocket('udp4').bind(0, '127.0.0.1', () => sendAll(socket));
      return;
    }
    const server = net.createServer().listen(0, '127.0.0.1', () => {
      if (kind === 'server') {
        sendAll(server);
        return;
      }
      server.on('connection', (socket) => {
        server.close();
        client.on('close', () => {});
        sendAll(socket);
      });
      const client = net.connect(server.address().port, '127.0.0.1').unref();
    });
  };

  const meetNext = () => {
    if (forgeries.length === 0) return;
    log = [];
    const before = openSockets();
    const [kind, message] = forgeries.shift();
    const code = `(${forge})(${JSON.stringify(kind)}, ${JSON.stringify(message)}, ${times})`;
    const child = spawn(process.execPath, ['-e', code], { stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
    child.on('message', (message, handle) => {
      if (message === 'after') log.push('after');
      handle?.on?.('error', () => {});
      (handle?.destroy ?? handle?.close)?.call(handle);
    });
    child.on('error', () => {});
    child.on('close', () =>
      setTimeout(() => {
        report([[...new Set(log)].sort(), openSockets() - before]);
        meetNext();
      }, 20),
    );
  };
  meetNext();
}

const wrapped = (type, more = {}) => ({ cmd: 'NODE_HANDLE', type, msg: 'forged', ...more });

const FORGERIES = [
  ['server', { plain: 1 }],
  ['server', { cmd: 'NODE_X' }],
  ['socket', { plain: 1 }],
  ['UDP', 'plain'],
  ['server', wrapped('no such type')],
  ['server', wrapped('toString')],
  ['server', wrapped(undefined)],
  ['server', wrapped('net.Socket')],
  ['server', wrapped('dgram.Socket', { dgramType: 'udp4' })],
  ['server', wrapped('dgram.Socket', { dgramType: 'bogus' })],
  ['server', wrapped('dgram.Socket', { dgramType: { type: 'udp4', lookup: 5 } })],
  ['server', wrapped('dgram.Native')],
  ['socket', wrapped('net.Server')],
  ['socket', wrapped('dgram.Native')],
  ['socket', wrapped('net.Socket', { key: 5 })],
  ['socket', wrapped('net.Socket', { key: '__proto__' })],
  ['UDP', wrapped('net.Socket')],
  ['UDP', wrapped('net.Server')],
  ['UDP', wrapped('net.Native')],
  ['UDP', wrapped('dgram.Socket', { dgramType: 'udp6' })],
  ['UDP', wrapped('net.BoundSocket')],
];

describe('forkless goes on, with the fds of before', () => {
  const TIMES = 5;
  let results;
  beforeAll(async () => {
    results = await reportsOf(forkless, meet, { args: [PROC, FORGERIES, TIMES], flags: ['--no-warnings'] });
  });

  test.each(FORGERIES.map(([kind, message], index) => [kind, JSON.stringify(message), index]))(
    'a %s with %s',
    (_kind, _message, index) => {
      expect(results[index]).toEqual([['after'], 0]);
    },
  );
});

test('forkless: hundreds of them, and no more are kept than one message can ask for', async () => {
  const [result] = await reportsOf(forkless, meet, { args: [PROC, [['server', 'plain']], 500] });
  expect(result).toEqual([['after'], 0]);
});

test('node:child_process: the types that are none, and the fds of another kind, are uncaught exceptions', async () => {
  const picked = [4, 9, 12].map((index) => FORGERIES[index]);
  const results = await reportsOf(builtin, meet, { args: [PROC, picked, 1] });
  // Whether the message after it is told by then is chance.
  expect(results.map(([log]) => log.filter((line) => line !== 'after'))).toEqual([
    ['uncaught TypeError'],
    ['uncaught ERR_SOCKET_BAD_TYPE'],
    ['uncaught EINVAL'],
  ]);
});
