'use strict';
// forkless run: starts a program with forkless in the place of node:child_process for its whole tree, and lives and
// ends as that program does.

const { spawn } = require('node:child_process');
const { constants } = require('node:os');
const { isatty } = require('node:tty');
const { withRegister } = require('./node-options.js');

/** What a terminal sends to the whole group, so that the program has it, too. @type {NodeJS.Signals[]} */
const OF_TERMINALS = ['SIGHUP', 'SIGINT', 'SIGQUIT'];
/** What comes to this process alone. @type {NodeJS.Signals[]} */
const OF_OTHERS = ['SIGTERM', 'SIGUSR1', 'SIGUSR2'];

/** As shells have it. */
const NOT_FOUND = 127;
const NOT_EXECUTABLE = 126;

/**
 * @param {string} program
 * @param {string[]} args
 */
function run(program, args) {
  const env = { ...process.env, NODE_OPTIONS: withRegister(process.env.NODE_OPTIONS) };
  /** @type {import('node:child_process').ChildProcess | undefined} */
  let child;
  // First, so that no signal ends this process and leaves the program alone.
  const stop = forwardSignals((signal) => child?.kill(signal));
  const failed = (/** @type {unknown} */ error) => {
    stop();
    notStarted(program, error);
  };
  try {
    child = spawn(program, args, { env, stdio: 'inherit' });
  } catch (error) {
    return failed(error);
  }
  child.once('error', failed);
  child.once('exit', (code, signal) => {
    stop();
    if (signal) endBy(signal);
    process.exitCode = code ?? undefined;
  });
}

/**
 * Signals end the program, and not this process before it. Where there is a terminal, those that it sends are not sent again.
 * @param {(signal: NodeJS.Signals) => void} send
 * @returns {() => void} ends that
 */
function forwardSignals(send) {
  const ofTerminals = [0, 1, 2].some((fd) => isatty(fd)) ? () => {} : send;
  for (const signal of OF_OTHERS) process.on(signal, send);
  for (const signal of OF_TERMINALS) process.on(signal, ofTerminals);
  return () => {
    for (const signal of OF_OTHERS) process.removeListener(signal, send);
    for (const signal of OF_TERMINALS) process.removeListener(signal, ofTerminals);
  };
}

/**
 * As the program ended, so that who waits for this process sees the same.
 * @param {NodeJS.Signals} signal
 */
function endBy(signal) {
  process.kill(process.pid, signal);
  // Node ignores some.
  process.exit(128 + constants.signals[signal]);
}

/**
 * @param {string} program
 * @param {any} error
 */
function notStarted(program, { code, message }) {
  const isMissing = code === 'ENOENT';
  console.error(`forkless: ${program}: ${isMissing ? 'not found' : `cannot be run (${code ?? message})`}`);
  process.exitCode = isMissing ? NOT_FOUND : NOT_EXECUTABLE;
}

module.exports = { run };
