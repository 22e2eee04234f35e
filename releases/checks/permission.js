'use strict';
// The permission model: who is refused, and what children are handed of it.

const { spawnSync } = require('node:child_process');
const { PEER } = require('../peers.js');
const { program } = require('../program.js');

/** @param {string[]} flags */
const areTaken = (...flags) => spawnSync(process.execPath, [...flags, '-e', '0'], { stdio: 'ignore' }).status === 0;

/** The flags of the running Node that start the model, if it has one, and those that grant what it knows of. */
const FLAG = ['--permission', '--experimental-permission'].find((flag) => areTaken(flag));
const grants = (/** @type {string[]} */ ...flags) => flags.filter((flag) => FLAG && areTaken(FLAG, flag));
const COMMON = ['--allow-fs-read=*', '--allow-fs-write=*', ...grants('--allow-addons', '--allow-worker')];
/** The first Nodes with the model let no addon load under it. */
const NATIVE = { FORKLESS_REQUIRE_NATIVE: COMMON.includes('--allow-addons') ? '1' : undefined };
const NET = grants('--allow-net');
const AUDIT = ['--permission-audit'].filter((flag) => areTaken(flag));
const ALLOWED = ['--allow-child-process', ...NET];

/** Asks every function for a child that says what its NODE_OPTIONS are. */
const everyFunction = async (/** @type {any} */ load, /** @type {any} */ report, /** @type {string} */ peer) => {
  const { ChildProcess, exec, execFile, execFileSync, execSync, fork, spawn, spawnSync: run } = load();
  const told = ({ name, code, message, permission, resource }) => ({ name, code, message, permission, resource });
  const script = 'echo "[$NODE_OPTIONS]"';
  const ask = async (/** @type {string} */ name, /** @type {(done: any) => any} */ call) => {
    try {
      report([
        name,
        await new Promise((resolve) => resolve(call)).then(
          (it) =>
            new Promise((resolve, reject) => {
              try {
                const given = it((...args) => resolve(args.map((arg) => (arg?.code ? told(arg) : arg))));
                if (given !== undefined && typeof given?.on !== 'function') resolve(given);
                else given?.on('error', (error) => resolve(['error', told(error)]));
              } catch (error) {
                reject(error);
              }
            }),
        ),
      ]);
    } catch (error) {
      report([name, 'thrown', told(error)]);
    }
  };
  const read = (/** @type {any} */ child, /** @type {any} */ done) => {
    let text = '';
    child.stdout?.on('data', (chunk) => (text += chunk));
    child.on('close', (...end) => done(text, ...end, typeof child.pid));
    return child;
  };
  await ask('spawn', (done) => read(spawn('sh', ['-c', script]), done));
  await ask('exec', (done) => exec(script, done));
  await ask('execFile', (done) => execFile('sh', ['-c', script], done));
  await ask('fork', (done) => {
    const child = fork(peer, ['echo']);
    child.on('message', (message) => done(message));
    child.send('end');
    return child;
  });
  await ask('spawnSync', () => String(run('sh', ['-c', script]).stdout));
  await ask('execSync', () => String(execSync(script)));
  await ask('execFileSync', () => String(execFileSync('sh', ['-c', script])));
  await ask('ChildProcess', () => new ChildProcess().spawn({ file: 'true', args: ['true'], stdio: 'ignore' }));
  await ask('wrong arguments', () => spawn('true', { cwd: 1 }));
};

/** What a child is handed, by its environment and its arguments, and what is left in the caller's objects. */
const handedOn = (/** @type {any} */ load, /** @type {any} */ report) => {
  const { spawnSync: run } = load();
  const cases = [
    [[], undefined],
    [[], {}],
    [[], { NODE_OPTIONS: '' }],
    [[], { NODE_OPTIONS: '--no-warnings' }],
    [[], { NODE_OPTIONS: '--title=--permission-x' }],
    [[], { NODE_OPTIONS: '--title=--experimental-permission' }],
    [[], { NODE_OPTIONS: '--permission --allow-fs-read=/tmp' }],
    [[], { __proto__: { NODE_OPTIONS: '--title=inherited' } }],
    [['--permission'], {}],
    [['--experimental-permission'], {}],
    [['--permission-audit'], {}],
    [['--permission-x'], {}],
    [['x--permission'], {}],
    [['a', '--allow-child-process'], {}],
  ];
  for (const [args, env] of cases) {
    const given = env && { ...env, __proto__: Object.getPrototypeOf(env) };
    const { stdout } = run('sh', ['-c', 'echo "[$NODE_OPTIONS]"', 'sh', ...args], { env, encoding: 'utf8' });
    report([args, given, stdout]);
  }
};

