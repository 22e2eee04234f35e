'use strict';
// Runs one scenario of spawn(), execFile() or exec() on one of the modules.

const { promisify } = require('node:util');
const { realOptions } = require('../scenarios/options.js');
const { sourceOf } = require('../scenarios/script.js');
const { stdinIsCertain } = require('../scenarios/steady.js');
const { describe, Trace } = require('../trace.js');
const { Moments } = require('./moments.js');
const { Stdio, read, write } = require('./streams.js');

/** Longer than any scenario takes that ends. */
const PATIENCE = 3_000;

/**
 * @param {any} module
 * @param {any} scenario
 * @param {import('../sandbox.js').Sandbox} sandbox
 * @returns {Promise<any>} its trace
 */
async function runChild(module, scenario, sandbox) {
  const trace = new Trace();
  const stdio = new Stdio(scenario.stdio, sandbox);
  const abort = new AbortController();
  const onUncaught = (/** @type {any} */ error) => trace.add('process', 'uncaughtException', error);
  process.on('uncaughtException', onUncaught);
  /** @type {any} */
  let child;
  try {
    child = trace.run(() => start(module, sandbox.expand(scenario), stdio.value, abort, trace));
    if (child) {
      trace.run(() => act(child, scenario, abort, trace));
      await end(child, trace);
      trace.add('after all', 'state', stateOf(child));
    }
  } catch (error) {
    trace.add('call', 'threw', error);
  } finally {
    process.off('uncaughtException', onUncaught);
  }
  const result = trace.result();
  if (!stdinIsCertain(scenario)) forget(result, 'stdin', 'writes');
  // How much of it is read before the end; the callback gets what fits.
  if (scenario.overflow) forget(result, 'stdout', 'stderr');
  // Much of it may still be in the pipe at the exit, or not.
  if (writesMuch(scenario)) forget(result, 'dataAfterExit');
  return { ...result, files: stdio.finish(sandbox) };
}

/** Whether the child may write more than is read at once: by itself, or what it gets. @param {any} scenario */
function writesMuch({ script, stdin }) {
  const floods = script?.steps.some((/** @type {any} */ step) => step.do === 'flood');
  return floods || stdin?.chunks?.some(({ bytes = 0 }) => bytes > 65_536);
}

/**
 * Drops what is a matter of who was faster.
 * @param {any} result
 * @param {...string} labels
 */
function forget(result, ...labels) {
  for (const label of labels) delete result[label];
}

/**
 * Makes the call and looks at what it returned.
 * @param {any} module
 * @param {any} scenario
 * @param {any} stdio
 * @param {AbortController} abort
 * @param {Trace} trace
 */
function start(module, scenario, stdio, abort, trace) {
  const { call, ender } = scenario;
  const options = { ...realOptions(scenario.options), ...(stdio !== undefined && { stdio }) };
  if (ender?.by === 'timeout') options.timeout = ender.timeout;
  if (ender?.by === 'abort') options.signal = abort.signal;
  if (ender?.by === 'abort' && ender.at === 'before') abort.abort(ender.reason);
  if (isDeaf(scenario)) options.killSignal = 'SIGKILL';

  const [name, isPromised] = call.split(' ');
  const [file, args] = commandOf(scenario);
  const list = name === 'exec' ? [file, options] : [file, args, options];
  const child = isPromised ? promised(module[name], list, trace) : called(module[name], name, list, trace);
  trace.add('call', 'returned', { keys: Object.keys(child), ...stateOf(child) });
  trace.follow(child, 'child');
  for (const [index, stream] of (child.stdio ?? []).entries()) {
    if (stream) trace.follow(stream, ['stdin', 'stdout', 'stderr'][index] ?? `fd ${index}`);
  }
  process.nextTick(() => trace.add('child', '(next tick)'));
  return child;
}

/** Whether a script would outlive the signal that is to end it. @param {any} scenario */
const isDeaf = ({ ender, options }) =>
  ender && ender.by !== 'kill' && ![undefined, 'SIGKILL', 'SIGTERM', 9, 15, 'sigterm'].includes(options.killSignal);

/** @param {any} run @param {string} name @param {any[]} list @param {Trace} trace */
function called(run, name, list, trace) {
  if (name === 'spawn') return run(...list);
  return run(...list, (/** @type {any} */ error, /** @type {any} */ stdout, /** @type {any} */ stderr) =>
    trace.add('callback', 'called', error, describe(stdout), describe(stderr)),
  );
}

/** @param {any} run @param {any[]} list @param {Trace} trace */
function promised(run, list, trace) {
  const promise = promisify(run)(...list);
  promise.then(
    (/** @type {any} */ value) => trace.add('promise', 'resolved', describe(value.stdout), describe(value.stderr)),
    (/** @type {any} */ error) => trace.add('promise', 'rejected', error),
  );
  return promise.child;
}

/** @param {any} scenario @returns {[string, any]} */
function commandOf({ call, options, command, script, args }) {
  if (command !== undefined) return [command, args];
  const source = sourceOf(script);
  // For a shell, arguments are words of the command line.
  if (call.startsWith('exec ') || call === 'exec' || options.shell) return [source, undefined];
  return ['/bin/sh', ['-c', source, 'sh', ...args]];
}

