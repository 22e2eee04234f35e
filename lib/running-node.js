'use strict';
// What the running Node does where Nodes differ. Its own child_process is asked, so that a release nobody has looked at
// gets the right answer, too: by the text of its functions, or by a call that it is sure to refuse. What cannot be
// asked so stands in release.js.

const { originals } = require('./builtin.js');
const { processBinding } = require('./process-binding.js');
const { since } = require('./release.js');

/** An option that every Node refuses, after all those that it is asked about. */
const POISON = 'forkless:refuse';

/**
 * Whether a function of Node's own has `pattern` in its text. A function that somebody has put in its place does not
 * have `mark`: then the release decides.
 * @param {Function} asked
 * @param {RegExp} mark
 * @param {RegExp} pattern
 * @param {[string, ...string[]]} releases as `since` takes them
 */
function textMatches(asked, mark, pattern, ...releases) {
  const text = Function.prototype.toString.call(asked);
  return mark.test(text) ? pattern.test(text) : since(...releases);
}

/**
 * Asks at the first call, and once.
 * @template T
 * @param {() => T} question
 * @returns {() => T}
 */
function askOnce(question) {
  /** @type {{ value: T } | undefined} */
  let known;
  return () => {
    known ??= { value: question() };
    return known.value;
  };
}

/** What a call throws. @param {() => unknown} call @returns {any} */
function thrownBy(call) {
  try {
    return call();
  } catch (error) {
    return error;
  }
}

const { ChildProcess, execFile, spawn, spawnSync } = /** @type {any} */ (originals);
const CREATES = /new ChildProcess\(/;

/** Whether a timeout is cleared by 'close', which a failed start has, too, and not by 'exit'. */
const timeoutEndsWithClose = askOnce(() => textMatches(spawn, CREATES, /once\('close'/, '26.10', '24.22'));

/** Whether an AbortError has the signal's reason as its cause. */
const abortHasCause = askOnce(() => textMatches(spawn, CREATES, /signal\.reason/, '20.2', '18.17'));

/** Whether the channel `child_process` is told of each child. */
const publishesChild = askOnce(() => textMatches(ChildProcess, /EventEmitter/, /\.publish\(/, '19.0'));

/** Whether there is a tracing channel `child_process.spawn`. */
const tracesSpawn = askOnce(() =>
  textMatches(ChildProcess.prototype.spawn, /getValidStdio/, /\.start\.publish\(/, '25.8', '24.15'),
);

/**
 * What the options of exec(), execFile() and fork() inherit: older Nodes took what stood on Object.prototype for
 * options.
 */
const optionsPrototype = textMatches(execFile, /normalizeExecFileArgs/, /__proto__: null/, '20.6', '18.18')
  ? null
  : Object.prototype;

/** Whether spawn() takes only own properties for options. */
const takesOwnOnly = askOnce(() =>
  `${thrownBy(() => spawnSync('x', [], { __proto__: { cwd: 5 }, stdio: POISON }))}`.includes(POISON),
);

/** Whether errors with a code are of classes of their own, one for each code. */
const errorsHaveClasses = askOnce(() => {
  const error = thrownBy(() => spawnSync(''));
  // A stub throws none.
  return !(error instanceof Error) || !Object.hasOwn(error, 'toString');
});

/** What the blocking functions have for the output of a start that failed. Of one that does. */
const missingOutput = askOnce(() => {
  const result = spawnSync('/dev/null/none');
  return result?.error ? result.stdout : undefined;
});

/** Whether an argument that cannot be made a string is an empty one, and not an error. Of a start that fails. */
const takesAnyArgument = askOnce(() => {
  const refusal = new Error('not a string');
  const argument = {
    toString() {
      throw refusal;
    },
  };
  const start = { file: '/dev/null/none', args: [argument], stdio: 'ignore' };
  return thrownBy(() => new ChildProcess().spawn(start)) !== refusal;
});

/** Whether children get this process's own environment, whatever stands in the place of `process.env`. */
const fixesEnv = askOnce(() => typeof processBinding('process_wrap').getEnvPairs === 'function');

module.exports = {
  POISON,
  abortHasCause,
  errorsHaveClasses,
  fixesEnv,
  missingOutput,
  optionsPrototype,
  takesAnyArgument,
  takesOwnOnly,
  publishesChild,
  timeoutEndsWithClose,
  tracesSpawn,
};
