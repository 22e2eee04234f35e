'use strict';
// The options that forkless adds: what they take, what they refuse, what they are not.

const net = require('node:net');
const { promisify } = require('node:util');
const { FORMS, describeForms, fallback } = require('../helpers/additions.js');
const { closed, record } = require('../helpers/children.js');
const { describeError, errorOf } = require('../helpers/errors.js');
const { builtin, forkless, onBoth } = require('../helpers/modules.js');
const { childrenOf } = require('../helpers/proc.js');
const { linesOf } = require('../helpers/script.js');

const NUMBERS = ['drainTimeout', 'forceKillAfterDelay'];
const TO_COME = ['cgroup', 'pty', 'rlimits', 'sandbox'];

/** The seven, and both promise forms, each with what starts a program that ends by itself. */
const CALLS = {
  exec: ({ exec }, options) => exec('true', options, () => {}),
  execFile: ({ execFile }, options) => execFile('true', [], options, () => {}),
  'execFile without arguments': ({ execFile }, options) => execFile('true', options),
  fork: ({ fork }, options) => fork('/dev/null', [], { silent: true, ...own(options) }),
  spawn: ({ spawn }, options) => spawn('true', [], options),
  'spawn without arguments': ({ spawn }, options) => spawn('true', options),
  execFileSync: ({ execFileSync }, options) => execFileSync('true', [], options),
  execSync: ({ execSync }, options) => execSync('true', options),
  spawnSync: ({ spawnSync }, options) => spawnSync('true', [], options),
  'promisify(exec)': ({ exec }, options) => promisify(exec)('true', options),
  'promisify(execFile)': ({ execFile }, options) => promisify(execFile)('true', [], options),
};

/** fork() is given one more; what is inherited stays so. @param {object} options */
function own(options) {
  return Object.setPrototypeOf({ ...options }, Object.getPrototypeOf(options));
}

const isBlocking = (name) => name.endsWith('Sync');

/** Jest has a hand in the stacks of errors. @param {any} error */
function told(error) {
  const { head, ...others } = describeError(error) ?? {};
  return others;
}

/** Waits for what a call has started. @param {any} started */
async function ended(started) {
  const child = started?.child ?? started;
  if (typeof child?.on === 'function') await closed(child);
  if (typeof started?.then === 'function') await started;
}

describeForms('numbers', (module, isNative) => {
  const WRONG = [-1, Number.NaN, Number.POSITIVE_INFINITY, '1', null, true, {}, 1n, Symbol('x')];

  describe.each(NUMBERS)('%s', (option) => {
    test.each(Object.keys(CALLS))('%s refuses what is none, in the words of this Node', (name) => {
      for (const value of WRONG) {
        const error = errorOf(() => CALLS[name](module, { [option]: value }));
        const { code, message, name: kind } = errorOf(() => new net.Socket().setTimeout(value));
        const words = message.replace(
          /"msecs"( argument)?/,
          (_, word) => `"options.${option}"${word ? ' property' : ''}`,
        );
        expect([error?.code, error?.message, error?.name]).toEqual([code, words, kind]);
        const Base = code === 'ERR_OUT_OF_RANGE' ? 'RangeError' : 'TypeError';
        expect(Object.prototype.toString.call(error)).toBe('[object Error]');
        expect([error.name, String(error.stack).split('\n')[0]]).toEqual([Base, `${Base} [${code}]: ${words}`]);
        expect(Object.keys(error)).toEqual(['code']);
      }
      expect(childrenOf()).toEqual([]);
    });

    test.each(Object.keys(CALLS))('%s takes these', async (name) => {
      if (isBlocking(name) && !isNative) return;
      for (const value of [0, 0.5, 60_000, Number.MAX_SAFE_INTEGER, Number.MAX_VALUE, undefined, false]) {
        await ended(CALLS[name](module, { [option]: value }));
      }
    });
  });
});