/** @param {string[]} flags */
const withModel = (
  /** @type {any} */ context,
  /** @type {any} */ body,
  /** @type {string[]} */ flags,
  /** @type {any} */ env = {},
) =>
  FLAG
    ? program(context, body, {
        flags: ['--no-warnings', FLAG, ...COMMON, ...flags],
        args: [PEER],
        env: { NODE_OPTIONS: undefined, ...NATIVE, ...env },
      })
    : 'this Node has no model';

/** @type {import('../probe.js').Checks} */
module.exports = {
  'permission: children are denied': (context) => withModel(context, everyFunction, []),
  'permission: children are allowed': (context) => withModel(context, everyFunction, ALLOWED),
  'permission: children are allowed, the network is not': (context) =>
    NET.length > 0
      ? withModel(context, everyFunction, ['--allow-child-process'])
      : 'the network is no matter of this Node',

  'permission: only audited': (context) =>
    AUDIT.length > 0
      ? program(context, everyFunction, {
          flags: ['--no-warnings', ...AUDIT, ...COMMON],
          args: [PEER],
          env: { NODE_OPTIONS: undefined },
        })
      : 'this Node has no audit',

  'permission: only audited, with all that is allowed': (context) =>
    AUDIT.length > 0
      ? program(context, everyFunction, {
          flags: ['--no-warnings', ...AUDIT, ...COMMON, ...ALLOWED],
          args: [PEER],
          env: { NODE_OPTIONS: undefined },
        })
      : 'this Node has no audit',

  'permission: what is handed on': (context) => withModel(context, handedOn, ALLOWED),
  'permission: what is handed on, given by NODE_OPTIONS': (context) =>
    FLAG && process.allowedNodeEnvironmentFlags.has(FLAG)
      ? program(context, handedOn, {
          env: { ...NATIVE, NODE_OPTIONS: ['--no-warnings', FLAG, ...COMMON, ...ALLOWED].join(' ') },
        })
      : 'this Node takes it as an argument only',
  'permission: what is handed on of an audit': (context) =>
    AUDIT.length > 0
      ? program(context, handedOn, {
          flags: ['--no-warnings', ...AUDIT, ...COMMON, ...ALLOWED],
          env: { NODE_OPTIONS: undefined },
        })
      : 'this Node has no audit',

  'permission: a V8 flag is not handed on': (context) =>
    withModel(
      context,
      (/** @type {any} */ load, /** @type {any} */ report, /** @type {string} */ peer) => {
        const { fork, spawnSync: run } = load();
        const { status, stdout, stderr } = run(process.execPath, ['-p', 'process.env.NODE_OPTIONS'], {
          encoding: 'utf8',
        });
        report([status, stdout, stderr.replace(/\(node:\d+\)/g, '(node:PID)')]);
        const child = fork(peer, ['echo']);
        child.on('message', (/** @type {any} */ message) => report(message));
        child.on('exit', (/** @type {any[]} */ ...args) => report(args));
        child.send('end');
      },
      [...ALLOWED, '--allow-natives-syntax'],
    ),

  "permission: the caller's own environment object": (context) =>
    withModel(
      context,
      (/** @type {any} */ load, /** @type {any} */ report) => {
        const env = { MARK: 'own', NODE_OPTIONS: '--no-warnings' };
        const bare = {};
        load().spawnSync('true', { env });
        load().spawnSync('true', { env: bare });
        report([env, bare]);
      },
      ALLOWED,
    ),

  'permission: dropped as the program goes': (context) =>
    withModel(
      context,
      (/** @type {any} */ load, /** @type {any} */ report) => {
        const { spawn, spawnSync: run } = load();
        const { permission } = /** @type {any} */ (process);
        report([run('true').status, permission.has('child')]);
        if (typeof permission.drop !== 'function') return;
        permission.drop('child');
        for (const call of [() => run('true'), () => spawn('true')]) {
          try {
            report(typeof call());
          } catch (error) {
            report([/** @type {any} */ (error).code, /** @type {any} */ (error).message]);
          }
        }
      },
      ALLOWED,
    ),
};
