'use strict';
// Runs one scenario of fork() on one of the modules.

const path = require('node:path');
const { make, plainMessage } = require('../messages.js');
const { describe, Trace } = require('../trace.js');
const { stateOf, whenQuiet } = require('./children.js');

const PROGRAM = path.join(__dirname, '../programs/forked.js');
/** Longer than any scenario takes that ends. */
const PATIENCE = 8_000;
/** Through another kernel object than the end of the process and its output: their order is nobody's. */
const OF_THE_CHANNEL = new Set(['message', 'internalMessage', 'disconnect']);

/**
 * @param {any} module
 * @param {any} scenario
 * @param {import('../sandbox.js').Sandbox} sandbox
 * @returns {Promise<any>} its trace
 */
async function runFork(module, scenario, sandbox) {
  const trace = new Trace();
  const settings = sandbox.expand({ ...scenario.options, ...scenario.stdio });
  const isAdvanced = settings.serialization === 'advanced';
  const sends = scenario.parentSends.filter((/** @type {any} */ [plan, { how }]) => isSent(plan, how, isAdvanced));
  const { prints, report, sends: childSends, code, ending, abrupt } = scenario;
  const echoes = sends.length;
  const plan = JSON.stringify({ prints, report, sends: childSends, code, ending, abrupt, echoes });
  try {
    const child = trace.run(() => module.fork(PROGRAM, [plan, 'arg'], settings));
    trace.add('call', 'returned', { keys: Object.keys(child), ...stateOf(child) });
    trace.follow(child, (event) => (OF_THE_CHANNEL.has(event) ? 'channel' : 'child'), plainMessage);
    for (const [index, stream] of (child.stdio ?? []).entries()) if (stream) trace.follow(stream, `fd ${index}`);
    trace.run(() => act(child, scenario, isAdvanced, trace));
    await end(child, scenario, trace);
    trace.add('after all', 'state', stateOf(child));
  } catch (error) {
    trace.add('call', 'threw', error);
  }
  const { dataAfterExit, heardBeforeTheChild, heardAfterTheChild, ...result } = /** @type {any} */ (trace.result());
  // docs/differences.md, "'close' comes after `disconnect()` too": with the built-in it does not.
  if (scenario.ender === 'disconnect') {
    result.child = result.child?.filter((/** @type {any[]} */ [event]) => event !== 'close');
  }
  return result;
}

/**
 * Whether a message will reach the child, which has to know how many come.
 * @param {any} plan
 * @param {string} how
 * @param {boolean} isAdvanced
 */
function isSent(plan, how, isAdvanced) {
  if (how.startsWith('wrong')) return false;
  const value = make(plan);
  if (value === undefined || ['symbol', 'function'].includes(typeof value)) return false;
  try {
    if (isAdvanced) structuredClone(value);
    else JSON.stringify(value);
  } catch {
    return false;
  }
  return !(isAdvanced && plan.shared);
}

/** @param {any} child @param {any} scenario @param {boolean} isAdvanced @param {Trace} trace */
function act(child, scenario, isAdvanced, trace) {
  const { actions, ender, listening, parentSends } = scenario;
  child.on('error', () => {});
  for (const stream of child.stdio ?? []) stream?.on('error', () => {}).resume?.();
  at(child, listening, trace, () => child.on('message', () => {}));
  for (const [index, [plan, { at: moment, how }]] of parentSends.entries()) {
    // A send that is sure to be refused leaves the child alone at any time.
    const when = moment === 'read' && !isSent(plan, how, isAdvanced) ? 'tick' : moment;
    at(child, when, trace, () => sendOne(child, index, plan, how, trace));
  }
  for (const { at: moment, what } of actions) {
    at(child, moment, trace, () => trace.add('actions', moment, doIt(child, what)));
  }
  if (ender) at(child, 'read', trace, () => trace.add('ender', ender, endBy(child, ender)));
}

/** @param {any} child @param {string} moment @param {Trace} trace @param {() => void} body */
function at(child, moment, trace, body) {
  const inside = () => trace.run(body);
  if (moment === 'now') inside();
  else if (moment === 'microtask') Promise.resolve().then(inside);
  else if (moment === 'tick') process.nextTick(inside);
  else if (moment !== 'read') child.once(moment, inside);
  else child.on('internalMessage', (/** @type {any} */ { cmd }) => cmd === 'NODE_READ' && setImmediate(inside));
}

/** @param {any} child @param {number} index @param {any} plan @param {string} how @param {Trace} trace */
function sendOne(child, index, plan, how, trace) {
  // After a start that failed there is nobody.
  if (!child.pid) return;
  const told = (/** @type {any} */ error) => trace.add('sends', `callback ${index}`, error);
  /** @type {Record<string, any[]>} */
  const others = {
    plain: [],
    callback: [told],
    undefined: [undefined, told],
    null: [null, null, told],
    options: [undefined, { keepOpen: true }, told],
    'wrong handle': [{}, told],
    'wrong options': [undefined, 'text', told],
  };
  try {
    const result = child.send(make(plan), ...others[how]);
    // Whether much of what is under way waits is a matter of how fast the child reads.
    trace.add('sends', `returned ${index}`, typeof result);
  } catch (error) {
    trace.add('sends', `threw ${index}`, error);
  }
}

/** A child that did not start is left alone: some Nodes then signal the whole group. @param {any} child @param {string} what */
function doIt(child, what) {
  if (!child.pid) return 'nothing';
  if (what === 'look') return stateOf(child);
  if (what === 'kill 0') return child.kill(0);
  const [method, owner] = what.split('.').reverse();
  return describe(typeof (owner ? child[owner] : child)?.[method]?.());
}

/** @param {any} child @param {string} ender */
function endBy(child, ender) {
  if (ender === 'disconnect') return child.disconnect();
  return child.kill(ender === 'kill' ? undefined : ender);
}

/** Resolves when nothing more will happen. @param {any} child @param {any} scenario @param {Trace} trace */
function end(child, { ender }, trace) {
  return new Promise((/** @type {(value?: any) => void} */ resolve) => {
    const hopeless = setTimeout(() => {
      trace.add('child', '(never closed)');
      if (child.pid && child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
      resolve();
    }, PATIENCE);
    trace.watch((label, event) => {
      const isLast =
        event === 'close' || (event === 'exit' && ender === 'disconnect') || (event === 'error' && !child.pid);
      if (label !== 'child' || !isLast) return;
      clearTimeout(hopeless);
      whenQuiet(child, resolve);
    });
  });
}

module.exports = { runFork };
