'use strict';
// The worker of the tour's fork: serves on a server that it is sent.

process.on('message', (_message, /** @type {import('node:net').Server} */ server) => {
  server.on('connection', (socket) => socket.end(`served by ${process.pid}`));
  process.once('disconnect', () => server.close());
  process.send?.('serving');
});
