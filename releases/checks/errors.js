'use strict';
// What wrong arguments throw: class, code, message, the whole of each error.

const { inspect } = require('node:util');
const { describe, next, thrownBy, thrownOrStarted } = require('../observe.js');
const { fork } = require('../peers.js');

/** One of each kind of value. */
const VALUES = [undefined, null, 5, -1, 1.5, Number.NaN, true, '', 'no\0', 5n, Symbol('s'), {}, [], () => {}];

/** Those but objects, to which the built-in writes. */
const PLAIN = VALUES.filter((value) => typeof value !== 'object');

/** Wrong values of options, by what they are taken for; anew for each function, since the built-in writes to some. */
const wrongOptions = () => ({
  cwd: [5, 'no\0', [], {}],
  env: [5, { 'no\0': 'a' }, { NO: 'a\0' }, { SYMBOL: Symbol('s') }],
  argv0: [5, 'no\0', {}],
  detached: [5, 'yes', {}],
  uid: ['0', 1.5, 2 ** 31, true],
  gid: ['0', 1.5, -(2 ** 31) - 1, {}],
  shell: [5, 'no\0', {}],
  stdio: [5, true, 'none', {}, ['none'], [{}], ['ipc', 'ipc'], [true], [Symbol('s')]],
  timeout: ['5', -1, 1.5, Number.NaN, {}],
  killSignal: ['SIGNONE', 999, {}, true, 1.5],
  maxBuffer: ['5', -1, Number.NaN, {}],
  signal: [5, 'SIGTERM', {}, null],
  serialization: ['none', 5, {}],
  windowsHide: [5, 'yes'],
  windowsVerbatimArguments: [5, 'yes'],
  encoding: [5, 'none', {}],
  input: [5, {}, [], true],
});

/** Of the functions that do not wait, whose `input` is forkless's. */
function wrongOptionsButInput() {
  const { input, ...others } = wrongOptions();
  return others;
}

/** Options of fork() alone. */
const wrongForkOptions = () => ({
  execPath: [5, 'no\0', {}],
  execArgv: ['-e', [5], ['no\0'], {}],
  stdio: ['none', [0, 1, 2], 5, {}],
  silent: [5, 'yes'],
  serialization: ['none', 5],
});

/** As it was before the call: the built-in writes to some. @param {unknown} value */
const asGiven = (value) => inspect(value);

/** Each wrong option alone: what comes of it. */
async function ofOptions(/** @type {(options: any) => any} */ call, /** @type {any} */ wrong = wrongOptions()) {
  const results = [];
  for (const [name, values] of Object.entries(wrong)) {
    for (const value of values)
      results.push([name, asGiven(value), await thrownOrStarted(() => call({ [name]: value }))]);
  }
  return results;
}

/** Each kind of value in one place. */
async function ofValues(/** @type {(value: any) => any} */ call, /** @type {any[]} */ values = VALUES) {
  const results = [];
  for (const value of values) results.push([asGiven(value), await thrownOrStarted(() => call(value))]);
  return results;
}

/** A callback that the built-in wants. */
const ignore = () => {};

