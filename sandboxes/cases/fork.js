'use strict';
// Children that are Node: messages both ways, and handles.

const net = require('node:net');
const path = require('node:path');
const { codeOf } = require('./story.js');

const CHILD = path.join(__dirname, 'fork-child.js');

/** What comes from the child, message by message, and its end. */
function talk(child) {
  const messages = [];
  child.on('message', (message) => messages.push(message));
  return codeOf(child).then((code) => ({ messages, code, connected: child.connected }));
}

/** @type {import('../starts.js').Cases} */
module.exports = {
  'fork, json': ({ module }) => {
    const child = module.fork(CHILD, ['echo']);
    child.send({ text: 'ä', list: [1, null] });
    child.send('end');
    return talk(child);
  },

  'fork, advanced': ({ module }) => {
    const child = module.fork(CHILD, ['echo'], { serialization: 'advanced' });
    child.send(new Map([['big', 2n ** 70n]]));
    child.send('end');
    return talk(child).then(({ messages: [echo, ...more], ...end }) => ({ echo: [...echo].map(String), more, ...end }));
  },

  'fork, a server is handed over': async ({ module }) => {
    const server = net.createServer();
    await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address();
    const child = module.fork(CHILD, ['serve']);
    const end = talk(child);
    await new Promise((resolve) => child.send('server', server, resolve));
    server.close();
    let text = '';
    for await (const chunk of net.connect(port, '127.0.0.1')) text += chunk;
    return { text, ...(await end) };
  },
};
