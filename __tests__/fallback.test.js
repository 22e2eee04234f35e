'use strict';
// Where the addon cannot load: the built-in, said so; or an error, if that is demanded.

const fs = require('node:fs');
const path = require('node:path');
const { makeFolder, removeFolder } = require('./helpers/folder.js');
const { builtin, forkless } = require('./helpers/modules.js');
const { reportsOf } = require('./helpers/program.js');
const { linesOf, ROOT, runScript } = require('./helpers/script.js');

const DEMANDED = { env: { FORKLESS_REQUIRE_NATIVE: '1' } };

/** Prints what is to be seen of a fallback, after the module is in `forkless`. */
const SHOW = `
  const cp = require('child_process');
  console.log(forkless.native);
  console.log(forkless.ChildProcess === cp.ChildProcess && forkless._forkChild === cp._forkChild);
  const shape = ({ name, length }) => [name, length].join();
  console.log(Object.keys(forkless).every((key) => shape(forkless[key]) === shape(cp[key])));
  console.log(Object.keys(forkless).join() === Object.keys(cp).join());
  console.log(Object.getOwnPropertyDescriptor(forkless, 'native').enumerable);`;
const SHOWN = ['false', 'true', 'true', 'true', 'false'];

describe('--no-addons', () => {
  test('the built-in, and no try to load the addon', () => {
    expect(linesOf(['--no-addons'], `const forkless = require('forkless'); ${SHOW}`)).toEqual(SHOWN);
  });

  test('by import', () => {
    const lines = linesOf(
      ['--no-addons', '--input-type=module'],
      `import forkless, { ChildProcess, spawn } from 'forkless'; import cp from 'child_process';
       console.log(forkless.native, ChildProcess === cp.ChildProcess, spawn === forkless.spawn);`,
    );
    expect(lines).toEqual(['false true true']);
  });

  test('by the path of the main file', () => {
    const source = `const forkless = require(${JSON.stringify(path.join(ROOT, 'index.js'))}); ${SHOW}`;
    expect(linesOf(['--no-addons'], source)).toEqual(SHOWN);
  });

  test('children work', () => {
    const source = `require('forkless').spawn('sh', ['-c', 'echo $((6 * 7)); exit 3'])
      .on('close', (code) => console.log(code)).stdout.pipe(process.stdout);`;
    expect(linesOf(['--no-addons'], source)).toEqual(['42', '3']);
  });

  test('FORKLESS_REQUIRE_NATIVE=1 throws, and says what to do', () => {
    const { code, stderr } = runScript(['--no-addons'], `require('forkless')`, DEMANDED);
    expect(code).toBe(1);
    for (const part of ['forkless:', process.platform, '--no-addons', 'FORKLESS_REQUIRE_NATIVE']) {
      expect(stderr).toContain(part);
    }
  });
});

describe('with the addon', () => {
  test('native is true, demanded or not', () => {
    const source = `console.log(require('forkless').native)`;
    expect(linesOf([], source)).toEqual(['true']);
    expect(linesOf([], source, DEMANDED)).toEqual(['true']);
  });

  test('there is no reason', () => {
    const source = `const forkless = require('forkless');
      console.log(forkless.reason, Object.getOwnPropertyDescriptor(forkless, 'reason').enumerable);`;
    expect(linesOf([], source)).toEqual(['undefined false']);
  });

  test('a path of the addon can be given', () => {
    const [addon] = fs.readdirSync(ROOT).filter((name) => name.endsWith('.node'));
    const source = `const { native, reason } = require('forkless'); console.log(native, reason);`;
    const at = (place) => ({ NAPI_RS_NATIVE_LIBRARY_PATH: place });
    expect(linesOf([], source, { env: at(path.join(ROOT, addon)) })).toEqual(['true undefined']);
    const { code, stderr } = runScript([], source, { env: { ...DEMANDED.env, ...at('/no/such/addon.node') } });
    expect(code).toBe(1);
    expect(stderr).toContain('/no/such/addon.node');
  });

  test.each(['0', 'true', ''])('FORKLESS_REQUIRE_NATIVE=%j demands nothing', (value) => {
    const env = { FORKLESS_REQUIRE_NATIVE: value };
    expect(linesOf(['--no-addons'], `console.log(require('forkless').native)`, { env })).toEqual(['false']);
  });
});