describe('nothing is told of a call that is refused', () => {
  test.each(FORMS)('%s', (_name, { ChildProcess, spawn }) => {
    const log = [];
    const diagnostics = require('node:diagnostics_channel').channel('child_process');
    const listener = ({ process }) => log.push(process instanceof ChildProcess);
    diagnostics.subscribe(listener);
    const stream = new (require('node:stream').PassThrough)();
    record(stream, 'input', log);
    expect(() => spawn('true', { input: stream, drainTimeout: -1 })).toThrow();
    diagnostics.unsubscribe(listener);
    expect(log.filter((entry) => entry !== true)).toEqual([]);
    expect(childrenOf()).toEqual([]);
  });
});

describeForms('what counts for nothing', (module) => {
  const INHERITED = { drainTimeout: -1, forceKillAfterDelay: 'x', input: 5, killDescendants: true, pty: true };

  test.each(Object.keys(CALLS))('%s: options that are inherited', async (name) => {
    await ended(CALLS[name](module, Object.create(INHERITED)));
  });

  test.each(Object.keys(CALLS))('%s: what somebody has put on Object.prototype', async (name) => {
    for (const [key, value] of Object.entries(INHERITED)) {
      Object.defineProperty(Object.prototype, key, { value, configurable: true, enumerable: false, writable: true });
    }
    let started;
    try {
      started = CALLS[name](module, {});
    } finally {
      for (const key of Object.keys(INHERITED)) Reflect.deleteProperty(Object.prototype, key);
    }
    await ended(started);
  });
});

test.each([
  ['native', []],
  ['without native code', ['--no-addons']],
])('what counts for nothing: a program whose Object.prototype has them (%s)', (_name, flags) => {
  const lines = linesOf(
    flags,
    `const { exec, execFile, execSync, fork, spawn, spawnSync } = require('forkless');
     const added = { drainTimeout: -1, forceKillAfterDelay: 'x', input: 5, killDescendants: true, grace: 'x' };
     Object.assign(Object.prototype, added);
     for (const start of [
       () => exec('true'), () => execFile('true', {}), () => spawn('true', {}),
       () => spawn('true'), () => fork('/dev/null', { silent: true }), () => exec('true', { drainTimeout: 5 }),
       () => spawn('true', { forceKillAfterDelay: 5 }), () => spawn('true', { drainTimeout: 5 }),
     ]) start().on('exit', (code) => console.log('exit', code));
     const child = spawn('cat', { stdio: ['pipe', 'inherit', 'inherit'] });
     child.stdin.end('mine\\n');
     child.stop({}).then(({ code }) => console.log('stopped', code));
     delete Object.prototype.input;
     console.log(spawnSync('true', {}).status, String(execSync('echo sync', {})).trim());`,
  );
  expect(lines.sort()).toEqual([...Array(8).fill('exit 0'), 'mine', 'stopped 0', '0 sync'].sort());
});

describeForms('options that are to come', (module) => {
  test.each(Object.keys(CALLS))('%s refuses them, and starts nothing', (name) => {
    for (const option of TO_COME) {
      for (const value of [true, 1, 'exit', {}, []]) {
        const error = errorOf(() => CALLS[name](module, { [option]: value }));
        expect({ ...error }).toEqual({
          code: 'ERR_FEATURE_UNAVAILABLE_ON_PLATFORM',
          feature: option,
          reason: 'forkless does not have it yet',
        });
        expect(error.name).toBe('TypeError');
        expect(error.message).toContain(option);
      }
    }
    expect(childrenOf()).toEqual([]);
  });

  test.each(Object.keys(CALLS))('%s passes over those that ask for nothing', async (name) => {
    for (const value of [false, undefined, null, 0, '']) {
      await ended(CALLS[name](module, Object.fromEntries(TO_COME.map((option) => [option, value]))));
    }
  });
});

describe('without native code the blocking three', () => {
  const blocking = Object.keys(CALLS).filter(isBlocking);

  test.each(blocking)('%s refuses what it cannot keep', (name) => {
    for (const feature of NUMBERS) {
      const error = errorOf(() => CALLS[name](fallback, { [feature]: 50 }));
      expect({ ...error }).toEqual({ code: 'ERR_FEATURE_UNAVAILABLE_ON_PLATFORM', feature, reason: 'a test' });
    }
  });
});

