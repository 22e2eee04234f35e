'use strict';
// Handles that come with odd messages, that cannot be made, that nobody wants or whose sender is gone: no error reaches the
// program, each is answered once, and no fd is left.

const { once } = require('node:events');
const { promisify } = require('node:util');
const { makeFolder, removeFolder } = require('../helpers/folder.js');
const { FORKLESS, describeEach, forkless } = require('../helpers/modules.js');
const { reportsOf } = require('../helpers/program.js');
const { RUN, gone, rawNode } = require('./nodes.js');
const { PROC, REFUSED, arrives, compileSender, meetings } = require('./sender.js');
const { connectTo, destroyed, listening } = require('./sockets.js');

let folder;
let sender;
beforeAll(() => {
  folder = makeFolder();
  sender = compileSender(folder);
});
afterAll(() => removeFolder(folder));

const TCP = 'a TCP connection';
const UDP = 'a UDP socket';

const handle = (type, msg, more = {}) => ({ cmd: 'NODE_HANDLE', type, msg, ...more });
const nested = (depth, message) => (depth === 0 ? message : handle('net.Native', nested(depth - 1, message)));

/** @type {[string, string, any, any][]} */
const MESSAGES = [
  ['no type', TCP, handle(undefined, 1), REFUSED],
  ['null for a type', TCP, handle(null, 1), REFUSED],
  ['a list for a type', TCP, handle(['net.Socket'], 1), REFUSED],
  ['an object for a type', TCP, handle({ toString: 'net.Socket' }, 1), REFUSED],
  ['__proto__ for a type', TCP, handle('__proto__', 1), REFUSED],
  ['no message', TCP, handle('net.Socket'), arrives('Socket')],
  ['null for a message', TCP, handle('net.Socket', null), arrives('Socket')],
  ['one of an ACK', TCP, handle('net.Socket', { cmd: 'NODE_HANDLE_ACK' }), REFUSED],
  ['one of cluster', TCP, handle('net.Socket', { cmd: 'NODE_CLUSTER', act: 'online' }), REFUSED],
  ['one of no kind', TCP, handle('net.Socket', { cmd: 'NODE_X' }), REFUSED],
  ['a message wrapped twice', TCP, handle('net.Native', handle('net.Socket', 1)), arrives('Socket')],
  ['a message wrapped a thousand times', UDP, nested(1000, handle('dgram.Native', 1)), arrives('UDP')],
  ['a message wrapped in one of another kind', TCP, handle('net.Socket', handle('net.Native', 1)), arrives('TCP')],
  ['a wrapped message that does not fit', UDP, handle('dgram.Native', handle('net.Server', 1)), REFUSED],
  ['a wrapper and no message', TCP, handle('net.Native', { cmd: 'NODE_HANDLE' }), REFUSED],
  ['__proto__ for a key', TCP, handle('net.Socket', 1, { key: '__proto__' }), arrives('Socket')],
  ['a number for a key', TCP, handle('net.Socket', 1, { key: 5 }), arrives('Socket')],
  ['an object for a key', TCP, handle('net.Socket', 1, { key: { toString: 1 } }), arrives('Socket')],
  ['no type of UDP', UDP, handle('dgram.Socket', 1), REFUSED],
  ['null for a type of UDP', UDP, handle('dgram.Socket', 1, { dgramType: null }), REFUSED],
  ['unix for a type of UDP', UDP, handle('dgram.Socket', 1, { dgramType: 'unix' }), REFUSED],
  ['an object for a type of UDP', UDP, handle('dgram.Socket', 1, { dgramType: {} }), REFUSED],
  ['options for a type of UDP', UDP, handle('dgram.Socket', 1, { dgramType: { type: 'udp4', fd: 0 } }), REFUSED],
  [
    'a Unix datagram socket as udp6',
    'a Unix datagram socket',
    handle('dgram.Socket', 1, { dgramType: 'udp6' }),
    REFUSED,
  ],
];

describe('forkless: a handle with a message that has', () => {
  let results;
  beforeAll(async () => {
    results = await meetings(
      forkless,
      sender,
      MESSAGES.map(([, kind, message]) => [kind, message]),
    );
  });
  test.each(MESSAGES.map(([name, , , expected], index) => [name, expected, index]))('%s', (_name, expected, index) => {
    expect(results[index]).toEqual(expected);
  });
});

test('forkless: what throws as an object is made is refused', async () => {
  const body = (module, report, meetPath, ...args) => {
    const fail = () => {
      throw new TypeError('No');
    };
    require('node:dgram').Socket.prototype.bind = fail;
    const { prototype } = require('node:net').Server;
    const { listen } = prototype;
    prototype.listen = function (...args) {
      return typeof args[0] === 'object' ? fail() : listen.apply(this, args);
    };
    require(meetPath).meet(module, report, ...args);
  };
  const cases = [
    [UDP, handle('dgram.Socket', 1, { dgramType: 'udp4' })],
    [UDP, handle('dgram.Native', 1)],
    ['a TCP server', handle('net.Server', 1)],
    ['a Unix server', handle('net.Server', 1)],
  ];
  const args = [require.resolve('./meet.js'), PROC, sender, cases, true];
  expect(await reportsOf(forkless, body, { args })).toEqual(cases.map(() => REFUSED));
});

