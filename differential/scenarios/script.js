'use strict';
// Scripts for sh: a list of steps and an ending. They tell what a child got
// (arguments, environment, fds, signals), and say nothing that changes from run to run.

const fc = require('fast-check');

/**
 * @typedef {{ do: string, fd?: number, text?: string, bytes?: number, exit?: number }} Step
 * @typedef {{ exit: number } | { signal: string } | { wait: 'sleep' | 'loop', silent?: boolean }} Ending
 *   `wait`: until somebody ends it; `silent`: without saying so
 * @typedef {{ steps: Step[], ending: Ending }} Script
 */

/** The last thing a script that waits writes to its stdout. */
const READY = 'READY';

const STEPS = {
  print: ({ fd, text }) => `printf %s ${quote(text)} >&${fd}`,
  flood: ({ fd, bytes }) => `head -c ${bytes} /dev/zero | tr '\\0' x >&${fd}`,
  copy: ({ fd }) => `cat <&${fd}`,
  line: () => 'read -r line; printf "<%s>" "$line"',
  args: () => 'printf "[%s]" "$@"',
  zero: () => 'printf %s "$0"',
  commandLine: () => 'cat /proc/$$/cmdline',
  environment: () => 'cat /proc/$$/environ',
  cwd: () => 'pwd -P',
  // Those far up came from whoever started us, and only the built-in hands them on.
  fds: () => '(cd /proc/$$/fd && ls -d ?)',
  // With nothing but the shell itself: a command substitution has a pipe of its own among the fds.
  kind: ({ fd }) => `for kind in p S f c d; do [ -$kind /proc/$$/fd/${fd} ] && printf "$kind;"; done`,
  signals: () => 'grep "^Sig[BIC]" /proc/self/status',
  ids: () => 'grep "^[UG]id\\|^Groups" /proc/$$/status',
  limits: () => 'cat /proc/$$/limits; umask; cat /proc/$$/oom_score_adj',
  session: () => '(set -- $(cat /proc/$$/stat); [ $5 = $1 ] && echo group; [ $6 = $1 ] && echo session)',
  threads: () => 'grep "^Threads\\|^NoNewPrivs\\|^Seccomp" /proc/$$/status',
  close: ({ fd }) => `exec ${fd}>&-`,
  trap: ({ exit }) => `trap 'exit ${exit}' TERM INT HUP USR1`,
  pause: () => 'sleep 0.02',
};

/** @param {string} text */
const quote = (text) => `'${text.replaceAll("'", "'\\''")}'`;

const text = fc.string({ unit: 'grapheme', maxLength: 8 }).filter((value) => !value.includes('\0'));
const fd = fc.oneof(
  { weight: 6, arbitrary: fc.constant(1) },
  { weight: 4, arbitrary: fc.constant(2) },
  { weight: 2, arbitrary: fc.integer({ min: 3, max: 5 }) },
);
const bytes = fc.oneof(fc.integer({ min: 0, max: 4000 }), fc.integer({ min: 60_000, max: 700_000 }));

/** @param {string} name @param {Record<string, fc.Arbitrary<any>>} [parts] @param {number} [weight] */
const step = (name, parts = {}, weight = 1) => ({
  weight,
  arbitrary: fc.record({ do: fc.constant(name), ...parts }, { noNullPrototype: true }),
});

const anyStep = fc.oneof(
  step('print', { fd, text }, 8),
  step('flood', { fd, bytes }, 2),
  step('copy', { fd: fc.oneof({ weight: 5, arbitrary: fc.constant(0) }, fc.integer({ min: 3, max: 5 })) }, 2),
  step('close', { fd: fc.integer({ min: 0, max: 4 }) }),
  step('kind', { fd: fc.integer({ min: 0, max: 5 }) }, 2),
  step('trap', { exit: fc.integer({ min: 0, max: 255 }) }),
  ...Object.keys(STEPS)
    .filter((name) => STEPS[name].length === 0)
    .map((name) => step(name)),
);

const DEADLY = ['KILL', 'TERM', 'INT', 'HUP', 'USR1', 'PIPE', 'ALRM', 'ABRT', 'SEGV', 'QUIT', 'TRAP', 'XCPU'];

const endsItself = fc.oneof(
  { weight: 4, arbitrary: fc.record({ exit: fc.constantFrom(0, 0, 0, 1, 2, 126, 127, 128, 137, 255) }) },
  { weight: 1, arbitrary: fc.record({ signal: fc.constantFrom(...DEADLY) }) },
);
const waits = fc.record({ wait: fc.constantFrom('sleep', 'loop') });

/** @param {fc.Arbitrary<Ending>} ending */
const scriptOf = (ending) =>
  fc.record({ steps: fc.array(anyStep, { maxLength: 5 }), ending }, { noNullPrototype: true });

/** @param {Ending} ending */
function endingSource(ending) {
  if ('exit' in ending) return `exit ${ending.exit}`;
  if ('signal' in ending) return `ulimit -c 0; kill -${ending.signal} $$`;
  // With no child of its own, which would hold the pipes a little longer; and not for ever, if nobody ends it.
  const waiting = ending.wait === 'sleep' ? 'exec sleep 60' : 'ulimit -t 10; while :; do :; done';
  return ending.silent ? waiting : `printf ${READY}; ${waiting}`;
}

/** @param {Script} script @returns {string} what sh runs */
function sourceOf({ steps, ending }) {
  return [...steps.map((one) => STEPS[one.do](one)), endingSource(ending)].join('; ');
}

module.exports = {
  READY,
  scriptThatEnds: scriptOf(endsItself),
  scriptThatWaits: scriptOf(waits),
  sourceOf,
};
