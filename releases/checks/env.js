'use strict';
// The child's environment: which names and which values.

const { thrownBy } = require('../observe.js');
const { program } = require('../program.js');

/** Of a program that says some of its environment. A text, as it crosses into programs. */
const SAY = "'env', [], { encoding: 'utf8' }";

/** The names that matter, of what `env` prints. */
const only = (/** @type {string} */ output) =>
  output
    .split('\n')
    .filter(
      (line) => /^(FORKLESS_|A|B|MARK|INHERITED|OWN|NODE_V8|NODE_OPT)/.test(line) && !line.startsWith('FORKLESS_REQ'),
    );

/** A program in which something has been done to process.env, and what each function's child has then. */
const withEnvironment = (/** @type {any} */ context, /** @type {string} */ change, /** @type {any} */ options = {}) =>
  program(
    context,
    `async (load, report) => {
      const early = ${options.early ?? true};
      let module = early && load();
      ${change}
      module ||= load();
      const only = ${only};
      report(only(module.spawnSync(${SAY}).stdout));
      report(only(module.execFileSync(${SAY})));
      report(only(module.execSync('env', { encoding: 'utf8' })));
      await new Promise((resolve) => module.execFile('env', (error, stdout) => resolve(report([error, only(stdout)]))));
      await new Promise((resolve) => module.exec('env', { env: undefined }, (error, stdout) => resolve(report([error, only(stdout)]))));
      const child = module.spawn('env', { env: null });
      let text = '';
      for await (const chunk of child.stdout) text += chunk;
      report(only(text));
    }`,
    { env: { MARK: 'original', NODE_V8_COVERAGE: undefined }, ...options },
  );

const CHANGES = {
  'a plain object': "process.env = { PATH: process.env.PATH, OWN: 'own' };",
  'an object that inherits': "process.env = { __proto__: { INHERITED: 'yes' }, PATH: process.env.PATH, OWN: 'own' };",
  'an object without a prototype': "process.env = { __proto__: null, PATH: process.env.PATH, OWN: 'own' };",
  'an object that inherits the old one': "process.env = { __proto__: process.env, OWN: 'own' };",
  'an object with odd values': 'process.env = { PATH: process.env.PATH, A: undefined, B: 5, MARK: null };',
};

/** @type {import('../probe.js').Checks} */
module.exports = {
  ...Object.fromEntries(
    Object.entries(CHANGES).map(([name, change]) => [
      `env: process.env replaced by ${name}`,
      (/** @type {any} */ context) => withEnvironment(context, change),
    ]),
  ),

  'env: process.env replaced before the module is loaded': (context) =>
    withEnvironment(context, CHANGES['an object that inherits'], { early: false }),

  'env: process.env changed': (context) =>
    withEnvironment(context, "process.env.A = 'added'; delete process.env.MARK; process.env.B = 5;"),

  'env: a polluted Object.prototype': (context) =>
    withEnvironment(context, "Object.prototype.INHERITED = 'polluted'; Object.prototype.MARK = 'polluted';"),

  'env: the prototype of process.env polluted': (context) =>
    withEnvironment(context, "Object.getPrototypeOf(process.env).INHERITED = 'polluted';"),

  'env: options.env that inherits, with odd values': ({ module }) => {
    const run = (/** @type {any} */ env) => {
      const { stdout, error } = module.spawnSync('/usr/bin/env', { env, encoding: 'utf8' });
      return stdout === null || stdout === undefined ? error.code : stdout;
    };
    class Variables {
      OWN = 'own';
      get A() {
        return 'got';
      }
    }
    return [
      run({ __proto__: { INHERITED: 'yes' }, OWN: 'own' }),
      run({ A: undefined, B: 5, C: null, D: true, E: '', 'F=G': 'H', '': 'I' }),
      run({ B: '2', A: '1', [Symbol('s')]: 'no' }),
      run(new Variables()),
      run([]),
      run(['a', 'b']),
      run(Object.create({}, { OWN: { value: 'hidden' } })),
      run({}),
      thrownBy(() => run({ A: Symbol('s') })),
      thrownBy(() => run('A=B')),
      thrownBy(() => run(5)),
    ];
  },

  'env: NODE_V8_COVERAGE is handed on': (context) =>
    program(
      context,
      (load, report) => {
        const { spawnSync } = load();
        const env = { MARK: 'own' };
        report(
          spawnSync('/usr/bin/env', { env, encoding: 'utf8' }).stdout.replaceAll(
            String(process.env.NODE_V8_COVERAGE),
            'COVERAGE',
          ),
        );
        const others = [
          { NODE_V8_COVERAGE: '/dev/null' },
          { NODE_V8_COVERAGE: undefined },
          { __proto__: { NODE_V8_COVERAGE: '/inherited' } },
        ];
        for (const other of others)
          report(
            spawnSync('/usr/bin/env', { env: other, encoding: 'utf8' }).stdout.replaceAll(
              String(process.env.NODE_V8_COVERAGE),
              'COVERAGE',
            ),
          );
      },
      { env: { NODE_V8_COVERAGE: context.folder } },
    ),

  "env: the caller's own object, with coverage": (context) =>
    program(
      context,
      (load, report) => {
        const env = { MARK: 'own' };
        load().spawnSync('true', { env });
        report(Object.keys(env));
      },
      { env: { NODE_V8_COVERAGE: context.folder } },
    ),
};