test('forkless: in a worker too, without a warning', async () => {
  const body = (_module, report, path, meetPath, ...args) => {
    const { Worker } = require('node:worker_threads');
    const source = `
      const { workerData: [path, meetPath, args], parentPort } = require('node:worker_threads');
      require(meetPath).meet(require(path), (result) => parentPort.postMessage(result), ...args);`;
    new Worker(source, { eval: true, workerData: [path, meetPath, args] }).on('message', report);
  };
  const cases = [
    ['a file', handle('net.Socket', 1)],
    [TCP, handle('net.Server', 1)],
    [TCP, handle('net.Socket', 1)],
  ];
  const args = [FORKLESS, require.resolve('./meet.js'), PROC, sender, cases, true];
  expect(await reportsOf(forkless, body, { args })).toEqual([REFUSED, REFUSED, arrives('Socket')]);
});

/** What a connection and then a question about its server come to whose sender is gone before either is read. */
const meetDead = ({ spawn }, report, sender, lines) => {
  const fs = require('node:fs');
  const child = spawn(sender, ['--deaf', 'a TCP connection', lines.join('\n')], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  process.on('uncaughtException', (error) => report(['uncaught', error.code]));
  child.on('message', (message, socket) => {
    report([message, socket.constructor.name]);
    socket.destroy();
  });
  child.on('close', () => report('close'));
  // Nothing is read before it is a zombie.
  while (!/^\d+ \(send-fds\) Z/.test(fs.readFileSync(`/proc/${child.pid}/stat`, 'utf8')));
};

test.each([['GET_COUNT'], ['NOTIFY_CLOSE']])(
  'forkless: a question (%s) of a child that is dead is no error',
  async (question) => {
    const lines = [handle('net.Socket', 'x', { key: 'k' }), { cmd: `NODE_SOCKET_${question}`, key: 'k' }];
    const args = [sender, lines.map((line) => JSON.stringify(line))];
    expect(await reportsOf(forkless, meetDead, { args })).toEqual([['x', 'Socket'], 'close']);
  },
);

test.each([['many'], [null], [{ valueOf: 1 }], [1.5]])('forkless: a count of %j is none', async (count) => {
  /** Takes what comes, and says so of its connections. */
  const answer = (channel, count) => {
    channel.on('data', (data) => {
      const cmd = String(data).includes('GET_COUNT') ? 'NODE_SOCKET_COUNT' : 'NODE_HANDLE_ACK';
      channel.write(`${JSON.stringify({ cmd, key: JSON.parse(String(data)).key, count })}\n`);
    });
    channel.on('end', () => channel.end());
  };
  const server = await listening();
  const { client, accepted } = await connectTo(server);
  const child = rawNode(forkless, answer, [count]);
  child.send('take', accepted);
  await once(child, 'internalMessage');
  expect(await promisify(server.getConnections.bind(server))()).toBe(0);
  const closed = once(server.close(), 'close');
  child.kill();
  await closed;
  await gone(child);
  await destroyed(client);
});

describe('forkless: a program ends by itself', () => {
  test.each([['net.Server'], ['net.Native']])('though nobody listened when a %s came', async (type) => {
    const body = ({ spawn }, report, sender, line) => {
      spawn(sender, ['a TCP server', line], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] }).on('close', report);
    };
    expect(await reportsOf(forkless, body, { args: [sender, JSON.stringify(handle(type, 'x'))] })).toEqual([0]);
  });

  test('though it disconnected as a server came', async () => {
    const body = ({ spawn }, report, sender, line) => {
      const child = spawn(sender, ['a TCP server', line], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
      child.on('message', report);
      child.on('internalMessage', () => child.disconnect());
      child.on('disconnect', () => report('disconnect'));
    };
    const args = [sender, JSON.stringify(handle('net.Server', 'x'))];
    expect(await reportsOf(forkless, body, { args })).toEqual(['disconnect']);
  });
});

describeEach('a program that has no fd left for a connection', (module) => {
  /** Sends a connection, and then what it hears about that. */
  const give = () => {
    const net = require('node:net');
    process.on('internalMessage', ({ cmd }) => process.send(cmd));
    process.on('uncaughtException', () => {});
    process.on('message', () => {
      const server = net.createServer((socket) => process.send('connection', socket));
      server.listen(0, '127.0.0.1', () => net.connect(server.address().port));
    });
    process.send('ready');
  };

  test('gets it when the child sends it again', async () => {
    const body = ({ fork }, report, run, give) => {
      const fs = require('node:fs');
      const held = [];
      const child = fork(run, [give, '[]'], { execArgv: [], stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
      child.on('message', (message, socket) => {
        if (message === 'ready') {
          try {
            for (;;) held.push(fs.openSync('/dev/null'));
          } catch {
            child.send('go');
          }
        } else if (socket) {
          report([message, socket.constructor.name]);
          socket.destroy();
        } else {
          report(message);
        }
        if (message === 'NODE_HANDLE_ACK') child.kill();
      });
      child.on('internalMessage', () => {
        for (const fd of held.splice(0)) fs.closeSync(fd);
      });
      child.on('close', () => report('close'));
    };
    const reports = await reportsOf(module, body, {
      args: [RUN, String(give)],
      through: ['sh', '-c', 'ulimit -n 64; exec "$@"', 'sh'],
    });
    // What the child has heard it can tell only later, and the built-in says it twice.
    expect(reports.filter((report) => report !== 'NODE_HANDLE_NACK')).toEqual([
      ['connection', 'Socket'],
      'NODE_HANDLE_ACK',
      'close',
    ]);
  });
});
