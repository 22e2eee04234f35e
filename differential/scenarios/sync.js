'use strict';
// Scenarios of spawnSync(), execFileSync() and execSync(). Whoever calls these
// is blocked, so every child comes to an end by itself, by a timeout or by its output.

const fc = require('fast-check');
const options = require('./options.js');
const { inputIsTaken } = require('./steady.js');
const { scriptThatEnds } = require('./script.js');

const call = fc.constantFrom('spawnSync', 'spawnSync', 'execFileSync', 'execSync');

/**
 * Mostly a good value, now and then one of a wrong type.
 * @param {fc.Arbitrary<any>} good
 * @param {...any} wrong
 */
const mostly = (good, ...wrong) =>
  fc.oneof({ weight: 6, arbitrary: good }, { weight: 1, arbitrary: fc.constantFrom(...wrong) });

const wrongId = ['0', '', 1.5, -1, null, {}, Number.NaN, 2 ** 31, 2 ** 32, true];
const around = {
  ...options.ofTheChild,
  cwd: mostly(options.ofTheChild.cwd, 5, {}, null, true),
  env: mostly(options.ofTheChild.env, null, 'text', 5, ['A=1'], true),
  argv0: mostly(options.ofTheChild.argv0, 5, null, '', 'a\0b', {}),
  uid: mostly(options.ofTheChild.uid, ...wrongId),
  gid: mostly(options.ofTheChild.gid, ...wrongId),
  windowsHide: mostly(fc.boolean(), 'yes', null, 1),
  windowsVerbatimArguments: mostly(fc.boolean(), 'yes', null, 1),
  shell: mostly(options.shell, 5, {}, null, 'a\0b'),
  detached: mostly(fc.boolean(), 'yes', 0, null),
  killSignal: mostly(options.lethal, 'SIGNOTHING', 999, -1, '', 1.5, {}, true, null),
  encoding: fc.constantFrom('utf8', 'utf8', 'buffer', 'latin1', 'hex', 'base64', 'ucs2', null, 'nonsense', '', 5, true),
  maxBuffer: mostly(fc.constantFrom(4_000_000, 4e6 + 0.5, Number.POSITIVE_INFINITY, 0, null), -1, Number.NaN, '5', {}),
  timeout: mostly(fc.constantFrom(0, 20_000, 2 ** 31, null, undefined), -1, 1.5, '5', Number.NaN, {}),
};
const someOptions = options.someOf(around);

// Not here: 'overlapped' and streams of children, at which the built-in ends the
// whole process. 'inherit' only where the child cannot write into our own output.
const first = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom('pipe', 'pipe', null, undefined) },
  { weight: 3, arbitrary: fc.constantFrom('ignore', 'inherit', 0, { file: true }, { input: true }) },
  { weight: 1, arbitrary: fc.constantFrom('ipc', { socket: true }, 999, -1, {}, true) },
);
// Words that are none, and bytes, not in the first place: docs/differences.md, "Strings and bytes in the `stdio` list".
const other = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom('pipe', 'pipe', null, undefined) },
  { weight: 3, arbitrary: fc.constantFrom('ignore', { file: true }, { stream: true }) },
  { weight: 1, arbitrary: fc.constantFrom('ipc', { socket: true }, 'nonsense', new Uint8Array(2), 999, -1, {}, true) },
);
const stdio = fc.oneof(
  { weight: 4, arbitrary: fc.constant(undefined) },
  { weight: 1, arbitrary: fc.constantFrom('pipe', 'ignore', null, '', 'nonsense', [], 1, {}) },
  {
    weight: 4,
    arbitrary: fc.tuple(first, fc.array(other, { maxLength: 5 })).map(([one, others]) => [one, ...others]),
  },
);

const VIEWS = ['Buffer', 'Uint8Array', 'Int8Array', 'Uint8ClampedArray', 'Uint16Array', 'Float64Array', 'DataView'];
const input = fc.oneof(
  { weight: 4, arbitrary: fc.record({ text: options.text }, { noNullPrototype: true }) },
  {
    weight: 4,
    arbitrary: fc.record(
      {
        of: fc.constantFrom('text', ...VIEWS),
        // Of eights, which every kind of view can hold; also a part of a longer one.
        eights: fc.oneof(fc.integer({ min: 0, max: 50 }), fc.integer({ min: 0, max: 50_000 })),
        skipped: fc.constantFrom(0, 0, 8),
      },
      { noNullPrototype: true },
    ),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom(5, 0, true, false, {}, [1], 5n, null, Symbol('s')).map((wrong) => ({ wrong })),
  },
);

