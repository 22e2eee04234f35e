'use strict';
// What comes of fds that children send: runs in programs of the tests, as it is or as text.

/**
 * Starts a child for each case, one after the other, and reports what came of it: the child's words about the answer, what
 * arrived with the message, errors that nobody caught, and the fds there are more than before.
 * @param {string} procPath of helpers/proc.js
 * @param {[string, any][]} cases what the fd is, and the message it goes with
 * @param {boolean} counts whether the fds are to be those of before
 */
function meet({ spawn }, report, procPath, sender, cases, counts) {
  const { openFds } = require(procPath);
  let seen;
  process.on('uncaughtException', (error) => seen.uncaught.push(error.code ?? error.name));
  process.on('warning', ({ name }) => seen.uncaught.push(name));
  const settled = async (count) => {
    for (let left = counts ? 200 : 0; openFds().length > count && left > 0; left--) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    return openFds().length - count;
  };
  const meetNext = () => {
    if (cases.length === 0) return;
    seen = { words: [], arrived: [], uncaught: [] };
    const [kind, message] = cases.shift();
    const before = openFds().length;
    const child = spawn(sender, [kind, JSON.stringify(message)], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    child.on('message', (message, object) => {
      if (message?.heard || message?.missing) {
        seen.words.push(message);
        return;
      }
      seen.arrived.push(object === undefined ? 'nothing' : object.constructor.name);
      // Who gets a connection listens for that.
      object?.on?.('error', () => {});
      (object?.destroy ?? object?.close)?.call(object);
    });
    child.on('close', async (code, signal) => {
      report({ ...seen, end: code ?? signal, moreFds: await settled(before) });
      meetNext();
    });
  };
  // What is opened with the first child and the first socket, and kept, is not counted.
  const server = require('node:net')
    .createServer()
    .listen(0, '127.0.0.1', () => server.close());
  spawn('true', { stdio: ['ignore', 'ignore', 'ignore', 'ipc'] }).on('close', () => setImmediate(meetNext));
}

module.exports = { meet };
