'use strict';
// The permission model: a native addon is no way around it.

const { linesOf, ROOT, runScript } = require('../helpers/script.js');

/** The flag of the running Node, if it has the model. */
const FLAG = ['--permission', '--experimental-permission'].find((flag) =>
  process.allowedNodeEnvironmentFlags.has(flag),
);
const withModel = FLAG ? describe : describe.skip;
/** Whether addons are a matter of the model. */
const ADDONS = process.allowedNodeEnvironmentFlags.has('--allow-addons') ? ['--allow-addons'] : [];
/** The newest leave children to the built-in where the network is denied. */
const NET = process.allowedNodeEnvironmentFlags.has('--allow-net') ? ['--allow-net'] : [];
const READ = `--allow-fs-read=${ROOT}`;
const NAMES = ['node:child_process', 'forkless'];

withModel('with the permission model', () => {
  const refused = (name, flags) =>
    linesOf(
      [FLAG, '--allow-fs-read=*', ...flags],
      `const cp = require(${JSON.stringify(name)});
       const tell = ({ name, code, message, ...others }) => console.log(name, code, message, JSON.stringify(others));
       try { cp.spawn('true').on('error', tell); } catch (error) { tell(error); }
       try { new cp.ChildProcess().spawn({ file: 'true', args: ['true'] }); } catch (error) { tell(error); }`,
    );

  test('without --allow-child-process nothing starts: ERR_ACCESS_DENIED', () => {
    const [builtin, forkless] = NAMES.map((name) => refused(name, ADDONS));
    expect(forkless).toEqual(builtin);
    expect(builtin).toHaveLength(2);
    for (const line of builtin) expect(line).toContain('ERR_ACCESS_DENIED');
  });

  test('wrong arguments are told first, as the built-in does', () => {
    const [builtin, forkless] = NAMES.map((name) =>
      linesOf(
        [FLAG, '--allow-fs-read=*', ...ADDONS],
        `const { spawn } = require(${JSON.stringify(name)});
         for (const args of [[1], ['true', 1], ['true', { cwd: 1 }], ['true', { stdio: 'x' }]]) {
           try { spawn(...args); } catch (error) { console.log(error.code); }
         }`,
      ),
    );
    expect(forkless).toEqual(builtin);
  });

  test('with --allow-child-process and --allow-addons forkless is native and children run', () => {
    const lines = linesOf(
      [FLAG, '--allow-fs-read=*', '--allow-child-process', ...ADDONS],
      `const forkless = require('forkless'); console.log(forkless.native);
       forkless.spawn('sh', ['-c', 'exit 3']).on('close', (code) => console.log(code));`,
    );
    // Before there was a flag for addons, the model refused them all.
    expect(lines).toEqual([`${ADDONS.length > 0}`, '3']);
  });

  test('children that are allowed have streams, messages and callbacks, whether the network is allowed or not', () => {
    const [builtin, forkless] = NAMES.map((name) =>
      linesOf(
        [FLAG, '--allow-fs-read=*', '--allow-child-process', ...ADDONS],
        `const { exec, execFile, execFileSync, execSync, fork, spawn, spawnSync } = require(${JSON.stringify(name)});
         const ends = {};
         const tell = (name, value) => {
           ends[name] = value;
           if (Object.keys(ends).length === 7) for (const name of Object.keys(ends).sort()) console.log(name, ends[name]);
         };
         const child = spawn('cat');
         child.stdout.on('data', (data) => tell('spawn', String(data)));
         child.stdin.end('text');
         exec('echo exec; exit 3', ({ code }, stdout) => tell('exec', [code, stdout]));
         execFile('echo', ['file'], (error, stdout) => tell('execFile', [error, stdout]));
         fork(${JSON.stringify(require.resolve('../ipc/fixtures/run.js'))}, ['() => process.send("sent")', '[]'])
           .on('message', (message) => tell('fork', message));
         tell('spawnSync', spawnSync('echo', ['sync']).output.join());
         tell('execSync', execSync('echo sync', { encoding: 'utf8' }));
         tell('execFileSync', execFileSync('echo', ['sync'], { encoding: 'utf8' }));`,
      ),
    );
    expect(forkless).toEqual(builtin);
    expect(builtin.filter((line) => line !== '').map((line) => line.split(' ')[0])).toEqual(
      expect.arrayContaining(['exec', 'execFile', 'execFileSync', 'execSync', 'fork', 'spawn', 'spawnSync']),
    );
  });

  test('without --allow-addons it falls back, and says so', () => {
    if (ADDONS.length === 0) return;
    const flags = [FLAG, '--allow-fs-read=*', '--allow-child-process'];
    const source = `const forkless = require('forkless'); console.log(forkless.native);
      forkless.spawn('sh', ['-c', 'exit 3']).on('close', (code) => console.log(code));`;
    expect(linesOf(flags, source)).toEqual(['false', '3']);
    const { code, stderr } = runScript(flags, source, { env: { FORKLESS_REQUIRE_NATIVE: '1' } });
    expect(code).toBe(1);
    expect(stderr).toContain('--allow-addons');
  });

  test('flags travel to children as they do with the built-in', () => {
    const [builtin, forkless] = NAMES.map((name) =>
      linesOf(
        [FLAG, '--allow-fs-read=*', '--allow-child-process', ...ADDONS],
        `const { spawn } = require(${JSON.stringify(name)});
         spawn('sh', ['-c', 'echo "[$NODE_OPTIONS]"'], { stdio: 'inherit', env: { PATH: process.env.PATH } }).on('close', () => {
           spawn('sh', ['-c', 'echo "[$NODE_OPTIONS]"'], { stdio: 'inherit', env: { PATH: process.env.PATH, NODE_OPTIONS: '--no-warnings' } });
         });`,
        { env: { NODE_OPTIONS: undefined } },
      ),
    );
    expect(forkless).toEqual(builtin);
    expect(builtin).toHaveLength(2);
  });

  test.each([
    ['a flag of V8 among its own', ['--allow-natives-syntax'], {}, []],
    ['NODE_OPTIONS of the program', [], { NODE_OPTIONS: '--title=--permission-x' }, []],
    ['--permission in the NODE_OPTIONS given', [], { NODE_OPTIONS: FLAG }, []],
    ['--permission-audit for the child', [], {}, ['--permission-audit']],
    ['--permission for the child', [], {}, [FLAG]],
    ['a flag that begins like it', [], {}, [`${FLAG}-x`]],
  ])('a child gets the NODE_OPTIONS of the running Node: %s', (_name, flags, env, args) => {
    const [builtin, forkless] = NAMES.map((name) =>
      linesOf(
        [FLAG, '--allow-fs-read=*', '--allow-child-process', ...ADDONS, ...NET, ...flags],
        `const { fork, spawn, spawnSync } = require(${JSON.stringify(name)});
         const env = { PATH: process.env.PATH, ...${JSON.stringify(env)} };
         const args = ['-c', 'echo "[$NODE_OPTIONS]"', ...${JSON.stringify(args)}];
         console.log(String(spawnSync('sh', args, { env: { ...env } }).stdout));
         spawn('sh', args, { stdio: 'inherit', env: { ...env } }).on('close', () => {
           spawn('echo "[$NODE_OPTIONS]"', { stdio: 'inherit', env: { ...env }, shell: true }).on('close', () => {
             Object.assign(process.env, ${JSON.stringify(env)});
             spawn('sh', args, { stdio: 'inherit' }).on('close', () => {
               fork('sh', args, { execPath: 'echo', execArgv: [] }).on('close', (code) => console.log(code));
             });
           });
         });`,
        { env: { NODE_OPTIONS: undefined } },
      ),
    );
    expect(forkless).toEqual(builtin);
    expect(builtin.filter((line) => line.startsWith('[')).length).toBe(4);
  });

  test.each(['null', 'false', '5', '{ toString: () => "" }'])(
    'NODE_OPTIONS that is no string, %s, is no way out',
    (value) => {
      const [builtin, forkless] = NAMES.map((name) =>
        linesOf(
          [FLAG, '--allow-fs-read=*', '--allow-child-process', ...ADDONS, ...NET],
          `const { spawnSync } = require(${JSON.stringify(name)});
         try {
           const { stdout } = spawnSync(process.execPath, ['-p', '!!process.permission'], { env: { NODE_OPTIONS: ${value} } });
           console.log(String(stdout));
         } catch ({ message }) {
           console.log(message);
         }`,
        ),
      );
      expect(forkless).toEqual(builtin);
    },
  );

  test('the environment object of the call stays as it was', () => {
    const lines = linesOf(
      [FLAG, '--allow-fs-read=*', '--allow-child-process', ...ADDONS, ...NET],
      `const { spawn, spawnSync } = require('forkless');
       const env = { PATH: process.env.PATH };
       spawnSync('true', { env });
       spawn('true', { env }).on('close', () => console.log(Object.keys(env).join()));`,
    );
    expect(lines).toEqual(['PATH']);
  });

  test('only reading the package is not enough to load it without addons, which is no crash', () => {
    const { code } = runScript([FLAG, READ, '--allow-child-process'], `require('forkless')`);
    expect(code).toBe(0);
  });
});

