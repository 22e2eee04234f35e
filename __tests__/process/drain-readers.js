'use strict';
// Readers of a child's stdout, each of which gives all that it has read; and what tells how streams have ended.

const { createWriteStream, readFileSync } = require('node:fs');
const path = require('node:path');
const readline = require('node:readline');
const { next, record, text } = require('../helpers/children.js');

/** Events by which a child and its streams end, or fail. */
function endsOf(child) {
  const log = [];
  record(child, 'child', log);
  for (const [fd, stream] of child.stdio.entries()) if (stream) record(stream, `fd ${fd}`, log);
  return log;
}
const named = (log, ...events) =>
  log.filter(([, event]) => events.includes(event)).map(([label, event]) => `${label} ${event}`);

/** Pauses a stream after the exit of its child, which sets all streams flowing on the tick after that. */
const pauseAfterExit = (child, stream) =>
  child.on('exit', () => process.nextTick(() => process.nextTick(() => stream.pause())));

const READERS = {
  flowing: (child) => text(child.stdout),
  'with an encoding': async ({ stdout }) => {
    let all = '';
    stdout.setEncoding('latin1').on('data', (part) => {
      all += part;
    });
    await next(stdout, 'end');
    return all;
  },
  'by read()': async ({ stdout }) => {
    const parts = [];
    stdout.on('readable', () => {
      for (let part = stdout.read(); part; part = stdout.read()) parts.push(part);
    });
    await next(stdout, 'end');
    return String(Buffer.concat(parts));
  },
  'by lines': async ({ stdout }) => {
    const lines = [];
    for await (const line of readline.createInterface({ input: stdout })) lines.push(`${line}\n`);
    return lines.join('');
  },
  'piped into a file': async ({ stdout }, { folder }) => {
    const file = createWriteStream(path.join(folder, 'piped'));
    stdout.pipe(file);
    await next(file, 'close');
    return readFileSync(file.path, 'utf8');
  },
  'piped into another child': (child, { module }) => {
    const cat = module.spawn('cat');
    child.stdout.pipe(cat.stdin);
    return text(cat.stdout);
  },
  'asked for at the exit': (child) =>
    new Promise((resolve) => {
      child.on('exit', () => resolve(text(child.stdout)));
    }),
  'paused for longer': async (child) => {
    const { stdout, stderr } = child;
    const parts = [];
    stdout.on('data', (part) => parts.push(part)).pause();
    pauseAfterExit(child, stdout);
    stderr.resume();
    // The time is over, as this one has ended.
    await next(stderr, 'end');
    expect(stdout.readableEnded).toBe(false);
    stdout.resume();
    await next(stdout, 'end');
    return String(Buffer.concat(parts));
  },
};

module.exports = { endsOf, named, pauseAfterExit, READERS };
