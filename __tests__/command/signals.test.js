'use strict';
// forkless run forwards signals, but for those that a terminal sends to the program as well.

const path = require('node:path');
const { closed, next } = require('../helpers/children.js');
const { builtin } = require('../helpers/modules.js');
const { ROOT } = require('../helpers/script.js');
const { BIN, start } = require('./program.js');

const SIGNALS = ['SIGHUP', 'SIGINT', 'SIGQUIT', 'SIGTERM', 'SIGUSR1', 'SIGUSR2'];

/** Tells each signal that it gets, and ends at the end of its stdin. */
const LISTENER = `
  for (const name of ${JSON.stringify(SIGNALS)}) process.on(name, () => console.log(name));
  process.stdin.resume();
  console.log('ready');`;

let command;
let lines;
let ended;

beforeEach(async () => {
  // In a group of its own, as a shell starts it.
  command = start(['run', process.execPath, '-e', LISTENER], { detached: true });
  ended = closed(command);
  lines = [];
  command.stderr.on('data', (data) => lines.push(`stderr: ${data}`));
  command.stdout.on('data', (data) => lines.push(...String(data).trim().split('\n')));
  await next(command.stdout, 'data');
  expect(lines.splice(0)).toEqual(['ready']);
});

afterEach(async () => {
  command.stdin.end();
  expect(await ended).toEqual({ code: 0, signal: null });
});

/**
 * What the program is told of, up to two more that are sent after that. Signals that wait for a process together come
 * in no order, so there are two, and the first waits for something to be told.
 * @param {NodeJS.Signals} [last] none of the others
 */
async function told(last = 'SIGUSR2') {
  while (lines.length === 0) await next(command.stdout, 'data');
  for (let count = 1; count <= 2; count++) {
    process.kill(command.pid, last);
    while (lines.filter((line) => line === last).length < count) await next(command.stdout, 'data');
  }
  return lines.splice(0).filter((line) => line !== last);
}

const lastOf = (signal) => (signal === 'SIGUSR2' ? 'SIGUSR1' : 'SIGUSR2');

test.each(SIGNALS)('%s to the command alone', async (signal) => {
  process.kill(command.pid, signal);
  expect(await told(lastOf(signal))).toEqual([signal]);
});

test('twenty to the command', async () => {
  for (let i = 0; i < 20; i++) {
    process.kill(command.pid, 'SIGTERM');
    await next(command.stdout, 'data');
  }
  expect(lines).toEqual(new Array(20).fill('SIGTERM'));
});

test('Ctrl-C in a terminal reaches the program once', async () => {
  // A shell that waits for it would get the SIGINT, too, and dash ends with that.
  const words = [
    'exec',
    process.execPath,
    BIN,
    'run',
    process.execPath,
    path.join(__dirname, 'fixtures', 'in-terminal.js'),
  ];
  const options = { cwd: ROOT, stdio: ['pipe', 'pipe', 'inherit'] };
  const terminal = builtin.spawn('script', ['-qec', words.join(' '), '/dev/null'], options);
  let text = '';
  terminal.stdout.on('data', (data) => {
    if (!text.includes('ready') && `${text}${data}`.includes('ready')) terminal.stdin.write('\x03');
    text += data;
  });
  expect(await closed(terminal)).toEqual({ code: 7, signal: null });
  expect(text.match(/SIGINT/g)).toEqual(['SIGINT']);
});
