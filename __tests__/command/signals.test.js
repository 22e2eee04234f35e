'use strict';
// forkless run hands signals on: once, whether they came to the command alone or to its whole group.

const { closed, next } = require('../helpers/children.js');
const { start } = require('./program.js');

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

test.each(SIGNALS)('%s to the whole group, as from a terminal', async (signal) => {
  process.kill(-command.pid, signal);
  expect(await told(lastOf(signal))).toEqual([signal]);
});

test('to the group and to the command by turns', async () => {
  for (const pid of [-command.pid, command.pid, -command.pid, -command.pid, command.pid]) {
    process.kill(pid, 'SIGINT');
    expect(await told()).toEqual(['SIGINT']);
  }
});

test('twenty to the command', async () => {
  for (let i = 0; i < 20; i++) {
    process.kill(command.pid, 'SIGTERM');
    await next(command.stdout, 'data');
  }
  expect(lines).toEqual(new Array(20).fill('SIGTERM'));
});
