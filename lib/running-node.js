'use strict';
// What the running Node does where releases differ. Its own child_process is asked, by the text of its functions or by
// a call that it is sure to refuse. So a release that nobody has looked at gets the right answer, too. What cannot be
// asked is in release.js.

const { originals } = require('./builtin.js');
const { processBinding } = require('./process-binding.js');
const { since } = require('./release.js');

/** A value that every Node refuses for an option. It is given for the last option that Node looks at. */
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

/** Whether 'close' clears a timeout, and not 'exit'. A start that failed emits 'close' alone. */
const timeoutEndsWithClose = askOnce(() => textMatches(spawn, CREATES, /once\('close'/, '26.10', '24.22'));

/** Whether an AbortError has the signal's reason as its cause. */
const abortHasCause = askOnce(() => textMatches(spawn, CREATES, /signal\.reason/, '20.2', '18.17'));

/** Whether each child is published on the channel `child_process`. */
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

/** What the blocking functions give for the output of a start that failed. Found out by such a start. */
const missingOutput = askOnce(() => {
  const result = spawnSync('/dev/null/none');
  return result?.error ? result.stdout : undefined;
});

/**
 * Whether an argument that cannot be made a string is an empty one, and not an error. Found out by a start that fails.
 */
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

/** Whether children get this process's own environment, even where `process.env` was replaced. */
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
