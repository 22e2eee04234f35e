'use strict';
// Scenarios of fork(): what the child is to do (see programs/forked.js), what the
// parent sends and when, and who ends it.

const fc = require('fast-check');
const { BOX } = require('../sandbox.js');
const messages = require('./messages.js');
const options = require('./options.js');

/** @param {Record<string, fc.Arbitrary<any>>} parts */
const record = (parts) => fc.record(parts, { noNullPrototype: true });

const someMessages = fc.array(fc.oneof({ weight: 5, arbitrary: messages.message }, messages.refused), { maxLength: 4 });
const largeMessages = fc.array(fc.oneof(messages.message, messages.large), { minLength: 1, maxLength: 3 });

const of = {
  serialization: fc.constantFrom('json', 'json', 'advanced', 'advanced', 'advanced', undefined, 'nonsense', 5),
  execArgv: fc.constantFrom([], ['--no-warnings'], ['--stack-size=500'], ['--no-such-flag'], 'text', null, [5], 5),
  // Files, which nobody has to look at.
  cwd: fc.constantFrom('/', BOX, `${BOX}/plain`, `${BOX}/missing`, 5),
  env: fc.constantFrom({}, { A: 'of ours' }, { A: undefined }, { A: 5 }, null),
  execPath: fc.constantFrom('', null, `${BOX}/missing/tool`, 5),
  detached: fc.boolean(),
};

/** Always with pipes: what a Node child says on its stderr is not for ours. */
const stdio = fc.constantFrom(
  { silent: true },
  { silent: true },
  { stdio: 'pipe' },
  { stdio: ['pipe', 'pipe', 'pipe', 'ipc'] },
  { stdio: ['ignore', 'pipe', 'pipe', 'pipe', 'ipc'] },
  { stdio: ['ipc', 'pipe', 'pipe'] },
  { stdio: 'ignore' },
  { stdio: ['pipe', 'pipe', 'pipe'] },
  { stdio: ['pipe', 'ipc', 'pipe', 'ipc'] },
);

const send = record({
  at: fc.constantFrom('now', 'now', 'tick', 'spawn', 'read'),
  how: fc.constantFrom(
    'plain',
    'callback',
    'callback',
    'undefined',
    'null',
    'options',
    'wrong handle',
    'wrong options',
  ),
});

const around = {
  options: options.someOf(of),
  stdio,
  prints: fc.array(record({ fd: fc.constantFrom(1, 2), text: options.text }), { maxLength: 2 }),
  report: fc.boolean(),
  code: fc.constantFrom(0, 0, 1, 255),
  actions: fc.array(
    record({
      at: fc.constantFrom('now', 'tick', 'spawn', 'read'),
      what: fc.constantFrom('look', 'ref', 'unref', 'channel.ref', 'channel.unref', 'kill 0'),
    }),
    { maxLength: 2 },
  ),
};
const listening = fc.constantFrom('now', 'now', 'microtask', 'tick', 'spawn', 'close');

/** Comes to its end by itself, when it has had all messages. */
const ends = record({
  ...around,
  listening,
  sends: fc.oneof(someMessages, largeMessages),
  // Those that are sent whatever their serialization, so that the child knows how many come.
  parentSends: fc.array(fc.tuple(fc.oneof(messages.message, messages.large, messages.refused), send), { maxLength: 4 }),
  ending: fc.constantFrom('exit', 'return', 'disconnect', 'signal'),
});
/** Right after what it has sent, which is short enough to be written at once. */
const endsAbruptly = record({
  ...around,
  listening,
  sends: someMessages,
  parentSends: fc.constant([]),
  abrupt: fc.constant(true),
  ending: fc.constantFrom('exit', 'return', 'disconnect', 'signal'),
});
/** Waits, until its parent ends it. */
const waits = record({
  ...around,
  listening: fc.oneof(listening, fc.constant('read')),
  sends: fc.oneof(someMessages, largeMessages),
  parentSends: fc.constant([]),
  ending: fc.constant('wait'),
  ender: fc.constantFrom('disconnect', 'disconnect', 'kill', 'SIGINT', 'SIGKILL'),
});

module.exports = fc.oneof(
  { weight: 5, arbitrary: ends },
  { weight: 2, arbitrary: endsAbruptly },
  {
    weight: 3,
    arbitrary: waits,
  },
);