describe('a package whose addon is missing or of another machine', () => {
  let folder;
  const at = (name) => path.join(folder, name);
  beforeAll(() => {
    folder = makeFolder();
    const all = ['index.js', 'register.js', 'register.d.ts', 'package.json', 'dist'];
    for (const name of all) {
      fs.cpSync(path.join(ROOT, name), at(name), { recursive: true });
    }
  });
  afterAll(() => removeFolder(folder));
  const addon = () =>
    `forkless.linux-${process.arch}-${process.report.getReport().header.glibcVersionRuntime ? 'gnu' : 'musl'}.node`;

  const load = () => `const forkless = require(${JSON.stringify(folder)}); ${SHOW}`;

  /** Why, in a program. */
  const reason = (flags = []) => linesOf(flags, `console.log(require(${JSON.stringify(folder)}).reason)`)[0];

  test('missing: the built-in, with the reason', () => {
    expect(linesOf([], load())).toEqual(SHOWN);
    const [, libc] = addon().match(/(gnu|musl)/);
    expect(reason()).toBe(
      `the package forkless-linux-${process.arch}-${libc} is not installed: ${libc === 'gnu' ? 'glibc' : 'musl'} on linux ${process.arch} needs it`,
    );
  });

  test('missing, with that of another machine in its place', () => {
    fs.mkdirSync(at('node_modules/forkless-linux-riscv64-gnu'), { recursive: true });
    expect(reason()).toContain('is not installed, but forkless-linux-riscv64-gnu:');
    fs.rmSync(at('node_modules'), { recursive: true });
  });

  test('missing, and demanded: the message names the platform, what was tried and what to do', () => {
    const { code, stderr } = runScript([], load(), DEMANDED);
    expect(code).toBe(1);
    for (const part of [`${process.platform} ${process.arch}`, process.version, 'Tried:', 'Reason:', 'What to do:']) {
      expect(stderr).toContain(part);
    }
  });

  test('not an addon at all: the built-in', () => {
    fs.writeFileSync(at(addon()), 'not an addon');
    expect(linesOf([], load())).toEqual(SHOWN);
    expect(reason()).toContain(`${addon()} did not load: `);
    const { code, stderr } = runScript([], load(), DEMANDED);
    expect(code).toBe(1);
    expect(stderr).toContain('Reason:');
    fs.rmSync(at(addon()));
  });

  test('register leaves children what they are, and adds to them', () => {
    const lines = linesOf(
      [],
      `const { ChildProcess } = require('child_process');
       require(${JSON.stringify(at('register.js'))});
       const cp = require('child_process');
       console.log(cp.ChildProcess === ChildProcess);
       const child = cp.spawn('sh', ['-c', 'exit 6']);
       child.on('close', (code) => console.log(code, child instanceof ChildProcess));
       child.exited.then(({ code }) => console.log(code));
       // The built-in's exec() goes through the execFile() in its place.
       cp.exec('cat', { input: 'once', timeout: 60000 }, (error, stdout) => console.log(error, stdout));`,
    );
    expect(lines.sort()).toEqual(['6', '6 true', 'null once', 'true']);
  });

  describe('register says so once, where native code was to be expected', () => {
    /** What it says to stderr, in a program with a worker that loads it, too. */
    const said = (env) => {
      const register = JSON.stringify(at('register.js'));
      const source = `require(${register}); require(${register});
        new (require('node:worker_threads').Worker)('require(' + ${JSON.stringify(register)} + ')', { eval: true });`;
      const { code, stderr } = runScript([], source, { env: { NODE_NO_WARNINGS: undefined, ...env } });
      expect(code).toBe(0);
      return stderr;
    };

    test('as a warning with a code', () => {
      const lines = said({}).split('\n');
      expect(lines[0]).toContain('[FORKLESS_NOT_NATIVE] ForklessWarning: the package forkless-linux-');
      expect(lines.filter((line) => line.includes('FORKLESS_NOT_NATIVE'))).toHaveLength(1);
    });

    test.each(['FORKLESS_QUIET', 'NODE_NO_WARNINGS'])('unless %s=1', (name) => {
      expect(said({ [name]: '1' })).toBe('');
    });
  });
});