/**
 * @param {any} child
 * @param {any} scenario
 * @param {AbortController} abort
 * @param {Trace} trace
 */
function act(child, scenario, abort, trace) {
  const moments = new Moments(trace, child);
  const { actions, call, ender, listening, script, stdin, stdout, stderr } = scenario;
  const listen = () => {
    child.on('error', () => {});
    for (const stream of child.stdio ?? []) stream?.on('error', () => {});
  };
  if (listening !== 'never') moments.at(listening, listen);
  if (!stdinIsCertain(scenario)) child.stdin?.on('error', () => {});
  if (call === 'spawn') {
    if (child.stdout)
      read(child.stdout, ender ? { ...stdout, at: 'now', how: 'data' } : stdout, moments, trace, 'stdout');
    if (child.stderr) read(child.stderr, stderr, moments, trace, 'stderr');
  }
  writeAll(child, stdin ?? (script && { at: 'now', chunks: [], finish: 'end' }), moments, trace);
  for (const { at, what } of actions) moments.at(at, () => trace.add('actions', at, doIt(child, what, ender)));
  if (ender) moments.at(ender.at ?? 'never', () => trace.add('ender', 'did', endBy(child, ender, abort)));
}

/** @param {any} child @param {any} stdin @param {Moments} moments @param {Trace} trace */
function writeAll(child, stdin, moments, trace) {
  if (stdin && child.stdin) moments.at(stdin.at, () => write(child.stdin, stdin, trace));
  for (const stream of child.stdio?.slice(3) ?? [])
    stream
      ?.on('error', () => {})
      .resume()
      .end();
}

/**
 * What is done besides. A child that did not start is left alone: some Nodes
 * then signal the whole process group.
 * @param {any} child
 * @param {any} what
 * @param {any} ender
 */
function doIt(child, what, ender) {
  if (what.look) return stateOf(child);
  if (what.ref) return child.ref();
  if (what.unref) return child.unref();
  if (what.cork) return child.stdin?.cork?.();
  // Once something was sent, dispose() has nothing to do any more.
  if (!child.pid || ender?.by === 'dispose') return 'nothing';
  try {
    return child.kill(what.kill);
  } catch (error) {
    return describe(error);
  }
}

/** @param {any} child @param {any} ender @param {AbortController} abort */
function endBy(child, { by, reason, signal }, abort) {
  if (!child.pid || by === 'timeout') return undefined;
  if (by === 'abort') return abort.abort(reason);
  if (by === 'dispose' && Symbol.dispose) return child[Symbol.dispose]();
  return child.kill(by === 'dispose' ? undefined : signal);
}

/**
 * Resolves when nothing more will happen.
 * @param {any} child
 * @param {Trace} trace
 */
function end(child, trace) {
  return new Promise((/** @type {(value?: any) => void} */ resolve) => {
    const hopeless = setTimeout(() => {
      trace.add('child', '(never closed)');
      if (child.pid && child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
      for (const stream of child.stdio ?? []) stream?.destroy();
      resolve();
    }, PATIENCE);
    const finish = () => {
      clearTimeout(hopeless);
      whenQuiet(child, resolve);
    };
    trace.watch((label, event) => {
      if (label === 'child' && event === 'close') finish();
      // Nobody listened: after a failed start there is no 'close' then.
      if (label === 'process' && !child.pid) finish();
    });
  });
}

/**
 * Once all streams are closed too, and what was put off until then is done; most often that is at once.
 * @param {any} child
 * @param {() => void} done
 * @param {number} [rounds]
 */
function whenQuiet(child, done, rounds = 50) {
  const isOpen = child.stdio?.some((/** @type {any} */ stream) => stream && !stream.closed);
  if (!isOpen) setImmediate(() => setImmediate(done));
  else if (rounds === 0) done();
  else setTimeout(whenQuiet, 1, child, done, rounds - 1);
}

/** @param {any} child */
function stateOf(child) {
  const { connected, exitCode, killed, signalCode, spawnargs, spawnfile } = child;
  return {
    pid: typeof child.pid,
    channel: typeof child.channel,
    ...{ connected, exitCode, killed, signalCode, spawnfile },
    // A symbol among them cannot be cloned.
    spawnargs: spawnargs.map((/** @type {any} */ arg) => (typeof arg === 'symbol' ? String(arg) : arg)),
    stdio: child.stdio?.map((/** @type {any} */ stream, /** @type {number} */ index) => streamState(stream, index)),
    named: [child.stdin, child.stdout, child.stderr].map((stream, index) => stream === child.stdio?.[index]),
  };
}

/** @param {any} stream @param {number} fd */
function streamState(stream, fd) {
  if (!stream) return stream;
  const { destroyed, readable, writable, allowHalfOpen, readableEncoding, errored } = stream;
  const error = fd > 0 && describe(errored);
  return { class: stream.constructor.name, destroyed, readable, writable, allowHalfOpen, readableEncoding, error };
}

module.exports = { runChild };
