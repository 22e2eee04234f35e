'use strict';
// A child that gets a handle and answers by it.

const TAKE = {
  socket: (_message, socket) => {
    socket.end('from the child');
    process.disconnect();
  },
  datagrams: (_message, socket) => {
    socket.on('message', (bytes) => {
      socket.close();
      process.send(String(bytes), () => process.disconnect());
    });
    process.send('ready');
  },
};

process.on('message', TAKE[process.argv[2]]);
