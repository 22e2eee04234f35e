'use strict';
// The child's environment.

const { output } = require('../helpers/children.js');
const { thrownBy } = require('../helpers/errors.js');
const { BUILTIN, FORKLESS, describeEach, forkless, onBoth } = require('../helpers/modules.js');
const { reportsOf } = require('../helpers/program.js');
const { linesOf } = require('../helpers/script.js');

/** What /usr/bin/env, found without PATH, prints of its environment. */
async function environmentOf(spawn, env) {
  const { code, stdout } = await output(spawn('/usr/bin/env', ['-0'], { env }));
  expect(code).toBe(0);
  return stdout.split('\0').slice(0, -1);
}

test('an environment that stands in the place of process.env before the module is loaded', async () => {
  const lines = await onBoth((module) => {
    const name = module === forkless ? FORKLESS : BUILTIN;
    return linesOf(
      [],
      `const { PATH } = process.env;
       process.env = { PATH, ONLY: 'this' };
       const { execFile, spawnSync } = require(${JSON.stringify(name)});
       process.stdout.write(spawnSync('/usr/bin/env').stdout);
       execFile('/usr/bin/env', (_error, stdout) => process.stdout.write(stdout));`,
    );
  });
  // Newer Nodes do not look at it.
  if (lines.includes(`HOME=${process.env.HOME}`)) return;
  expect(lines).toEqual(
    Array(2)
      .fill([`PATH=${process.env.PATH}`, 'ONLY=this'])
      .flat(),
  );
});

describeEach('env', ({ spawn }) => {
  test('is all the child gets', async () => {
    expect(await environmentOf(spawn, { A: '1', B: '2' })).toEqual(['A=1', 'B=2']);
  });

  test('may be empty', async () => {
    expect(await environmentOf(spawn, {})).toEqual([]);
  });

  test.each([
    ['undefined', undefined],
    ['null', null],
  ])('%s: the environment of this process', async (_name, env) => {
    expect(await environmentOf(spawn, env)).toContain(`PATH=${process.env.PATH}`);
  });

  test('undefined values are left out, all others become strings', async () => {
    const env = { A: undefined, B: null, C: 0, D: false, E: '', F: ['x', 'y'], G: { toString: () => 'object' } };
    expect(await environmentOf(spawn, env)).toEqual(['B=null', 'C=0', 'D=false', 'E=', 'F=x,y', 'G=object']);
  });

  test('inherited properties count', async () => {
    const env = Object.assign(Object.create({ INHERITED: 'yes', HIDDEN: 'old' }), { OWN: '1', HIDDEN: 'new' });
    expect((await environmentOf(spawn, env)).sort()).toEqual(['HIDDEN=new', 'INHERITED=yes', 'OWN=1']);
  });

  test('symbols and properties that are not enumerable do not count', async () => {
    const env = Object.defineProperty({ A: '1', [Symbol('s')]: 'x' }, 'HIDDEN', { value: 'x', enumerable: false });
    expect(await environmentOf(spawn, env)).toEqual(['A=1']);
  });

  test('is copied at the call', async () => {
    const env = { A: 'early' };
    const child = spawn('/usr/bin/env', [], { env });
    env.A = 'late';
    expect((await output(child)).stdout).toBe('A=early\n');
  });

  test('keeps the order, the case and any bytes', async () => {
    const env = { z: '1', Z: '2', a: 'größe 🚀', 'with space': 'a\nb', 'x=y': 'z' };
    expect(await environmentOf(spawn, env)).toEqual(['z=1', 'Z=2', 'a=größe 🚀', 'with space=a\nb', 'x=y=z']);
  });

  test('a function or an array is an object with properties', async () => {
    expect(await environmentOf(spawn, ['zero', 'one'])).toEqual(['0=zero', '1=one']);
    expect(
      await environmentOf(
        spawn,
        Object.assign(() => {}, { A: '1' }),
      ),
    ).toEqual(['A=1']);
  });

  test('an environment near the limit of the kernel', async () => {
    const env = Object.fromEntries(Array.from({ length: 10 }, (_, index) => [`V${index}`, 'x'.repeat(120_000)]));
    const { stdout } = await output(spawn('/usr/bin/env', [], { env }));
    expect(stdout.length).toBe(10 * ('V0=\n'.length + 120_000));
  });
});

