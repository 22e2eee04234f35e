'use strict';
// Connections of an http.Server: the parser is on them, and the response may be.

const http = require('node:http');
const net = require('node:net');
const { once } = require('node:events');
const { text } = require('../helpers/children.js');
const { describeEach } = require('../helpers/modules.js');
const { Inbox, forkNode, gone } = require('./nodes.js');

async function listeningHttp(listener) {
  const server = http.createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

/** Not http.Server's own close(), which in some versions trips over a connection that has been passed on. */
const stop = (server) => net.Server.prototype.close.call(server);

/** A request of its own connection; the answer as text. */
function get(server, options = {}) {
  return new Promise((resolve, reject) => {
    const request = http.get(
      { port: server.address().port, host: '127.0.0.1', agent: false, ...options },
      (response) => {
        text(response).then((body) => resolve({ status: response.statusCode, body }), reject);
      },
    );
    request.on('error', reject);
  });
}

describeEach('http', (module) => {
  test('a connection whose request was read: the child answers', async () => {
    const child = forkNode(module, () => {
      process.on('message', (url, socket) => {
        socket.end(`HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nchild ${url}`);
      });
    });
    const server = await listeningHttp((request) => child.send(request.url, request.socket));
    for (let index = 0; index < 20; index++) {
      expect(await get(server, { path: `/${index}` })).toEqual({ status: 200, body: `child /${index}` });
    }
    child.disconnect();
    await gone(child);
    stop(server);
  });

  test('an upgrade', async () => {
    const child = forkNode(module, () => {
      process.on('message', (_head, socket) => {
        socket.write('HTTP/1.1 101 Switching\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n');
        socket.pipe(socket);
      });
    });
    const server = await listeningHttp();
    server.on('upgrade', (_request, socket, head) => child.send(head.toString(), socket));
    const request = http.request({
      port: server.address().port,
      host: '127.0.0.1',
      agent: false,
      headers: { Connection: 'Upgrade', Upgrade: 'echo' },
    });
    request.end();
    const [, socket] = await once(request, 'upgrade');
    socket.write('through the child');
    expect((await once(socket, 'data'))[0].toString()).toBe('through the child');
    const closed = once(socket, 'close');
    socket.end();
    await closed;
    child.disconnect();
    await gone(child);
    stop(server);
  });

  test('connections go to an http.Server in the child', async () => {
    const child = forkNode(module, () => {
      const http = require('node:http');
      const server = http.createServer((request, response) => {
        response.setHeader('Connection', 'close');
        response.end(`child ${request.url}`);
      });
      process.on('message', (_message, socket) => {
        server.emit('connection', socket);
        socket.resume();
      });
    });
    const server = net.createServer({ pauseOnConnect: true }, (socket) => child.send('yours', socket));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const answers = Array.from({ length: 20 }, (_, index) => get(server, { path: `/${index}` }));
    const bodies = (await Promise.all(answers)).map(({ body }) => body);
    expect(bodies).toEqual(bodies.map((_, index) => `child /${index}`));
    child.disconnect();
    await gone(child);
    stop(server);
  });

  test('an http.Server itself: both answer', async () => {
    const server = await listeningHttp((_request, response) => response.end('parent'));
    const child = forkNode(module, () => {
      process.on('message', (_message, server) => {
        const http = require('node:http');
        http
          .createServer((_request, response) => {
            response.setHeader('Connection', 'close');
            response.end('child');
          })
          .listen(server, () => process.send('ready'));
      });
    });
    child.send('here', server);
    expect(await new Inbox(child).message()).toBe('ready');
    child.kill('SIGSTOP');
    expect(await get(server)).toEqual({ status: 200, body: 'parent' });
    child.kill('SIGCONT');
    const address = server.address();
    await once(stop(server), 'close');
    expect(await get({ address: () => address })).toEqual({ status: 200, body: 'child' });
    child.kill();
    await gone(child);
  });
});