describe('supports()', () => {
  const FEATURES = ['dieWithParent', 'drainTimeout', 'forceKillAfterDelay', 'killDescendants', 'resourceUsage'];

  test('what native code has', () => {
    for (const feature of FEATURES) expect([feature, forkless.supports(feature)]).toEqual([feature, true]);
  });

  test.each([
    ...TO_COME,
    'stdout',
    'unix-pipe',
    'nonsense',
    'constructor',
    '__proto__',
    '',
    undefined,
    null,
    {},
    Symbol('x'),
  ])('not %p', (feature) => {
    expect(forkless.supports(feature)).toBe(false);
  });

  const script = (before) => `${before}
    const forkless = require('forkless');
    console.log(${JSON.stringify([...FEATURES, ...TO_COME])}.filter((name) => forkless.supports(name)).join() || 'none');
    console.log(Object.getOwnPropertyDescriptor(forkless, 'supports').enumerable, forkless.supports.length);`;

  test('nothing without native code, where it is no more enumerable', () => {
    expect(linesOf(['--no-addons'], script(''))).toEqual(['none', 'false 1']);
  });

  test('a copy under register', () => {
    expect(linesOf([], script("require('forkless/register');"))).toEqual([FEATURES.join(), 'false 1']);
  });

  test('nothing where another library keeps native code from starting children', () => {
    const place = `const place = process.binding('spawn_sync');
      const { spawn } = place;
      place.spawn = function (options) { return spawn.call(this, options); };`;
    const lines = linesOf(
      ['--no-deprecation'],
      `${script(place)}
       try { forkless.spawnSync('true', { drainTimeout: 0 }); } catch ({ code, feature }) { console.log(code, feature); }`,
    );
    expect(lines).toEqual(['none', 'false 1', 'ERR_FEATURE_UNAVAILABLE_ON_PLATFORM drainTimeout']);
  });
});