test('what becomes a string with a NUL ends there, and is not two variables', async () => {
  const environment = await onBoth(async ({ spawn, spawnSync }) => {
    const env = { A: { toString: () => '1\0B=2' }, C: '3' };
    const { stdout } = spawnSync('/usr/bin/env', ['-0'], { env });
    return [await environmentOf(spawn, env), `${stdout}`.split('\0').slice(0, -1)];
  });
  expect(environment).toEqual([
    ['A=1', 'C=3'],
    ['A=1', 'C=3'],
  ]);
});

test('the list of ChildProcess.prototype.spawn: each to a string, up to a NUL', async () => {
  const stdout = await onBoth(async ({ ChildProcess }) => {
    const child = new ChildProcess();
    // biome-ignore lint/suspicious/noSparseArray: what is missing counts, too
    const envPairs = ['A=1\0B=2', 'C', null, , 5, { toString: () => 'D=1\0E=2' }, '', '=F'];
    child.spawn({ file: '/usr/bin/env', args: ['env', '-0', 'G=1\0H=2'], envPairs, stdio: 'pipe' });
    return (await output(child)).stdout;
  });
  expect(stdout.split('\0')).toEqual(['A=1', 'C', 'null', 'undefined', '5', 'D=1', '', '=F', 'G=1', '']);
});

test.each([
  ['a name', { 'A\0B': 'x' }],
  ['a value', { A: 'x\0y' }],
])('a null byte in %s', async (_name, env) => {
  const thrown = await onBoth(({ spawn }) => thrownBy(() => spawn('true', { env })));
  expect(thrown.properties.code).toBe('ERR_INVALID_ARG_VALUE');
});

test('a number, a string and a boolean have no properties, or those of their kind', async () => {
  const seen = await onBoth(async ({ spawn }) => {
    const found = [];
    for (const env of [1, true, 'ab']) found.push(await environmentOf(spawn, env));
    return found;
  });
  expect(seen).toEqual([[], [], ['0=a', '1=b']]);
});

describe('NODE_V8_COVERAGE', () => {
  const program = async (module, given) => {
    const [seen] = await reportsOf(
      module,
      ({ spawn }, report, given) => {
        process.env.NODE_V8_COVERAGE = '/parent';
        const child = spawn('/usr/bin/env', { env: given });
        let stdout = '';
        child.stdout.setEncoding('utf8').on('data', (chunk) => {
          stdout += chunk;
        });
        child.on('close', () => report(stdout));
      },
      { args: [given] },
    );
    return seen;
  };

  test.each([
    ['is carried over', { A: '1' }, 'A=1\nNODE_V8_COVERAGE=/parent\n'],
    ['does not replace one that is given', { NODE_V8_COVERAGE: '/given' }, 'NODE_V8_COVERAGE=/given\n'],
    ['an empty one is given too', { NODE_V8_COVERAGE: '' }, 'NODE_V8_COVERAGE=\n'],
  ])('%s', async (_name, given, expected) => {
    expect(await onBoth((module) => program(module, given))).toBe(expected);
  });

  test('an undefined one keeps it out', async () => {
    const [seen] = await onBoth((module) =>
      reportsOf(module, ({ spawn }, report) => {
        process.env.NODE_V8_COVERAGE = '/parent';
        const child = spawn('/usr/bin/env', { env: { A: '1', NODE_V8_COVERAGE: undefined } });
        child.stdout.setEncoding('utf8').on('data', report);
      }),
    );
    expect(seen).toBe('A=1\n');
  });

  test('one that env inherits is not one that is given', async () => {
    const [stdout] = await onBoth((module) =>
      reportsOf(module, ({ spawnSync }, report) => {
        process.env.NODE_V8_COVERAGE = '/parent';
        const env = Object.assign(Object.create({ NODE_V8_COVERAGE: '/inherited' }), { A: '1' });
        report(String(spawnSync('/usr/bin/env', { env }).stdout));
        process.env.NODE_V8_COVERAGE = '';
      }),
    );
    expect(stdout).toBe('A=1\nNODE_V8_COVERAGE=/parent\n');
  });
});

