'use strict';
// forkless run: starts a program with forkless in the place of node:child_process for its whole tree, and lives and
// ends as that program does.

const { spawn } = require('node:child_process');
const { constants } = require('node:os');
const { withRegister } = require('./node-options.js');
const { Witness } = require('./witness.js');

/** What people and supervisors end a program by, or tell it something by. @type {NodeJS.Signals[]} */
const HANDED_ON = ['SIGHUP', 'SIGINT', 'SIGQUIT', 'SIGTERM', 'SIGUSR1', 'SIGUSR2'];

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
  const stop = handSignalsOn((signal) => child?.kill(signal));
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
 * Hands on what comes to this process alone: what comes to the whole group has come to the program as well.
 * @param {(signal: NodeJS.Signals) => void} send
 * @returns {() => void} ends that
 */
function handSignalsOn(send) {
  let witness = new Witness();
  let isOver = false;
  // One after the other, in the order in which they came.
  let last = Promise.resolve();
  const listeners = HANDED_ON.map((signal) => {
    const listener = () => {
      last = last.then(() => handOn(signal));
    };
    process.on(signal, listener);
    return /** @type {const} */ ([signal, listener]);
  });
  return () => {
    isOver = true;
    witness.end();
    for (const [signal, listener] of listeners) process.removeListener(signal, listener);
  };

  /** @param {NodeJS.Signals} signal */
  async function handOn(signal) {
    const isKnown = await witness.got(signal);
    if (isOver) return;
    if (witness.isGone) witness = new Witness();
    if (!isKnown) send(signal);
  }
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
