'use strict';
// Options that stand on a prototype: which of them count.

const { closed, story, thrownBy } = require('../observe.js');
const { ASK, onAll, said, sayings } = require('../ways.js');

/** Wrong values, which show by an error that an option was looked at. */
const WRONG = {
  cwd: 5,
  argv0: 5,
  detached: 5,
  uid: 'no',
  gid: 'no',
  shell: 5,
  stdio: 'none',
  timeout: 'no',
  maxBuffer: 'no',
  killSignal: 'SIGNONE',
  signal: 5,
  serialization: 'none',
  windowsHide: 5,
  windowsVerbatimArguments: 5,
  input: 5,
  execPath: 5,
  execArgv: 5,
};

/**
 * Which wrong values each function refuses where `place` puts them for the time of the call.
 * @param {any} module
 * @param {(name: string, value: any, call: (options: any) => any) => any} place
 */
async function lookedAt(module, place) {
  /** @type {Record<string, (options: any) => any>} */
  const calls = {
    spawn: (options) => module.spawn('true', [], options),
    spawnSync: (options) => module.spawnSync('true', [], options),
    exec: (options) => module.exec('true', options, () => {}),
    execFile: (options) => module.execFile('true', [], options, () => {}),
    execSync: (options) => module.execSync('true', options),
    execFileSync: (options) => module.execFileSync('true', [], options),
    fork: (options) => module.fork('-', [], options ?? { execPath: 'true', execArgv: [] }),
  };
  /** @type {Promise<any>[]} */
  const children = [];
  /** @param {string} option @param {any} value @param {(options: any) => any} call */
  const isRefused = (option, value, call) => {
    const thrown = thrownBy(() => {
      const child = place(option, value, call);
      if (typeof child?.on === 'function') children.push(closed(child.on('error', () => {})));
    });
    return thrown !== 'nothing thrown';
  };
  const refused = Object.entries(calls).map(([name, call]) => [
    name,
    Object.keys(WRONG).filter((option) => isRefused(option, WRONG[/** @type {keyof typeof WRONG} */ (option)], call)),
  ]);
  await Promise.all(children);
  return refused;
}

/** @param {string} name @param {any} value @param {() => any} call */
function polluted(name, value, call) {
  Object.defineProperty(Object.prototype, name, { value, configurable: true, writable: true, enumerable: true });
  try {
    return call();
  } finally {
    delete (/** @type {any} */ (Object.prototype)[name]);
  }
}

/**
 * The first two the built-in finds on the options of a stream and on an entry of its own `stdio`; the others Node 18 hands
 * on unchecked, and ends by an assertion.
 */
const OTHERS = new Set(['signal', 'input', 'uid', 'gid']);

const POLLUTED = ['cwd', 'argv0', 'shell', 'env', 'uid', 'timeout'];

/** @type {import('../probe.js').Checks} */
module.exports = {
  'options: which inherited ones count': ({ module }) =>
    lookedAt(module, (name, value, call) => call({ __proto__: { execPath: 'true', execArgv: [], [name]: value } })),

  'options: which of a polluted Object.prototype count': ({ module }) =>
    lookedAt(module, (name, value, call) => (OTHERS.has(name) ? undefined : polluted(name, value, () => call({})))),

  'options: which of a polluted Object.prototype count without options': ({ module }) =>
    lookedAt(module, (name, value, call) =>
      OTHERS.has(name) ? undefined : polluted(name, value, () => call(undefined)),
    ),

  'options: what inherited ones do': ({ module }) =>
    onAll(module, () => ({ __proto__: { cwd: '/', env: { ...process.env, MARK: 'inherited' }, argv0: 'other' } })),

  'options: an inherited shell': async ({ module }) => [
    await story(module.spawn('echo $((1 + 1))', [], { __proto__: { shell: true } })),
    sayings(module.spawnSync('echo $((1 + 1))', [], { __proto__: { shell: true } })),
    await said((done) => module.exec('echo $0', { __proto__: { shell: '/bin/bash' } }, done)),
    await said((done) => module.execFile('echo $((1 + 1))', [], { __proto__: { shell: true } }, done)),
    thrownBy(() => module.execFileSync('echo $((1 + 1))', [], { __proto__: { shell: true } })),
    String(module.execSync('echo $0', { __proto__: { shell: '/bin/bash' } })),
  ],

  'options: a polluted shell': async ({ module }) => {
    const by = (/** @type {() => any} */ call) => polluted('shell', '/bin/bash', call);
    return [
      await by(() => said((done) => module.exec('echo $0', done))),
      await by(() => said((done) => module.exec('echo $0', {}, done))),
      await by(() => said((done) => module.execFile('sh', ['-c', 'echo $0'], done))),
      await by(() => story(module.spawn('sh', ['-c', 'echo $0']))),
      await by(() => String(module.execSync('echo $0'))),
      await by(() => String(module.execSync('echo $0', {}))),
      await by(() => String(module.execFileSync('sh', ['-c', 'echo $0']))),
    ];
  },

  'options: what polluted ones do': async ({ module }) => {
    const values = {
      cwd: '/',
      argv0: 'other',
      shell: true,
      env: { PATH: process.env.PATH, MARK: 'polluted' },
      uid: 65534,
      timeout: 100_000,
    };
    const results = [];
    for (const name of POLLUTED) {
      const call = () => sayings(module.spawnSync('sh', ['-c', `${ASK}; id -u`]));
      const spawned = polluted(name, values[/** @type {keyof typeof values} */ (name)], () =>
        module.spawn('sh', ['-c', `${ASK}; id -u`], {}),
      );
      results.push([
        name,
        polluted(name, values[/** @type {keyof typeof values} */ (name)], call),
        await story(spawned),
      ]);
    }
    return results.map((result) =>
      JSON.stringify(result, (_key, value) => (value?.type === 'Buffer' ? String(Buffer.from(value)) : value)),
    );
  },
};
