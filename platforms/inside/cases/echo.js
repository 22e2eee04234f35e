'use strict';
// A child that sends each message back, up to the last.

process.on('message', (message) => {
  process.send(message, () => {
    if (message === 'last' || message.last) process.disconnect();
  });
});
