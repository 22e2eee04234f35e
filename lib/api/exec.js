'use strict';
// exec() and execFile(): a process whose output is collected for a callback.
// Source: https://nodejs.org/api/child_process.html#child_processexeccommand-options-callback

const { getSystemErrorName } = require('node:util');
const { instead } = require('../fallback/instead.js');
const { clearTimeout, setTimeout } = require('../primordials.js');
const { codedError } = require('../errors.js');
const { namedAdditions } = require('../options/added.js');
const { areUsual, isUsualName, shuffle } = require('../options/exec-file.js');
const { plainPrototype } = require('../options/normalize.js');
const { isLeftToBuiltin } = require('../options/permission.js');
const { rejectExec, rejectExecFile } = require('../options/reject.js');
const { inShell } = require('../options/shell.js');
const { isCleanString } = require('../options/validate.js');
const { killFor, lifetimeOf } = require('../process/lifetime.js');
const { superviseTime } = require('../process/limits.js');
const { Output } = require('../process/output.js');
const { standardPipesOf } = require('../process/streams.js');
const { optionsPrototype } = require('../running-node.js');
const { exported } = require('./exported.js');
const { spawnCollected } = require('./spawn.js');

const DEFAULTS = {
  encoding: 'utf8',
  timeout: 0,
  maxBuffer: 1024 * 1024,
  killSignal: 'SIGTERM',
  cwd: null,
  env: null,
  shell: false,
};

/**
 * Runs a command line in a shell.
 * @param {string} command
 * @param {any} [options]
 * @param {any} [callback] `(error, stdout, stderr)`
 * @returns {any} a ChildProcess
 */
function exec(command, options, callback) {
  const [given, done] = typeof options === 'function' ? [undefined, options] : [options, callback];
  if (!isCleanString(command) || !isUsualName(given?.argv0)) rejectExec(command, given, done);
  return exported().execFile(command, inShell(given), done);
}

/**
 * Runs a file.
 * @param {string} file
 * @param {any} [args]
 * @param {any} [options]
 * @param {any} [callback] `(error, stdout, stderr)`
 * @returns {any} a ChildProcess
 */
function execFile(file, args, options, callback) {
  if (isLeftToBuiltin()) return instead().execFile(file, args, options, callback);
  const given = shuffle(args, options, callback);
  if (!areUsual(given)) rejectExecFile(file, given.args, given.options, given.callback);
  const settings = { __proto__: optionsPrototype, ...DEFAULTS, ...given.options };
  const { cwd, env, gid, shell, signal, uid, windowsHide, windowsVerbatimArguments } = settings;
  const child = spawnCollected(file, given.args, {
    __proto__: plainPrototype(),
    cwd,
    env,
    gid,
    shell,
    signal,
    uid,
    windowsHide: !!windowsHide,
    windowsVerbatimArguments: !!windowsVerbatimArguments,
    ...namedAdditions(settings),
  });
  new Run(child, [file, ...given.args], settings, given.callback);
  return child;
}

/** One child whose end the callback waits for. */
class Run {
  #child;
  #command;
  #killSignal;
  #callback;
  /** @type {InstanceType<typeof Output>} */
  #stdout;
  /** @type {InstanceType<typeof Output>} */
  #stderr;
  /** @type {any} */
  #error = null;
  #killed = false;
  #done = false;
  /** @type {NodeJS.Timeout | undefined} */
  #timer;

  /**
   * @param {any} child
   * @param {any[]} command the file and its arguments, as errors name it
   * @param {any} settings
   * @param {((error: any, stdout: string | Buffer, stderr: string | Buffer) => void) | undefined} callback
   */
  constructor(child, command, { encoding, killSignal, maxBuffer, timeout }, callback) {
    this.#child = child;
    this.#command = command;
    this.#killSignal = killSignal ?? undefined;
    this.#callback = callback;
    const known = encoding !== 'buffer' && Buffer.isEncoding(encoding) ? encoding : null;
    const [, stdout, stderr] = standardPipesOf(child);
    this.#stdout = new Output(stdout, known, maxBuffer, () => this.#overflow('stdout'));
    this.#stderr = new Output(stderr, known, maxBuffer, () => this.#overflow('stderr'));
    if (killSignal && killSignal !== DEFAULTS.killSignal) lifetimeOf(child).killSignal = killSignal;
    if (timeout > 0) {
      this.#timer = setTimeout(() => this.#kill('timeout'), timeout);
      superviseTime(child, timeout, this.#killSignal);
    }
    child.on('close', (/** @type {any} */ code, /** @type {any} */ signal) => this.#finish(code, signal));
    child.on('error', (/** @type {any} */ error) => this.#fail(error));
  }

  /** @param {'stdout' | 'stderr'} name */
  #overflow(name) {
    const error = codedError(RangeError, 'ERR_CHILD_PROCESS_STDIO_MAXBUFFER', `${name} maxBuffer length exceeded`);
    this.#kill('maxBuffer', error);
  }

  /**
   * @param {'maxBuffer' | 'timeout'} reason
   * @param {Error} [error] what the callback is told, unless the child cannot be killed
   */
  #kill(reason, error) {
    this.#destroyStreams();
    this.#killed = true;
    try {
      killFor(this.#child, reason, this.#killSignal);
    } catch (thrown) {
      this.#error ||= thrown;
      this.#finish();
    }
    this.#error ||= error;
  }

  /** @param {any} error of the start, or of an abort */
  #fail(error) {
    this.#error = error;
    this.#destroyStreams();
    this.#finish();
  }

  #destroyStreams() {
    const [, stdout, stderr] = standardPipesOf(this.#child);
    stdout?.destroy();
    stderr?.destroy();
  }

  /**
   * @param {number | null} [code] of its end; nothing when that is not waited for
   * @param {string | null} [signal]
   */
  #finish(code, signal) {
    if (this.#done) return;
    this.#done = true;
    clearTimeout(this.#timer);
    // Not as a method of this: it is the caller's.
    const callback = this.#callback;
    if (!callback) return;
    const stdout = this.#stdout.take();
    const stderr = this.#stderr.take();
    if (!this.#error && code === 0 && signal === null) {
      callback(null, stdout, stderr);
      return;
    }
    this.#error ||= this.#commandError(code, signal, stderr);
    this.#error.cmd = this.#command.join(' ');
    callback(this.#error, stdout, stderr);
  }

  /**
   * @param {number | null | undefined} code
   * @param {string | null | undefined} signal
   * @param {string | Buffer} stderr
   */
  #commandError(code, signal, stderr) {
    return Object.assign(new Error(`Command failed: ${this.#command.join(' ')}\n${stderr}`), {
      code: Number(code) < 0 ? getSystemErrorName(Number(code)) : code,
      killed: this.#child.killed || this.#killed,
      signal,
    });
  }
}

module.exports = { exec, execFile };
