'use strict';
// class ChildProcess: what it is and what it looks like, at every stage.

const { EventEmitter } = require('node:events');
const { inherits, inspect } = require('node:util');
const { kAsyncDispose } = require('../helpers/additions.js');
const { closed, next, output } = require('../helpers/children.js');
const { describeError, thrownBy } = require('../helpers/errors.js');
const { builtin, describeEach, forkless, onBoth } = require('../helpers/modules.js');

/** The own properties by name, with numbers that differ from child to child made equal. */
function properties(child) {
  const found = {};
  for (const key of Object.keys(child)) {
    const value = child[key];
    if (key === 'pid') found[key] = typeof value;
    else if (key === '_handle') found[key] = value === null ? null : 'a handle';
    else if (['stdin', 'stdout', 'stderr'].includes(key)) found[key] = value?.constructor.name ?? value;
    else if (key === 'stdio') found[key] = value.map((stream) => stream?.constructor.name ?? stream);
    else if (key === '_events') found[key] = Object.keys(value);
    else found[key] = value;
  }
  return found;
}

/** util.inspect() down to the streams, which are Node's own. */
const look = (child) => inspect(child, { depth: 0 }).replace(/pid: \d+/, 'pid: N');

describe('the class', () => {
  test.each(['length', 'name'])('%s', (key) => {
    expect(forkless.ChildProcess[key]).toEqual(builtin.ChildProcess[key]);
  });

  test('it extends EventEmitter', () => {
    expect(Object.getPrototypeOf(forkless.ChildProcess.prototype)).toBe(EventEmitter.prototype);
    expect(Object.getPrototypeOf(forkless.ChildProcess)).toBe(Object.getPrototypeOf(builtin.ChildProcess));
  });

  test('its methods, in their order', () => {
    const added = ['exited', 'stop', 'resourceUsage', 'killTree', 'descendants', 'containment', kAsyncDispose];
    const own = ({ prototype }) => Reflect.ownKeys(prototype).filter((key) => !added.includes(key));
    const shape = ({ ChildProcess }) =>
      own(ChildProcess).map((key) => [
        String(key),
        typeof ChildProcess.prototype[key],
        ChildProcess.prototype[key].length,
      ]);
    expect(shape(forkless)).toEqual(shape(builtin));
    expect(Object.keys(forkless.ChildProcess.prototype)).toEqual(Object.keys(builtin.ChildProcess.prototype));
  });
});

describeEach('ChildProcess', ({ ChildProcess, spawn }) => {
  test('spawn gives one', async () => {
    const child = spawn('true');
    expect(child).toBeInstanceOf(ChildProcess);
    expect(child).toBeInstanceOf(EventEmitter);
    expect(child.constructor).toBe(ChildProcess);
    await output(child);
  });

  test('a new one has started nothing', () => {
    const child = new ChildProcess();
    const { exitCode, signalCode, killed, connected, spawnfile, pid } = child;
    expect({ exitCode, signalCode, killed, connected, spawnfile, pid }).toEqual({
      exitCode: null,
      signalCode: null,
      killed: false,
      connected: false,
      spawnfile: null,
      pid: undefined,
    });
  });

  test('spawn() starts it', async () => {
    const child = new ChildProcess();
    const options = { file: '/bin/sh', args: ['name', '-c', 'echo $0 $A', 'x'], envPairs: ['A=1'], stdio: 'pipe' };
    expect(child.spawn(options)).toBe(0);
    expect(child.spawnfile).toBe('/bin/sh');
    expect(child.spawnargs).toEqual(['name', '-c', 'echo $0 $A', 'x']);
    expect(await output(child)).toEqual({ code: 0, signal: null, stdout: 'x 1\n', stderr: '' });
  });

  test('spawn() returns the error that will be emitted', async () => {
    const child = new ChildProcess();
    expect(child.spawn({ file: '/nowhere/x', args: ['x'], envPairs: [] })).toBe(-2);
    expect((await closed(child)).error.code).toBe('ENOENT');
  });

  test('spawn() with cwd, ids and a session of its own', async () => {
    const child = new ChildProcess();
    child.spawn({ file: 'pwd', args: ['pwd'], cwd: '/', detached: true, envPairs: ['PATH=/bin:/usr/bin'] });
    expect((await output(child)).stdout).toBe('/\n');
  });

  test('it can be inherited from the old way', async () => {
    function Mine() {
      ChildProcess.call(this);
      this.mine = true;
    }
    inherits(Mine, ChildProcess);
    const child = new Mine();
    child.spawn({ file: '/bin/true', args: ['true'] });
    expect(child).toBeInstanceOf(ChildProcess);
    expect((await output(child)).code).toBe(0);
  });

  test('and the new way', async () => {
    class Mine extends ChildProcess {}
    const child = new Mine();
    child.spawn({ file: '/bin/true', args: ['true'] });
    expect((await output(child)).code).toBe(0);
  });

  test('pid is that of the child, and stays after the end', async () => {
    const child = spawn('sh', ['-c', 'echo $$']);
    const { pid } = child;
    const { stdout } = await output(child);
    expect(Number(stdout)).toBe(pid);
    expect(child.pid).toBe(pid);
  });

  test('exitCode and signalCode are null while it runs', async () => {
    const child = spawn('cat');
    expect([child.exitCode, child.signalCode]).toEqual([null, null]);
    child.stdin.end();
    await output(child);
    expect([child.exitCode, child.signalCode]).toEqual([0, null]);
  });
});