/** @type {import('../probe.js').Checks} */
module.exports = {
  'errors: the command of spawn, spawnSync, execFile and execFileSync': async ({ module }) => [
    await ofValues((value) => module.spawn(value)),
    await ofValues((value) => module.spawnSync(value).nothing),
    await ofValues((value) => module.execFile(value, ignore)),
    await ofValues(
      (value) => module.execFileSync(value),
      VALUES.filter((value) => value !== ''),
    ),
  ],

  'errors: the command of exec and execSync': async ({ module }) => [
    await ofValues(
      (value) => module.exec(value, ignore),
      VALUES.filter((value) => value !== ''),
    ),
    await ofValues(
      (value) => module.execSync(value, { stdio: 'ignore' }),
      VALUES.filter((value) => value !== ''),
    ),
  ],

  'errors: the module of fork': ({ module }) =>
    ofValues((value) => module.fork(value, { execPath: 'true', stdio: ['ignore', 1, 2, 'ipc'] })),

  'errors: arguments': async ({ module }) => [
    await ofValues((value) => module.spawn('true', value)),
    await ofValues((value) => module.spawn('true', [value], {})),
    await ofValues((value) => module.spawnSync('true', value).nothing),
    await ofValues((value) => module.execFile('true', value, ignore)),
    await ofValues((value) => module.fork('-', value, { execPath: 'true' })),
  ],

  'errors: options that are none': async ({ module }) => [
    await ofValues((value) => module.spawn('true', [], value)),
    await ofValues((value) => module.spawnSync('true', [], value).nothing),
    await ofValues((value) => module.exec('true', value, ignore)),
    await ofValues((value) => module.execFile('true', [], value, ignore)),
    await ofValues((value) => module.execSync('true', value)),
    await ofValues((value) => module.execFileSync('true', [], value)),
  ],

  'errors: callbacks that are none': async ({ module }) => [
    await ofValues((value) => module.exec('true', {}, value)),
    await ofValues((value) => module.execFile('true', [], {}, value)),
  ],

  'errors: options of spawn': ({ module }) =>
    ofOptions((options) => module.spawn('true', [], options), wrongOptionsButInput()),
  'errors: options of spawnSync': ({ module }) => ofOptions((options) => module.spawnSync('true', [], options).nothing),
  'errors: options of exec': ({ module }) =>
    ofOptions((options) => module.exec('true', options, ignore), wrongOptionsButInput()),
  'errors: options of execFile': ({ module }) =>
    ofOptions((options) => module.execFile('true', [], options, ignore), wrongOptionsButInput()),
  'errors: options of execSync': ({ module }) => ofOptions((options) => module.execSync('true', options)),
  'errors: options of execFileSync': ({ module }) => ofOptions((options) => module.execFileSync('true', [], options)),

  'errors: options of fork': ({ module }) =>
    ofOptions((options) => module.fork('-', [], { execPath: 'true', execArgv: [], ...options }), {
      ...wrongOptionsButInput(),
      ...wrongForkOptions(),
    }),

  'errors: options of ChildProcess.prototype.spawn': ({ module }) => {
    const start = (/** @type {any} */ options) => thrownBy(() => new module.ChildProcess().spawn(options));
    return [
      ...PLAIN.map((value) => [asGiven(value), start(value)]),
      ...VALUES.map((file) => ['file', asGiven(file), start({ file, args: 5 })]),
      ...[5, 'a', {}, null].map((args) => ['args', args, start({ file: 'true', args })]),
      ...[5, 'a', {}, null].map((envPairs) => [
        'envPairs',
        envPairs,
        start({ file: 'true', args: ['true'], envPairs }),
      ]),
      ...[5, 'none'].map((serialization) => ['serialization', serialization, start({ file: 'true', serialization })]),
    ];
  },

  'errors: signals of kill': async ({ module }) => {
    const child = module.spawn('cat');
    const ended = next(child, 'close');
    const wrong = ['SIGNONE', 'none', 999, -1, 1.5, true, {}, [], Symbol('s')];
    const results = wrong.map((signal) => [signal, thrownBy(() => child.kill(signal)), child.killed]);
    results.push(['none', child.kill(0), child.killed], ['in small letters', child.kill('sigkill'), child.killed]);
    const end = await ended;
    return { results, end, after: [child.kill(), child.kill(0), thrownBy(() => child.kill('SIGNONE'))] };
  },

  'errors: what cannot be sent': async ({ module }) => {
    const child = fork(module, 'echo');
    const wrong = [undefined, 5n, Symbol('s'), () => {}].map((message) => thrownBy(() => child.send(message)));
    const handles = [5, 'a', {}, true].map((handle) => thrownBy(() => child.send('m', handle)));
    const options = [5, 'a', [], true, null].map((value) => thrownBy(() => child.send('m', undefined, value)));
    const callbacks = [5, 'a', {}].map((value) => thrownBy(() => child.send('m', undefined, {}, value)));
    const circular = /** @type {any} */ ({});
    circular.self = circular;
    const unserializable = thrownBy(() => child.send(circular));
    child.send('end');
    await next(child, 'close');
    return { wrong, handles, options, callbacks, unserializable };
  },

  'errors: a channel that is closed': async ({ module }) => {
    const child = fork(module, 'echo');
    child.send('end');
    await next(child, 'close');
    /** @type {any[]} */
    const told = [];
    child.on('error', (/** @type {any} */ error) => told.push(describe(error)));
    const sent = [child.send('m'), thrownBy(() => child.send(undefined)), child.send('m', undefined, {})];
    const called = await new Promise((resolve) =>
      child.send('m', (/** @type {any[]} */ ...args) => resolve(args.map(describe))),
    );
    child.disconnect();
    return { sent, told, called };
  },

  'errors: a start that fails, by its reason': async ({ module, folder }) => {
    const reasons = [
      ['/nowhere/none'],
      ['none-of-this-name'],
      [folder],
      ['true', [], { cwd: '/nowhere' }],
      ['/dev/null/none'],
    ];
    const results = [];
    for (const [file, args = ['a'], options = {}] of reasons) {
      try {
        results.push((await next(module.spawn(file, args, options), 'error')).map(describe));
      } catch (error) {
        results.push(['thrown', describe(error)]);
      }
    }
    const tooLong = 'x'.repeat(200_000);
    return JSON.stringify([...results, thrownBy(() => module.spawn('true', [tooLong]))], null, 1)
      .replaceAll(folder, 'FOLDER')
      .replaceAll(tooLong, 'LONG');
  },
};
