'use strict';
// Children a second, when eight lanes start all kinds of them by turns, and all kinds of ends are met.

const assert = require('node:assert');
const { rateOf } = require('../samples.js');

/** @typedef {typeof import('node:child_process')} ChildProcess */

const LANES = 8;
const SECONDS = 4;
/** ms */
const TIMEOUT = 10;
/** Ended by us, or soon by itself. */
const SLEEP = ['/bin/sleep', '10'];
/** As much as a program is told in a line or two. */
const INPUT = 'forkless\n'.repeat(100);
const NO_PROGRAM = 'forkless-bench-no-such-program';

exports.cases = [
  {
    given: {},
    rows: { rate: { title: 'children of six kinds a second', unit: '/s', target: { ratioAtLeast: 2.2 } } },
  },
];

/** What a lane does by turns. Each rejects if what it started did not end as it must. */
const KINDS = [callBack, pipe, timeOut, miss, abort, block];

/**
 * @param {() => ChildProcess} load
 * @param {object} _given
 * @param {number} effort
 */
exports.measure = async (load, _given, effort) => {
  const module_ = load();
  const lanes = Array.from({ length: LANES }, (_, lane) => lane);
  const take = (/** @type {number} */ lane, /** @type {number} */ turn) => KINDS[(lane + turn) % KINDS.length](module_);
  return { rate: [await rateOf(lanes, take, SECONDS * effort)] };
};

/**
 * The arguments of a callback.
 * @param {(callback: (...args: any[]) => void) => void} call
 * @returns {Promise<any[]>}
 */
const calledBack = (call) => new Promise((resolve) => call((...args) => resolve(args)));

/** @param {ChildProcess} module_ */
async function callBack({ execFile }) {
  const [error, stdout] = await calledBack((callback) => execFile('/bin/echo', ['hello'], callback));
  assert.strictEqual(error, null);
  assert.strictEqual(stdout, 'hello\n');
}

/** @param {ChildProcess} module_ */
async function pipe({ spawn }) {
  const child = spawn('cat');
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (piece) => {
    output += piece;
  });
  const closed = calledBack((callback) => child.on('close', callback));
  child.stdin.end(INPUT);
  assert.deepStrictEqual(await closed, [0, null]);
  assert.strictEqual(output, INPUT);
}

/** @param {ChildProcess} module_ */
async function timeOut({ execFile }) {
  const [file, ...args] = SLEEP;
  const [error] = await calledBack((callback) => execFile(file, args, { timeout: TIMEOUT }, callback));
  assert.strictEqual(error?.killed, true);
  assert.strictEqual(error.signal, 'SIGTERM');
}

/** @param {ChildProcess} module_ */
async function miss({ spawn }) {
  const [error] = await calledBack((callback) => spawn(NO_PROGRAM).on('error', callback));
  assert.strictEqual(error.code, 'ENOENT');
}

/** @param {ChildProcess} module_ */
async function abort({ exec }) {
  const controller = new AbortController();
  let closed;
  const [error] = await calledBack((callback) => {
    // Without "exec", a shell may leave its own child behind.
    const child = exec(`exec ${SLEEP.join(' ')}`, { signal: controller.signal }, callback);
    closed = calledBack((callback) => child.on('close', callback));
    child.on('spawn', () => controller.abort());
  });
  assert.strictEqual(error?.name, 'AbortError');
  assert.deepStrictEqual(await closed, [null, 'SIGTERM']);
}

/** @param {ChildProcess} module_ */
async function block({ spawnSync }) {
  const { status, stdout } = spawnSync('/bin/echo', ['hello'], { encoding: 'utf8' });
  assert.strictEqual(status, 0);
  assert.strictEqual(stdout, 'hello\n');
}
