'use strict';
// spawn()'s argument forms: what becomes the file, the arguments and the options.

const { output } = require('../helpers/children.js');
const { describeEach, onBoth } = require('../helpers/modules.js');
const { reportsOf } = require('../helpers/program.js');

const SHOW = 'printf "[%s]" "$0" "$@"';
const env = { ONLY: 'this' };

describeEach('argument forms', ({ spawn }) => {
  test('file alone', async () => {
    const child = spawn('true');
    expect(child.spawnargs).toEqual(['true']);
    expect(await output(child)).toEqual({ code: 0, signal: null, stdout: '', stderr: '' });
  });

  test('file and args', async () => {
    const child = spawn('printf', ['[%s]', 'a', 'b c', '']);
    expect(child.spawnargs).toEqual(['printf', '[%s]', 'a', 'b c', '']);
    expect((await output(child)).stdout).toBe('[a][b c][]');
  });

  test('file, args and options', async () => {
    expect((await output(spawn('/usr/bin/env', ['-u', 'X'], { env }))).stdout).toBe('ONLY=this\n');
  });

  test('options in the place of the arguments', async () => {
    const child = spawn('/usr/bin/env', { env });
    expect(child.spawnargs).toEqual(['/usr/bin/env']);
    expect((await output(child)).stdout).toBe('ONLY=this\n');
  });

  test.each([
    ['null', null],
    ['undefined', undefined],
  ])('%s for the arguments', async (_name, args) => {
    expect((await output(spawn('/usr/bin/env', args, { env }))).stdout).toBe('ONLY=this\n');
  });

  test('undefined for the options', async () => {
    expect((await output(spawn('printf', ['x'], undefined))).stdout).toBe('x');
  });

  test('options that are not looked at when they come after options', async () => {
    const child = spawn('/usr/bin/env', { env }, { env: { ANOTHER: '1' } });
    expect((await output(child)).stdout).toBe('ONLY=this\n');
  });

  test('arguments become strings', async () => {
    const object = { toString: () => 'object' };
    const child = spawn('printf', ['[%s]', 1, true, null, undefined, 1.5, object, ['a', 'b'], 10n]);
    // What is kept is what was given.
    expect(child.spawnargs).toEqual(['printf', '[%s]', 1, true, null, undefined, 1.5, object, ['a', 'b'], 10n]);
    expect((await output(child)).stdout).toBe('[1][true][null][undefined][1.5][object][a,b][10]');
  });

  test('neither the arguments nor the options of the caller are changed', async () => {
    const args = Object.freeze(['-c', SHOW, 'a']);
    const options = Object.freeze({ env: Object.freeze({ ...env }), stdio: Object.freeze(['pipe', 'pipe', 'pipe']) });
    const child = spawn('sh', args, options);
    expect((await output(child)).stdout).toBe('[a]');
    expect(args).toEqual(['-c', SHOW, 'a']);
    expect(options).toEqual({ env, stdio: ['pipe', 'pipe', 'pipe'] });
  });

  test('a change of the arguments after the call comes too late', async () => {
    const args = ['[%s]', 'early'];
    const options = { env: { NAME: 'early' } };
    const child = spawn('printf', args, options);
    args[1] = 'late';
    expect((await output(child)).stdout).toBe('[early]');
  });

  test('argv0 is what the program sees as its name', async () => {
    const child = spawn('sh', ['-c', 'cat /proc/$$/cmdline'], { argv0: 'another name' });
    expect(child.spawnfile).toBe('sh');
    expect(child.spawnargs[0]).toBe('another name');
    expect((await output(child)).stdout.split('\0')[0]).toBe('another name');
  });

  test('an empty argv0 is one', async () => {
    const child = spawn('sh', ['-c', 'tr "\\0" "|" </proc/$$/cmdline'], { argv0: '' });
    expect(child.spawnargs[0]).toBe('');
    expect((await output(child)).stdout).toMatch(/^\|-c\|/);
  });

  test('bytes beyond ASCII arrive as UTF-8', async () => {
    expect((await output(spawn('printf', ['%s', 'größe 🚀 \u{10ffff}']))).stdout).toBe('größe 🚀 \u{10ffff}');
  });

  test('half a surrogate pair becomes the replacement character', async () => {
    expect((await output(spawn('printf', ['%s', 'a\ud800b']))).stdout).toBe('a\ufffdb');
  });

  test('10,000 arguments', async () => {
    const args = Array.from({ length: 10_000 }, (_, index) => `argument ${index}`);
    const { stdout } = await output(spawn('printf', ['%s\n', ...args]));
    expect(stdout.trimEnd().split('\n')).toEqual(args);
  });

  test('an argument as long as the kernel takes', async () => {
    const long = 'x'.repeat(128 * 1024 - 1);
    const { stdout } = await output(spawn('sh', ['-c', 'printf %s ${#1}', 'sh', long]));
    expect(stdout).toBe('131071');
  });
});

test.each([
  ['a symbol', "Symbol('s')", 'TypeError'],
  ['an object without a string form', 'Object.create(null)', 'TypeError'],
  ['an object whose string form throws', "({ toString() { throw new RangeError('mine'); } })", 'RangeError'],
])('%s among the arguments: an error, or an empty string in newer Nodes', async (_name, source, name) => {
  // In a program of its own: the built-in forgets to close the pipes it has made.
  const [seen] = await onBoth((module) =>
    reportsOf(
      module,
      ({ spawn }, report, source) => {
        try {
          // biome-ignore lint/security/noGlobalEval: such values cross as text only
          const child = spawn('printf', ['[%s]', 'a', eval(source), 'b']);
          child.stdout.setEncoding('utf8').on('data', report);
        } catch (error) {
          report([error.name, error.message]);
        }
      },
      { args: [source] },
    ),
  );
  if (typeof seen === 'string') expect(seen).toBe('[a][][b]');
  else expect(seen[0]).toBe(name);
});

test('an object that looks like an array is taken for the options', async () => {
  const seen = await onBoth(async ({ spawn }) => {
    const child = spawn('true', { 0: '-x', length: 1 });
    return { ...(await output(child)), args: child.spawnargs };
  });
  expect(seen).toEqual({ args: ['true'], code: 0, signal: null, stdout: '', stderr: '' });
});

test('inherited options count where they do with the built-in', async () => {
  const script = 'printf %s "$NAME"';
  const { stdout } = await onBoth(({ spawn }) =>
    output(spawn('sh', ['-c', script], Object.create({ env: { NAME: 'inherited' } }))),
  );
  expect(['', 'inherited']).toContain(stdout);
});