describe('a call that names none of them is the built-in, without native code, too', () => {
  /** The scenario on the built-in, on forkless and on its fallback. */
  const onAll = async (scenario) => {
    const expected = await onBoth(scenario);
    expect(await scenario(fallback)).toEqual(expected);
    return expected;
  };

  test('names, lengths, keys', async () => {
    await onAll((module) => Object.keys(module).map((key) => [key, module[key].name, module[key].length]));
    expect(fallback.ChildProcess).toBe(builtin.ChildProcess);
    expect(fallback._forkChild).toBe(builtin._forkChild);
  });

  test("of execa's options two are its own, and no other", async () => {
    const ofExeca = { stripFinalNewline: true, input: 5, forceKillAfterDelay: -1 };
    await closed(forkless.spawn('true', ofExeca));
    await closed(fallback.spawn('true', ofExeca));
    for (const { spawn } of [forkless, fallback]) {
      expect(() => spawn('true', { ...ofExeca, drainTimeout: -1 })).toThrow('"options.drainTimeout"');
      expect(() => spawn('true', { ...ofExeca, sandbox: {} })).toThrow('sandbox');
    }
  });

  test('own keys of a child, and what it is', async () => {
    const found = await onAll(async ({ ChildProcess, spawn }) => {
      const child = spawn('true');
      const keys = Object.keys(child);
      const enumerable = [];
      for (const key in child) enumerable.push(key);
      const is = [child instanceof ChildProcess, child.constructor === ChildProcess, child.constructor.name];
      const listeners = child.eventNames();
      await closed(child);
      return { keys, enumerable: enumerable.sort(), is, listeners };
    });
    expect(found.is).toEqual([true, true, 'ChildProcess']);
    expect(found.keys).toContain('spawnfile');
  });

  test.each([
    ['spawn', ({ spawn }) => spawn('sh', ['-c', 'echo out; exit 3'])],
    ['a failed start', ({ spawn }) => spawn('/nowhere/x', ['a'])],
    ['exec', ({ exec }) => exec('exit 3', () => {})],
    ['execFile', ({ execFile }) => execFile('/nowhere/x', () => {})],
    ['a timeout', ({ spawn }) => spawn('sleep', ['60'], { timeout: 30 })],
    ['an abort', ({ spawn }) => spawn('sleep', ['60'], { signal: AbortSignal.abort() })],
    ['fork', ({ fork }) => fork('/dev/null', { silent: true })],
  ])('events: %s', async (_name, start) => {
    const log = await onAll(async (module) => {
      const child = start(module);
      const events = [];
      record(child, 'child', events);
      await closed(child);
      return events.map(([, event, ...args]) => [event, ...args.map((arg) => describeError(arg))]);
    });
    expect(log.at(-1)[0]).toBe('close');
  });

  test('the callbacks of exec and execFile: this, and how many arguments', async () => {
    const seen = await onAll(async ({ exec, execFile }) => {
      const calls = [
        (callback) => exec('echo x', callback),
        (callback) => exec('echo x; exit 2', { encoding: 'utf8' }, callback),
        (callback) => execFile('echo', ['x'], callback),
        (callback) => execFile('echo', { encoding: 'latin1' }, callback),
        (callback) => execFile('/nowhere/x', undefined, undefined, callback),
        (callback) => exec('echo too much', { maxBuffer: 3 }, callback),
      ];
      const results = [];
      for (const call of calls) {
        results.push(
          await new Promise((resolve) => {
            call(function (...args) {
              resolve([this === undefined, args.length, told(args[0]), ...args.slice(1)]);
            });
          }),
        );
      }
      return results;
    });
    expect(seen.map(([, length]) => length)).toEqual([3, 3, 3, 3, 3, 3]);
  });

  test('promise forms: their child, their result, their error, their shape', async () => {
    await onAll(async ({ exec, execFile, spawn }) => {
      const promise = promisify(execFile)('echo', ['x']);
      const keys = Object.keys(promise);
      const failed = await promisify(exec)('echo out; exit 2').catch(describeError);
      const { name, length } = exec[promisify.custom];
      const isOrdinary = 'prototype' in exec[promisify.custom];
      const descriptor = { ...Object.getOwnPropertyDescriptor(execFile, promisify.custom), value: 'it' };
      const has = promisify.custom in spawn;
      const thrown = describeError(errorOf(() => promisify(execFile)(5)));
      return [keys, promise.child.spawnfile, await promise, failed, name, length, isOrdinary, descriptor, has, thrown];
    });
  });

  test.each([
    ['spawn', [5]],
    ['spawn', ['true', 5]],
    ['spawn', ['true', [], 'x']],
    ['spawn', ['true', () => {}]],
    ['spawn', ['true', { timeout: -1 }]],
    ['spawn', ['true', { stdio: 'nope' }]],
    ['exec', [5]],
    ['exec', ['true', { maxBuffer: -1 }]],
    ['execFile', ['true', 5]],
    ['execFile', ['true', [], 5]],
    ['execFile', ['true', [], {}, 5]],
    ['fork', [5]],
    ['fork', ['x', { stdio: ['pipe'] }]],
    ['fork', ['x', () => {}]],
    ['spawnSync', ['true', { killSignal: 'SIGNOPE' }]],
    ['execSync', [{}]],
    ['execFileSync', ['true', 'x']],
  ])('what %s throws: %p', async (name, args) => {
    const thrown = await onAll((module) => told(errorOf(() => module[name](...args))));
    expect(thrown.properties.code).toMatch(/^ERR_/);
  });

  test('what the blocking three give', async () => {
    await onAll(({ execFileSync, execSync, spawnSync }) => {
      const { pid, ...result } = spawnSync('sh', ['-c', 'echo x; exit 3']);
      const { error, ...missing } = spawnSync('/nowhere/x');
      const failed = errorOf(() => execFileSync('sh', ['-c', 'exit 4']));
      const described = { ...describeError(failed).properties, pid: 0 };
      return [typeof pid, result, describeError(error), missing.status, String(execSync('echo y')), described];
    });
  });

  test('new, as the built-in takes it', async () => {
    const exits = await onAll(async ({ spawn }) => (await closed(new spawn('true'))).code);
    expect(exits).toBe(0);
  });
});
