'use strict';
// spawnSync(), execFileSync(), execSync(): the blocking three.
// Source: https://nodejs.org/api/child_process.html#synchronous-process-creation

const { instead } = require('../fallback/instead.js');
const { startError } = require('../errors.js');
const { binding } = require('../native.js');
const { addedLimits } = require('../options/added.js');
const { areUsual, shuffle } = require('../options/exec-file.js');
const { normalizeSpawn } = require('../options/normalize.js');
const { childrenDenied } = require('../options/permission.js');
const { rejectExecSync, rejectInput, rejectSpawn, rejectStdioSync } = require('../options/reject.js');
const { inShell } = require('../options/shell.js');
const { signalName, signalNumber } = require('../options/signals.js');
const { isCleanString } = require('../options/validate.js');
const { isIntercepted } = require('../process/intercepted.js');
const { addCause } = require('../process/cause.js');
const { startRequest } = require('../process/request.js');
const { COUNT, usageOf } = require('../process/usage.js');
const { missingOutput } = require('../running-node.js');
const { isChannel, parseStdio, wantedFds } = require('../stdio/parse.js');

const DEFAULT_MAX_BUFFER = 1024 * 1024;

/** Where children are denied it refuses, and where somebody stands in its way they are asked. */
const isLeftToBuiltin = () => childrenDenied() || isIntercepted();

/**
 * Runs a process and waits for its end.
 * @param {string} file the command
 * @param {any} [args]
 * @param {any} [options]
 * @returns {any} `{ pid, output, stdout, stderr, status, signal }`, and `error` when something went wrong
 */
function spawnSync(file, args, options) {
  if (isLeftToBuiltin()) return instead().spawnSync(file, args, options);
  const normalized = normalizeSpawn('spawnSync', file, args, options);
  return runNormalized(normalized) ?? instead().spawnSync(file, args, options);
}

/**
 * Runs a file and returns its stdout.
 * @param {string} file
 * @param {any} [args]
 * @param {any} [options]
 * @returns {string | Buffer}
 * @throws when it did not start, did not end by itself, or ended with another status than 0
 */
function execFileSync(file, args, options) {
  if (isLeftToBuiltin()) return instead().execFileSync(file, args, options);
  const given = shuffle(args, options);
  // A function is taken, and never called, in any place but that of the options.
  const misplaced = typeof options === 'function' && typeof args !== 'function';
  if (misplaced || !areUsual(given)) rejectSpawn('execFileSync', file, args, options ?? undefined);
  const normalized = normalizeSpawn('spawnSync', file, given.args, given.options);
  // Only an error wants its text, which some arguments refuse to be part of.
  const result = runNormalized(normalized);
  if (!result) return instead().execFileSync(file, args, options);
  return outputOf(result, normalized, () => [given.options?.argv0 || file, ...given.args].join(' '));
}

/**
 * Runs a command line in a shell and returns its stdout.
 * @param {string} command
 * @param {any} [options]
 * @returns {string | Buffer}
 * @throws as execFileSync does
 */
function execSync(command, options) {
  if (isLeftToBuiltin()) return instead().execSync(command, options);
  if (!isCleanString(command)) rejectExecSync(command, options);
  // Taken for a callback, as exec() has one.
  const given = typeof options === 'function' ? undefined : options;
  const normalized = normalizeSpawn('spawnSync', command, [], inShell(given));
  const result = runNormalized(normalized);
  return result ? outputOf(result, normalized, () => command) : instead().execSync(command, options);
}

/**
 * @param {any} result
 * @param {import('../options/normalize.js').StartOptions} options
 * @param {() => string} command as the error names it
 */
function outputOf(result, options, command) {
  if (!options.stdio && result.stderr) process.stderr.write(result.stderr);
  if (result.error) throw failed(result.error, result);
  if (result.status === 0) return /** @type {string | Buffer} */ (result.stdout);
  const said = result.stderr?.length ? `\n${result.stderr}` : '';
  throw failed(new Error(`Command failed: ${command()}${said}`), result);
}

/**
 * @param {Error} error
 * @param {any} result what it has to tell, too
 */
function failed(error, result) {
  const { get } = /** @type {PropertyDescriptor} */ (Object.getOwnPropertyDescriptor(result, 'resourceUsage'));
  return Object.defineProperty(Object.assign(error, result), 'resourceUsage', { get, configurable: true });
}

/**
 * @param {import('../options/normalize.js').StartOptions} options
 * @returns {any} nothing where the system refuses such a process: then the built-in is to be asked
 */
