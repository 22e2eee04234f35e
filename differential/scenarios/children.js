'use strict';
// Scenarios of spawn(), execFile() and exec(): what to start, with what options
// and stdio, and what the program around it does and when.

const fc = require('fast-check');
const options = require('./options.js');
const { steadied } = require('./steady.js');
const { scriptThatEnds, scriptThatWaits } = require('./script.js');

/** When something is done: `ready` is when the script has written all and waits. */
const MOMENTS = ['now', 'microtask', 'tick', 'spawn', 'exit', 'close'];

const call = fc.constantFrom('spawn', 'spawn', 'spawn', 'execFile', 'exec', 'execFile promised', 'exec promised');

const ofCall = {
  shell: options.shell,
  detached: fc.boolean(),
  serialization: fc.constantFrom('json', 'advanced'),
  killSignal: fc.oneof({ weight: 5, arbitrary: options.lethal }, { weight: 1, arbitrary: options.wrongSignal }),
  encoding: fc.constantFrom('utf8', 'buffer', 'latin1', 'hex', 'base64', 'ucs2', null, 'nonsense', ''),
  maxBuffer: fc.constantFrom(4_000_000, Number.POSITIVE_INFINITY, -1, Number.NaN),
  timeout: fc.constantFrom(0, 20_000, -1, 1.5, null),
};

const stdioEntry = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom('pipe', null, undefined, 'overlapped') },
  { weight: 3, arbitrary: fc.constantFrom('ignore', { file: true }, { stream: true }) },
  { weight: 1, arbitrary: fc.constantFrom('ipc', { socket: true }, 'nonsense', 999, -1, {}, { input: true }) },
);
const stdio = fc.oneof(
  { weight: 3, arbitrary: fc.constant(undefined) },
  { weight: 1, arbitrary: fc.constantFrom('pipe', 'overlapped', 'ignore', null, '', 'nonsense') },
  { weight: 4, arbitrary: fc.array(stdioEntry, { maxLength: 6 }) },
);

const chunk = fc.oneof(
  fc.record({ text: options.text, encoding: fc.constantFrom(undefined, 'utf8', 'latin1', 'utf16le') }),
  // Of even length: at others Node 20 itself is aborted, when they are written together with more.
  options.text.map((text) => ({ text: text.padEnd(text.length + (text.length % 2), '0'), encoding: 'hex' })),
  fc.record({ bytes: fc.integer({ min: 0, max: 300_000 }) }),
);
const stdin = fc.record(
  {
    at: fc.constantFrom('now', 'tick', 'spawn'),
    chunks: fc.array(chunk, { maxLength: 3 }),
    finish: fc.constantFrom('end', 'end', 'end', 'destroy', 'finish with a chunk'),
  },
  { noNullPrototype: true },
);

const reading = fc.record(
  {
    at: fc.constantFrom('now', 'now', 'now', 'microtask', 'tick', 'spawn', 'exit'),
    how: fc.constantFrom('data', 'data', 'readable', 'iterate', 'pipe', 'never', 'destroy', 'pause and resume'),
    encoding: fc.constantFrom(undefined, undefined, 'utf8', 'hex'),
  },
  { noNullPrototype: true },
);

const action = fc.record(
  {
    at: fc.constantFrom(...MOMENTS),
    what: fc.oneof(
      fc.record({ kill: fc.oneof(options.harmless, options.wrongSignal) }),
      fc.constantFrom({ ref: true }, { unref: true }, { look: true }, { cork: true }),
    ),
  },
  { noNullPrototype: true },
);

/** How the end of a script that waits comes about. */
const ender = fc.oneof(
  fc.record({
    by: fc.constant('kill'),
    at: fc.constantFrom('now', 'tick', 'spawn', 'ready', 'ready', 'ready'),
    signal: fc.oneof(fc.constant(undefined), options.lethal),
  }),
  fc.record({ by: fc.constant('dispose'), at: fc.constantFrom('spawn', 'ready') }),
  fc.record({
    by: fc.constant('abort'),
    at: fc.constantFrom('before', 'now', 'microtask', 'tick', 'spawn', 'ready'),
    reason: fc.constantFrom(undefined, 'a reason', 5),
  }),
  fc.record({ by: fc.constant('timeout'), timeout: fc.constantFrom(1, 60, 150) }),
);

const listening = fc.constantFrom('now', 'now', 'now', 'now', 'tick', 'spawn', 'never');

/** @param {Record<string, fc.Arbitrary<any>>} parts */
const record = (parts) => fc.record(parts, { noNullPrototype: true });

const around = {
  call,
  options: options.someOf({ ...options.ofTheChild, ...ofCall }),
  stdio,
  stdin: fc.option(stdin, { nil: undefined }),
  stdout: reading,
  stderr: reading,
  listening,
  actions: fc.array(action, { maxLength: 2 }),
};

const ends = record({ ...around, script: scriptThatEnds, args: options.args });
const waits = record({ ...around, script: scriptThatWaits, args: options.args, ender });

/** More output than exec() and execFile() are to keep. */
const overflows = record({
  ...around,
  call: fc.constantFrom('execFile', 'exec', 'execFile promised', 'exec promised'),
  options: fc
    .tuple(around.options, fc.constantFrom(0, 1, 5, 100, 4096, 65_536, null))
    .map(([others, maxBuffer]) => ({ ...others, maxBuffer })),
  script: scriptThatWaits,
  args: options.args,
  overflow: record({ fd: fc.constantFrom(1, 2), by: fc.constantFrom(1, 2, 5000, 300_000) }),
});

const lookedUp = record({
  ...around,
  command: options.command,
  args: options.args,
  options: fc.tuple(around.options, options.envWith(options.searchPath)).map(([others, env]) => ({ ...others, env })),
});

module.exports = fc
  .oneof(
    { weight: 10, arbitrary: ends },
    { weight: 8, arbitrary: waits },
    { weight: 2, arbitrary: overflows },
    { weight: 6, arbitrary: lookedUp },
  )
  .map(steadied);