describe('own enumerable properties', () => {
  const stages = {
    'of a new one': ({ ChildProcess }) => properties(new ChildProcess()),
    'after the start': async ({ spawn }) => {
      const child = spawn('true', ['a', 'b'], { argv0: 'c' });
      const found = properties(child);
      await output(child);
      return found;
    },
    'after the exit': async ({ spawn }) => {
      const child = spawn('sh', ['-c', 'exit 7'], { stdio: ['ignore', 'pipe', 'ignore', 'pipe'] });
      for (const stream of child.stdio) stream?.resume();
      await next(child, 'close');
      return properties(child);
    },
    'after a signal': async ({ spawn }) => {
      const child = spawn('sleep', ['1000'], { stdio: 'ignore' });
      child.kill('SIGINT');
      await next(child, 'close');
      return properties(child);
    },
    'after a start that failed': async ({ spawn }) => {
      const child = spawn('/nowhere/x', ['a']);
      const at = properties(child);
      await closed(child);
      return [at, properties(child)];
    },
    'with everything ignored': async ({ spawn }) => {
      const child = spawn('true', { stdio: 'ignore' });
      const found = properties(child);
      await closed(child);
      return found;
    },
  };

  test.each(Object.entries(stages))('%s', async (_name, stage) => {
    const found = await onBoth(async (module) => {
      const result = await stage(module);
      // The order counts.
      return JSON.stringify(result, (_key, value) => (value === undefined ? 'undefined' : value));
    });
    expect(found).toContain('"_events":');
    expect(found).toContain('"spawnfile":');
  });
});

describe('util.inspect', () => {
  test('of a new one', async () => {
    const text = await onBoth(({ ChildProcess }) => look(new ChildProcess()));
    expect(text).toContain('ChildProcess {');
    expect(text).toContain('spawnfile: null');
  });

  test('of one that runs, and of one that has ended', async () => {
    const texts = await onBoth(async ({ spawn }) => {
      const child = spawn('cat', ['-']);
      const running = look(child);
      child.stdin.end();
      await output(child);
      return [running, look(child)];
    });
    expect(texts[0]).toContain("spawnfile: 'cat'");
    expect(texts[0]).toContain('exitCode: null');
    expect(texts[1]).toContain('exitCode: 0');
  });
});

describe('wrong options for spawn()', () => {
  test.each([
    ['none', undefined],
    ['null', null],
    ['a string', 'true'],
    ['no file', {}],
    ['a file that is no string', { file: 1 }],
    ['args that are no array', { file: 'true', args: 'x' }],
    ['args that are an object', { file: 'true', args: {} }],
    ['stdio that is nothing', { file: 'true', args: [], stdio: 'nope' }],
    ['a serialization that is none', { file: 'true', args: [], serialization: 'xml' }],
  ])('%s', async (_name, options) => {
    const thrown = await onBoth(({ ChildProcess }) => thrownBy(() => new ChildProcess().spawn(options)));
    expect(thrown.properties.code).toMatch(/^ERR_INVALID_ARG_(TYPE|VALUE)$/);
  });
});

describe('odd options for spawn() that the built-in takes', () => {
  test('an empty file is one that is not there', async () => {
    const error = await onBoth(async ({ ChildProcess }) => {
      const child = new ChildProcess();
      child.spawn({ file: '', args: ['x'] });
      return describeError((await closed(child)).error);
    });
    expect(error.properties.code).toBe('ENOENT');
  });

  test.each([
    ['a string', 'A=1'],
    ['an object', {}],
    ['null', null],
  ])('envPairs that are %s', async (_name, envPairs) => {
    const seen = await onBoth(async ({ ChildProcess }) => {
      const child = new ChildProcess();
      const thrown = thrownBy(() => child.spawn({ file: '/usr/bin/env', args: ['env'], envPairs }));
      if (thrown) return { code: thrown.properties.code };
      const { code, stdout } = await output(child);
      return { code, inherited: stdout.includes(`PATH=${process.env.PATH}\n`) };
    });
    expect(seen.code).not.toBe(undefined);
  });
});