describe('a copy that is loaded after register has put another in place', () => {
  let folder;
  beforeAll(() => {
    folder = makeFolder();
    for (const name of ['index.js', 'register.js', 'register.d.ts', 'dist']) {
      fs.cpSync(path.join(ROOT, name), path.join(folder, name), { recursive: true });
    }
  });
  afterAll(() => removeFolder(folder));

  test('is that one', () => {
    const source = `require('forkless/register');
      const registered = require('forkless'), copy = require(${JSON.stringify(folder)});
      require(${JSON.stringify(path.join('FOLDER', 'register.js'))}.replace('FOLDER', ${JSON.stringify(folder)}));
      console.log(copy.native, copy.reason, Object.keys(copy).every((key) => copy[key] === registered[key]));
      console.log(require('child_process').spawn === registered.spawn);`;
    expect(linesOf([], source)).toEqual(['true undefined true', 'true']);
    expect(linesOf([], source, DEMANDED)).toEqual(['true undefined true', 'true']);
  });
});

test('without native code, what stands on Object.prototype is read as the built-in reads it', async () => {
  const body = async ({ spawn }, report) => {
    const ended = (child) => new Promise((resolve) => child.on('error', resolve).on('exit', resolve));
    Object.assign(Object.prototype, { cwd: '/nope', killSignal: 'SIGKILL', timeout: 10 });
    const isFolderRead = typeof (await ended(spawn('true', {}))) === 'object';
    const missing = spawn('/none/x', {});
    const { cause } = await ended(missing);
    report([isFolderRead, missing.stop ? cause !== undefined : isFolderRead]);

    const child = spawn('sleep', ['600'], { cwd: '/', stdio: 'ignore' });
    // Long after the other, however busy the machine is: timers come in the order of their times.
    const ending = setTimeout(() => (child.stop ? child.stop({ grace: 600_000 }) : child.kill()), 1_000);
    child.on('exit', async (_, signal) => {
      clearTimeout(ending);
      report([signal, child.exited ? (await child.exited).reason : signal === 'SIGKILL' ? 'timeout' : 'stop']);
    });
  };
  const options = { flags: ['--no-addons'], env: { FORKLESS_REQUIRE_NATIVE: '' } };
  expect(await reportsOf(forkless, body, options)).toEqual(await reportsOf(builtin, body, options));
});

test('without native code every function says that the folder is missing, and what a run has used is null', async () => {
  const body = async ({ exec, execFile, execSync, execFileSync, fork, spawnSync }, report) => {
    const { promisify } = require('node:util');
    const options = { cwd: '/no/such' };
    const told = ({ code, cause }) => [code, cause?.syscall, cause?.path];
    const thrown = (call) => {
      try {
        return call();
      } catch (error) {
        return told(error);
      }
    };
    report(await new Promise((resolve) => exec('true', options, (error) => resolve(told(error)))));
    report(await promisify(execFile)('true', options).catch(told));
    report(await new Promise((resolve) => fork('/x', options).on('error', (error) => resolve(told(error)))));
    report(thrown(() => execSync('true', { ...options, stdio: 'ignore' })));
    report(thrown(() => execFileSync('true', options)));
    report(told(spawnSync('true', options).error));
    report(Object.getOwnPropertyDescriptor(spawnSync('true'), 'resourceUsage'));
  };
  const options = { flags: ['--no-addons'], env: { FORKLESS_REQUIRE_NATIVE: '' } };
  const reports = await reportsOf(forkless, body, options);
  const property = { value: null, writable: true, enumerable: false, configurable: true };
  expect(reports).toEqual([...new Array(6).fill(['ENOENT', 'chdir', '/no/such']), property]);
});
