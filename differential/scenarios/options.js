'use strict';
// Options as users give them, one generator each; half of every family shares them.

const fc = require('fast-check');
const { BOX, toolNames } = require('../sandbox.js');

const PLAIN_PATH = '/usr/local/bin:/usr/bin:/bin';

const text = fc.string({ unit: 'grapheme', maxLength: 8 }).filter((value) => !value.includes('\0'));
/** What a shell takes as a word and nothing else. */
const word = fc.stringMatching(/^[a-z0-9]{1,6}$/);

/** Values that are not strings and become some, and text that cannot be UTF-8. */
const oddArg = fc.constantFrom(
  0,
  -1.5,
  null,
  undefined,
  true,
  12n,
  '\ud800',
  'a\0b',
  [1, 2],
  '',
  { a: 1 },
  Symbol('s'),
);
const args = fc.array(fc.oneof({ weight: 12, arbitrary: text }, { weight: 1, arbitrary: oddArg }), { maxLength: 4 });

const folder = fc
  .constantFrom(...toolNames, 'empty', 'file', 'missing', 'plain', 'plain')
  .map((name) => `${BOX}/${name}`);
const searchPath = fc
  .tuple(fc.array(folder, { maxLength: 4 }), fc.constantFrom('', PLAIN_PATH, ':', '.', 'plain'))
  .map(([folders, last]) => [...folders, last].join(':'));

const variable = fc.oneof(
  { weight: 8, arbitrary: text },
  { weight: 1, arbitrary: fc.constantFrom(undefined, null, 5, false, '', 'x'.repeat(300), 'a\0b') },
);
const name = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom('A', 'B', 'LONG_NAME', 'lower', 'A=B', '', 'é') },
  { weight: 1, arbitrary: text },
);
/** @param {fc.Arbitrary<string>} path */
const envWith = (path) =>
  fc
    .tuple(fc.dictionary(name, variable, { maxKeys: 4, noNullPrototype: true }), fc.option(path, { nil: undefined }))
    .map(([env, PATH]) => (PATH === undefined ? env : { ...env, PATH }));

const cwd = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom('/', BOX, `${BOX}/plain`, '.', 'differential/..') },
  { weight: 1, arbitrary: fc.constantFrom('', `${BOX}/file`, `${BOX}/missing`, `${BOX}/loop/tool`, 'a\0b') },
  { weight: 1, arbitrary: fc.constantFrom(BOX, '/', `${BOX}/with space`).map((path) => ({ url: `file://${path}` })) },
);

const lethal = fc.constantFrom('SIGTERM', 'SIGKILL', 'SIGINT', 'SIGHUP', 'SIGUSR1', 9, 15, 'sigterm');
const harmless = fc.constantFrom(0, 'SIGWINCH', 'SIGCHLD', 'SIGURG', 'SIGCONT', 28);
const wrongSignal = fc.constantFrom('SIGNOTHING', 999, -1, '', 1.5, {}, true);

const id = fc.constantFrom(0, 1, 65534);
const shell = fc.oneof(
  { weight: 4, arbitrary: fc.constant(true) },
  {
    weight: 1,
    arbitrary: fc.constantFrom('/bin/sh', 'bash', '/bin/dash', '', false, 'no-such-shell', `${BOX}/locked/tool`),
  },
);

/** What may be there, on the way of a search or not. */
const command = fc.oneof(
  { weight: 3, arbitrary: fc.constant('tool') },
  { weight: 2, arbitrary: fc.constantFrom(...toolNames, 'missing', 'file').map((name) => `${BOX}/${name}/tool`) },
  { weight: 1, arbitrary: fc.constantFrom('./tool', 'plain/tool', '../plain/tool', 'missing', BOX, '', '.', 'a\0b') },
);

/** Options of every function that are not about a shell, time, or stdio. */
const ofTheChild = {
  cwd,
  env: envWith(fc.constant(PLAIN_PATH)),
  argv0: text,
  uid: id,
  gid: id,
  windowsHide: fc.boolean(),
};

/**
 * Some of these options, few at a time.
 * @param {Record<string, fc.Arbitrary<any>>} options
 */
function someOf(options) {
  const chosen = Object.entries(options).map(([option, value]) => [
    option,
    fc.oneof({ weight: 4, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: value.map((it) => ({ it })) }),
  ]);
  // Left out rather than undefined, which is one more value to try.
  return fc
    .record(Object.fromEntries(chosen), { noNullPrototype: true })
    .map((all) => Object.fromEntries(Object.entries(all).flatMap(([key, value]) => (value ? [[key, value.it]] : []))));
}

/** Options with their stand-ins replaced. @param {any} options */
function realOptions(options) {
  if (!options?.cwd?.url) return options;
  return { ...options, cwd: new URL(options.cwd.url) };
}

module.exports = {
  args,
  command,
  envWith,
  harmless,
  lethal,
  ofTheChild,
  realOptions,
  searchPath,
  shell,
  someOf,
  text,
  word,
  wrongSignal,
};