const AUDIT = '--permission-audit';

/** Denials are only told there, and nothing is refused. */
(process.allowedNodeEnvironmentFlags.has(AUDIT) ? describe : describe.skip)('where permissions are audited', () => {
  test.each([[[]], [['--allow-child-process']]])('children run, with %j', (flags) => {
    const [builtin, forkless] = NAMES.map((name) =>
      linesOf(
        [AUDIT, '--allow-fs-read=*', ...flags],
        `const { ChildProcess, exec, execFile, execSync, fork, spawn, spawnSync } = require(${JSON.stringify(name)});
         const told = [];
         const tell = (name, value) => {
           told.push([name, value].join(' '));
           if (told.length === 9) for (const line of told.sort()) console.log(line);
         };
         const child = spawn('cat');
         child.on('spawn', () => tell('spawned', child.pid > 0)).on('close', (code) => tell('close', code));
         child.stdout.on('data', (data) => tell('data', String(data)));
         child.stdin.end('text');
         exec('echo exec; exit 3', ({ code }, stdout) => tell('exec', [code, stdout.trim()]));
         execFile('echo', ['file'], (error, stdout) => tell('execFile', [error, stdout.trim()]));
         fork(${JSON.stringify(require.resolve('../ipc/fixtures/run.js'))}, ['() => process.send("sent")', '[]'])
           .on('message', (message) => tell('fork', message));
         const bare = new ChildProcess();
         bare.on('exit', (code) => tell('ChildProcess', code));
         bare.spawn({ file: 'sh', args: ['sh', '-c', 'exit 4'], envPairs: [], stdio: 'ignore' });
         tell('spawnSync', String(spawnSync('echo', ['sync']).stdout).trim());
         tell('execSync', String(execSync('echo sync')).trim());`,
      ),
    );
    expect(forkless).toEqual(builtin);
    expect(builtin).toHaveLength(9);
  });
});

test('without the model nothing is asked', () => {
  const source = `console.log(typeof process.permission);
    require('forkless').spawn('true').on('close', (code) => console.log(code));`;
  expect(linesOf([], source)).toEqual(['undefined', '0']);
});
