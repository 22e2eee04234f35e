'use strict';
// Advanced messages whose lengths come in odd ways.

const { program } = require('../program.js');

/** One frame of a short text. @param {string} word of two letters */
const frame = (word) => `\\000\\000\\000\\006\\377\\017"\\002${word}`;

/**
 * A program whose child writes bytes and, when it has been answered, more.
 * @param {any} load
 * @param {(value: any) => void} report
 * @param {string[]} pieces
 */
const hear = (load, report, pieces) => {
  const [first, second] = pieces.map((bytes) => `printf '${bytes}' >&3`);
  const child = load().spawn('sh', ['-c', `${first}; head -c 1 <&3 >/dev/null; ${second}`], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    serialization: 'advanced',
  });
  process.on('uncaughtException', (/** @type {any} */ { name, code }) => {
    report(['uncaught', name, code]);
    process.exit(0);
  });
  child.once('message', () => child.send('go on'));
  child.on('message', (/** @type {any} */ message) => report(message));
  child.on('disconnect', () => report('disconnect'));
};

/** @type {import('../probe.js').Checks} */
module.exports = {
  'frames: a length in two reads': (context) =>
    program(context, hear, { args: [[`${frame('go')}\\000\\000`, `\\000\\006\\377\\017"\\002ok${frame('en')}`]] }),

  'frames: a text in two reads': (context) =>
    program(context, hear, { args: [[`${frame('go')}${frame('').slice(0, -5)}`, `"\\002ok${frame('en')}`]] }),

  'frames: a length of 4 GB': (context) =>
    program(context, hear, { args: [[frame('go'), '\\377\\377\\377\\377and nothing more']] }),

  'frames: one in another': (context) => program(context, hear, { args: [[frame('go') + frame('on'), frame('en')]] }),
};