/** @param {Record<string, fc.Arbitrary<any>>} parts */
const record = (parts) => fc.record(parts, { noNullPrototype: true });

const common = { call, options: someOptions, stdio, input: fc.option(input, { nil: undefined }) };

const ends = record({ ...common, script: scriptThatEnds, args: options.args })
  .map(readable)
  .map(withRoom);

/** Only an input that the script takes: else EPIPE is a matter of who was faster. @param {any} scenario */
function readable(scenario) {
  // A pipe beyond the three has no end that a child could come to.
  const steps = scenario.script.steps.filter((/** @type {any} */ step) => step.do !== 'copy' || step.fd === 0);
  const changed = { ...scenario, script: { ...scenario.script, steps } };
  return inputIsTaken(changed) ? changed : { ...changed, input: undefined };
}

/** What passes the limit is cut at some byte. @param {any} scenario */
function withRoom(scenario) {
  const flood = scenario.script.steps.reduce(
    (/** @type {number} */ sum, /** @type {any} */ step) => sum + (step.bytes ?? 0),
    (scenario.input?.eights ?? 0) * 8,
  );
  if (flood < 900_000 || scenario.options.maxBuffer !== undefined) return scenario;
  return { ...scenario, options: { ...scenario.options, maxBuffer: 4_000_000 } };
}

const SLEEPING = { steps: [], ending: { wait: 'sleep', silent: true } };

/** Ended before anybody could know how far it got, so it says nothing. Its input may be more than a socket holds. */
const timesOut = record({
  ...common,
  options: fc
    .tuple(someOptions, fc.constantFrom(1, 20, 60), fc.option(options.lethal, { nil: undefined }))
    .map(([{ killSignal: _, ...others }, timeout, killSignal]) => ({
      ...others,
      timeout,
      ...(killSignal && { killSignal }),
    })),
  input: fc.option(fc.oneof(input, fc.constant({ of: 'Buffer', eights: 250_000, skipped: 0 })), { nil: undefined }),
  script: fc.constant(SLEEPING),
  args: fc.array(options.text, { maxLength: 2 }),
});

/**
 * Two words that together are as long as maxBuffer, or the second too long. Both
 * then on one fd: of two, either may be read first.
 */
const fills = fc
  .record({
    call,
    others: someOptions,
    killSignal: fc.option(options.lethal, { nil: undefined }),
    maxBuffer: fc.constantFrom(0.5, 1, 3.5, 5, 100, 1000),
    part: fc.double({ min: 0, max: 1, noNaN: true }),
    over: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 900 })),
    fds: fc.tuple(fc.constantFrom(1, 2), fc.constantFrom(1, 2)),
  })
  .map(({ call, others: { killSignal: _, ...others }, killSignal, maxBuffer, part, over, fds: [one, other] }) => {
    const room = Math.floor(maxBuffer);
    const before = Math.floor(room * part);
    const steps = [
      { do: 'print', fd: one, text: 'b'.repeat(before) },
      { do: 'print', fd: over > 0 ? one : other, text: 'a'.repeat(room - before + over) },
    ];
    return {
      call,
      options: { ...others, maxBuffer, ...(killSignal && { killSignal }) },
      script: { steps, ending: over > 0 ? SLEEPING.ending : { exit: 0 } },
      args: [],
    };
  });

/** Words only where a shell might take them. */
const lookedUp = record({
  ...common,
  command: options.command,
  args: fc.array(options.word, { maxLength: 3 }),
  input: fc.constant(undefined),
  options: fc.tuple(someOptions, options.envWith(options.searchPath)).map(([others, env]) => ({ ...others, env })),
});

const odd = fc.constantFrom(undefined, null, 5, true, '', 'true', 'a\0b', {}, [], [1], 12n, Symbol('s'), () => {});
/** Calls as they are, with whatever in the place of anything. */
const oddlyCalled = record({
  call,
  list: fc.oneof(
    fc.array(odd, { maxLength: 4 }),
    fc.tuple(fc.constant('true'), odd, odd),
    fc.tuple(fc.constant('true'), someOptions),
    fc.tuple(fc.constant('true'), odd, someOptions),
  ),
});

module.exports = fc.oneof(
  { weight: 10, arbitrary: ends },
  { weight: 2, arbitrary: timesOut },
  { weight: 3, arbitrary: fills },
  { weight: 4, arbitrary: lookedUp },
  { weight: 4, arbitrary: oddlyCalled },
);