function runNormalized(options) {
  const entries = parseEntries(options.stdio);
  const inputs = inputsFor(options);
  // Here, unlike in spawn(), what cannot be a string is an error.
  const args = Array.from(options.args, (arg) => `${arg}`);
  const cwd = options.cwd === undefined || options.cwd === null ? undefined : `${options.cwd}`;
  const limits = addedLimits(options);
  const { drainTimeout = -1, forceKillAfterDelay = -1 } = limits;
  const usage = new Float64Array(COUNT);
  const result = binding.runSync(
    startRequest(options, args, cwd, limits),
    wantedFds(entries),
    inputs,
    {
      timeout: options.timeout ?? 0,
      // Given but undefined, it is no limit.
      maxOutput: Object.hasOwn(options, 'maxBuffer') ? (options.maxBuffer ?? 0) : DEFAULT_MAX_BUFFER,
      killSignal: signalNumber(options.killSignal ?? 'SIGTERM') ?? 0,
      forceKillAfter: forceKillAfterDelay,
      drainTimeout,
    },
    usage,
  );
  return result.error === binding.CLONE_REFUSED ? undefined : toResult(result, options, usage);
}

/** @param {any} stdio */
function parseEntries(stdio) {
  // The built-in passes over strings and bytes in a list once it is filled up to three.
  const list = Array.isArray(stdio)
    ? filledUp(stdio)
        .map(named)
        .filter((entry) => !isIgnored(entry))
    : stdio;
  const entries = parseStdio(list, Array.isArray(stdio) ? 0 : 3);
  if (!entries || entries.some(isChannel)) rejectStdioSync(stdio);
  return /** @type {import('../stdio/parse.js').StdioEntry[]} */ (entries);
}

/** What is missing in its midst stays so, and has no fd. @param {any[]} list */
function filledUp(list) {
  const filled = list.slice();
  while (filled.length < 3) filled.push(undefined);
  return filled;
}

/**
 * What its place means is said before those in front of it are passed over.
 * @param {any} entry
 * @param {number} index
 */
function named(entry, index) {
  if (entry === 'inherit') return index;
  return entry ?? (index < 3 ? 'pipe' : 'ignore');
}

const WORDS = new Set(['pipe', 'overlapped', 'ignore', 'ipc']);

/** @param {unknown} entry */
function isIgnored(entry) {
  return ArrayBuffer.isView(entry) || (typeof entry === 'string' && !WORDS.has(entry));
}

/**
 * What to write to each pipe, by fd. An input for an fd 0 that is no pipe is lost.
 * @param {import('../options/normalize.js').StartOptions} options
 */
function inputsFor({ input, encoding }) {
  if (!input) return [];
  if (typeof input !== 'string' && !ArrayBuffer.isView(input)) rejectInput(input);
  const bytes = typeof input === 'string' ? Buffer.from(input, /** @type {any} */ (encoding)) : bytesOf(input);
  return [bytes];
}

/** @param {ArrayBufferView} view */
function bytesOf(view) {
  // A view of memory that was transferred has no length to ask for, or throws.
  if (view.buffer.byteLength === 0) return Buffer.alloc(0);
  return Buffer.from(view.buffer, view.byteOffset, view.byteLength);
}

/**
 * @param {import('../../binding.js').RunResult} result
 * @param {import('../options/normalize.js').StartOptions} options
 * @param {Float64Array} usage what the process has used
 */
function toResult({ pid, code, signal, error, output: bytes, cause }, { file, args, encoding }, usage) {
  const output = bytes && decode(bytes, encoding);
  const failure = error === 0 ? undefined : startError(error, 'spawnSync', file, args.slice(1));
  if (cause) addCause(/** @type {Error} */ (failure), cause);
  const result = {
    ...(failure && { error: failure }),
    status: bytes && signal === 0 ? code : null,
    // The real-time signals have no name.
    signal: signal === 0 ? null : (signalName(signal) ?? ''),
    output: output ?? null,
    pid,
    stdout: output ? output[1] : missingOutput(),
    stderr: output ? output[2] : missingOutput(),
  };
  return withUsage(result, pid === 0 ? undefined : usage);
}

/**
 * @template {object} T
 * @param {T} result
 * @param {Float64Array | undefined} usage
 * @returns {T} the same
 */
function withUsage(result, usage) {
  return Object.defineProperty(result, 'resourceUsage', { get: () => usageOf(usage), configurable: true });
}

/**
 * @param {(Buffer | undefined | null)[]} output
 * @param {any} encoding
 */
function decode(output, encoding) {
  const text = encoding && encoding !== 'buffer';
  return output.map((bytes) => (bytes ? (text ? bytes.toString(encoding) : bytes) : null));
}

module.exports = { execFileSync, execSync, spawnSync };
