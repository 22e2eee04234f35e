'use strict';
// What a child is and gets, where platforms differ: ids, session, search, handles, fds.

const dgram = require('node:dgram');
const { once } = require('node:events');
const fs = require('node:fs');
const net = require('node:net');
const path = require('node:path');
const { text } = require('node:stream/consumers');

const TAKER = path.join(__dirname, 'taker.js');

/** @param {any} child */
async function storyOf(child) {
  const outputs = [child.stdout, child.stderr].map((stream) => (stream ? text(stream) : undefined));
  const [end] = await Promise.all([once(child, 'close'), ...outputs]);
  return [end, ...(await Promise.all(outputs))];
}

/** @param {any} child @returns {Promise<any[]>} */
const failureOf = async (child) => {
  const [{ code, errno, syscall, path: file }] = await once(child, 'error');
  return [code, errno, syscall, file];
};

/** @param {() => any} start an error that is thrown, or one that is told */
async function failure(start) {
  try {
    return await failureOf(start());
  } catch (error) {
    return ['thrown', error.code, error.errno];
  }
}

module.exports = {
  'another user and group': ({ module }) =>
    storyOf(module.spawn('id', ['-u', '-r'], { uid: 65534, gid: 65534, cwd: '/' })),

  'the groups of another user': ({ module }) =>
    storyOf(module.spawn('id', ['-G'], { uid: 65534, gid: 65534, cwd: '/' })),

  'a session of its own': async ({ module }) => {
    const child = module.spawn(
      'sh',
      ['-c', 'read -r pid comm state parent group session rest < /proc/$$/stat; echo $session'],
      {
        detached: true,
      },
    );
    const [end, session] = await storyOf(child);
    return [end, Number(session) === child.pid];
  },

  'a script without #!': async ({ module, folder }) => {
    fs.writeFileSync(path.join(folder, 'bare'), 'echo bare "$@"\n', { mode: 0o755 });
    // The C library of the running Node decides: glibc's hands it to sh, musl's does not.
    const start = () => module.spawn('./bare', ['x'], { cwd: folder });
    const child = await Promise.resolve()
      .then(start)
      .catch((error) => error);
    return child instanceof Error ? ['thrown', child.code] : storyOf(child);
  },

  'a PATH with folders that are files, missing and closed': ({ module, folder }) => {
    const closed = path.join(folder, 'closed');
    fs.mkdirSync(closed);
    fs.writeFileSync(path.join(closed, 'echo'), '');
    const PATH = ['/etc/passwd', '/nowhere', closed, '', '/usr/bin:/bin'].join(':');
    return storyOf(module.spawn('echo', ['found'], { env: { PATH } }));
  },

  'a PATH where it is only closed': ({ module, folder }) => {
    const closed = path.join(folder, 'only-closed');
    fs.mkdirSync(closed);
    fs.writeFileSync(path.join(closed, 'forkless-closed'), '');
    return failure(() => module.spawn('forkless-closed', { env: { PATH: `/nowhere:${closed}` } }));
  },

  'no PATH': ({ module }) => storyOf(module.spawn('echo', ['found'], { env: {} })),

  'a name too long': ({ module }) => failure(() => module.spawn('x'.repeat(300))),

  'a path too long': ({ module }) => failure(() => module.spawn(`/${'x/'.repeat(3000)}x`)),

  'the fds that were promised': async ({ module, folder }) => {
    const fd = fs.openSync(path.join(folder, 'promised'), 'w');
    // Its own, for the listing, is the highest.
    const child = module.spawn('ls', ['/proc/self/fd'], { stdio: ['ignore', 'pipe', 'inherit', fd, 'pipe'] });
    const story = await storyOf(child);
    fs.closeSync(fd);
    return story;
  },

  'one child into the next': async ({ module }) => {
    const first = module.spawn('seq', ['100000']);
    const second = module.spawn('wc', ['-l'], { stdio: [first.stdout, 'pipe', 'inherit'] });
    return storyOf(second);
  },

  'signals at their defaults, and none blocked': ({ module }) =>
    storyOf(module.spawn('grep', ['-E', '^Sig(Blk|Ign)', '/proc/self/status'])),

  'a socket is handed over': async ({ module }) => {
    const child = module.fork(TAKER, ['socket']);
    const server = net.createServer({ pauseOnConnect: true }, (socket) => {
      child.send('socket', socket);
      server.close();
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const [answer, end] = await Promise.all([
      text(net.connect(server.address().port, '127.0.0.1')),
      once(child, 'close'),
    ]);
    return [answer, end];
  },

  'a datagram socket is handed over': async ({ module }) => {
    const child = module.fork(TAKER, ['datagrams']);
    const [ours, sender] = [dgram.createSocket('udp4'), dgram.createSocket('udp4')];
    ours.bind(0, '127.0.0.1');
    await once(ours, 'listening');
    const { port } = ours.address();
    child.send('datagrams', ours);
    await once(child, 'message');
    ours.close();
    sender.send('a datagram', port, '127.0.0.1');
    const [[told], end] = await Promise.all([once(child, 'message'), once(child, 'close')]);
    sender.close();
    return [told, end];
  },
};
