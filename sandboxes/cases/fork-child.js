'use strict';
// The child of fork.js.

const echo = (message) => {
  process.send(message, () => {
    if (message === 'end') process.disconnect();
  });
};

/** Answers one connection of the server that comes with the message. */
const serve = (message, server) => {
  server.on('connection', (socket) => {
    socket.end('from the child');
    server.close();
    process.send(message, () => process.disconnect());
  });
};

process.on('message', { echo, serve }[process.argv[2]]);
