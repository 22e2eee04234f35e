'use strict';
// Runs one scenario of spawnSync(), execFileSync() or execSync() on one of the modules.

const { outcome, plain } = require('../../__tests__/sync/plain.js');
const { realOptions } = require('../scenarios/options.js');
const { sourceOf } = require('../scenarios/script.js');
const { Stdio } = require('./streams.js');

/**
 * @param {any} module
 * @param {any} scenario
 * @param {import('../sandbox.js').Sandbox} sandbox
 * @returns {any} its result or what it threw, what it wrote to our stderr, and the child to files
 */
function runSync(module, scenario, sandbox) {
  const { call } = scenario;
  const stdio = new Stdio(scenario.stdio, sandbox);
  const list = scenario.list ?? argumentsOf(sandbox.expand(scenario), stdio.value);
  const { value, said } = hearStderr(() => outcome(() => module[call](...list)));
  const { returned, ...others } = value;
  // What a process was called is another each time.
  const result = call === 'spawnSync' && returned ? { keys: Object.keys(returned), ...plain(returned) } : { returned };
  return { ...result, ...others, said, files: stdio.finish(sandbox) };
}

/** @param {any} scenario @param {any} stdio @returns {any[]} */
function argumentsOf({ call, command, script, args, input, ...scenario }, stdio) {
  const options = {
    ...realOptions(scenario.options),
    ...(stdio !== undefined && { stdio }),
    ...(input && { input: realInput(input) }),
  };
  const isShell = call === 'execSync' || options.shell;
  const source = command ?? sourceOf(script);
  if (call === 'execSync') return [command === undefined ? source : [source, ...args].join(' '), options];
  if (command === undefined && isShell) return [source, options];
  return command === undefined ? ['/bin/sh', ['-c', source, 'sh', ...args], options] : [command, args, options];
}

/** @param {any} input @returns {any} */
function realInput({ text, of, eights, skipped, wrong }) {
  if (of === undefined) return text ?? wrong;
  const bytes = Buffer.alloc(eights * 8 + skipped, 'a pattern of odd length, so that no part is like another.');
  if (of === 'text') return bytes.toString();
  const { buffer } = Uint8Array.from(bytes);
  const { BYTES_PER_ELEMENT = 1 } = /** @type {any} */ (globalThis)[of];
  const length = (buffer.byteLength - skipped) / BYTES_PER_ELEMENT;
  if (of === 'Buffer') return Buffer.from(buffer, skipped, length);
  return new /** @type {any} */ (globalThis)[of](buffer, skipped, length);
}

/**
 * Keeps from our stderr, where the child's goes when nothing else is asked for, what is written to it meanwhile.
 * @template T
 * @param {() => T} body
 */
function hearStderr(body) {
  /** @type {any[]} */
  const said = [];
  const { write } = process.stderr;
  process.stderr.write = (/** @type {any} */ chunk) => said.push(chunk) > 0;
  try {
    return { value: body(), said };
  } finally {
    process.stderr.write = write;
  }
}

module.exports = { runSync };