test('changes of process.env reach children that get no env', async () => {
  const seen = await onBoth((module) =>
    reportsOf(module, ({ spawn }, report) => {
      process.env.FORKLESS_TEST = 'added';
      delete process.env.HOME;
      const child = spawn('sh', ['-c', 'printf "%s %s" "$FORKLESS_TEST" "$' + '{HOME-none}"']);
      child.stdout.setEncoding('utf8').on('data', report);
    }),
  );
  expect(seen).toEqual(['added none']);
});

describe('the environment of this process', () => {
  test('odd variables in it', async () => {
    const env = { EMPTY: '', LINES: 'a\nb', EQUALS: 'a=b', 'NO NAME': '1', ÄÖ: 'ü€😀' };
    const [seen] = await onBoth((module) =>
      reportsOf(
        module,
        ({ spawnSync }, report) => {
          process.env['='] = 'no name';
          report(
            String(spawnSync('/usr/bin/env', ['-0']).stdout)
              .split('\0')
              .sort(),
          );
        },
        { env },
      ),
    );
    expect(seen).toEqual(expect.arrayContaining(Object.entries(env).map(([name, value]) => `${name}=${value}`)));
  });

  test('bytes that are no UTF-8', async () => {
    const through = ['sh', '-c', 'BYTES=$(printf \'a\\377b\'); export BYTES; exec "$@"', 'sh'];
    const body = ({ spawnSync }, report) => {
      report(spawnSync('sh', ['-c', 'printf %s "$BYTES"']).stdout.toString('hex'));
    };
    await onBoth((module) => reportsOf(module, body, { through }));
  });

  test('a list to those who look at the options on their way, and theirs to change', async () => {
    const [reports] = await onBoth((module) =>
      reportsOf(
        module,
        ({ spawn, ChildProcess }, report) => {
          const { spawn: start } = ChildProcess.prototype;
          const answers = [];
          for (const change of [
            (options) => options.envPairs.push('ADDED=1'),
            (options) => (options.envPairs = ['ADDED=2']),
            (options) => Object.keys(options).includes('envPairs') || report('hidden'),
            (options) => ({ ...options, envPairs: [...options.envPairs, 'ADDED=3'] }),
          ]) {
            ChildProcess.prototype.spawn = function (options) {
              const changed = change(options);
              return start.call(this, Array.isArray(changed?.envPairs) ? changed : options);
            };
            const child = spawn('/usr/bin/env', ['sh', '-c', 'echo $ADDED $GIVEN']);
            const answer = answers.push('') - 1;
            child.stdout.setEncoding('utf8').on('data', (text) => {
              answers[answer] += text;
            });
          }
          process.on('exit', () => report(answers));
        },
        { env: { GIVEN: 'given' } },
      ),
    );
    expect(reports).toEqual(['1 given\n', '2\n', 'given\n', '3 given\n']);
  });

  test.each([['copied'], ['shared']])('%s in a worker', async (how) => {
    const [seen] = await onBoth((module) =>
      reportsOf(
        module,
        ({ spawnSync }, report, how, name) => {
          const { Worker, SHARE_ENV } = require('node:worker_threads');
          const worker = new Worker(
            `const { spawnSync } = require(${JSON.stringify(name)});
             process.env.OF_WORKER = '1';
             require('node:worker_threads').parentPort.postMessage(
               String(spawnSync('sh', ['-c', 'echo $OF_WORKER $OF_MAIN']).stdout));`,
            { eval: true, env: how === 'shared' ? SHARE_ENV : { ...process.env, OF_MAIN: 'copied' } },
          );
          process.env.OF_MAIN = 'changed';
          worker.once('message', (inWorker) => {
            report([inWorker, String(spawnSync('sh', ['-c', 'echo $OF_WORKER $OF_MAIN']).stdout)]);
          });
        },
        { args: [how, module === forkless ? FORKLESS : BUILTIN] },
      ),
    );
    expect(seen).toEqual(how === 'shared' ? ['1 changed\n', '1 changed\n'] : ['1 copied\n', 'changed\n']);
  });
});
