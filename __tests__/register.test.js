'use strict';
// forkless/register: in the built-in's place, for all ways to have taken it.

const fs = require('node:fs');
const path = require('node:path');
const { makeFolder, removeFolder } = require('./helpers/folder.js');
const { linesOf, ROOT, runScript } = require('./helpers/script.js');

const REQUIRE = ['--require', 'forkless/register'];
const IMPORT = ['--import', 'forkless/register'];
const MODULE = ['--input-type=module'];

/** Whether a child is forkless's: its class is. */
const CHECK = `const forkless = require('forkless');
  const ours = (child) => child instanceof forkless.ChildProcess;`;

describe.each([
  ['--require', REQUIRE],
  ['--import', IMPORT],
])('%s forkless/register', (_name, flags) => {
  test.each(['child_process', 'node:child_process'])("require('%s')", (name) => {
    const lines = linesOf(
      flags,
      `${CHECK} const cp = require('${name}');
       console.log(Object.keys(forkless).every((key) => cp[key] === forkless[key]));
       cp.spawn('sh', ['-c', 'exit 3']).on('close', function (code) { console.log(code, ours(this)); });`,
    );
    expect(lines).toEqual(['true', '3 true']);
  });

  test('import of names, of the default and of all', () => {
    const lines = linesOf(
      [...flags, ...MODULE],
      `import { spawn, ChildProcess } from 'node:child_process';
       import byDefault from 'child_process';
       import * as all from 'node:child_process';
       import forkless from 'forkless';
       console.log([spawn, byDefault.spawn, all.spawn].every((one) => one === forkless.spawn));
       console.log(ChildProcess === forkless.ChildProcess);
       spawn('true').on('close', (code) => console.log(code));`,
    );
    expect(lines).toEqual(['true', 'true', '0']);
  });

  test('dynamic import', () => {
    const lines = linesOf(
      flags,
      `${CHECK} import('child_process').then(({ spawn }) => console.log(spawn === forkless.spawn));`,
    );
    expect(lines).toEqual(['true']);
  });

  test('exec, execFile, fork and the blocking ones are replaced as they are in forkless', () => {
    const names = ['exec', 'execFile', 'execFileSync', 'execSync', 'fork', 'spawnSync', '_forkChild'];
    const lines = linesOf(
      flags,
      `${CHECK} const cp = require('child_process');
       for (const name of ${JSON.stringify(names)}) console.log(cp[name] === forkless[name]);`,
    );
    expect(lines).toEqual(names.map(() => 'true'));
  });

  test('the keys of the module stay what they were', () => {
    const script = `console.log(JSON.stringify(Object.keys(require('child_process'))))`;
    expect(linesOf(flags, script)).toEqual(linesOf([], script));
  });
});

test('who has taken the module object earlier has the new functions', () => {
  const lines = linesOf(
    [],
    `const before = require('child_process');
     const original = before.spawn;
     require('forkless/register');
     const forkless = require('forkless');
     console.log(before.spawn === forkless.spawn, original === forkless.spawn);
     before.spawn('sh', ['-c', 'exit 4']).on('close', function (code) {
       console.log(code, this instanceof forkless.ChildProcess);
     });`,
  );
  expect(lines).toEqual(['true false', '4 true']);
});

test('who has imported it earlier, too', () => {
  const lines = linesOf(
    MODULE,
    `import { spawn } from 'node:child_process';
     import * as all from 'child_process';
     const before = spawn;
     await import('forkless/register');
     const { default: forkless } = await import('forkless');
     console.log(before === forkless.spawn, spawn === forkless.spawn, all.spawn === forkless.spawn);`,
  );
  expect(lines).toEqual(['false true true']);
});

test('twice is once', () => {
  const lines = linesOf(
    [...REQUIRE, ...IMPORT],
    `require('forkless/register');
     ${CHECK} const { spawn } = require('child_process');
     console.log(spawn === forkless.spawn);
     spawn('/nowhere/x').on('error', (error) => console.log(error.code));`,
  );
  expect(lines).toEqual(['true', 'ENOENT']);
});

test('wrong arguments give the errors of Node, and do not go around in circles', () => {
  const script = `const { spawn } = require('child_process');
    for (const args of [[1], ['true', 1], ['true', [], { cwd: 1 }], ['true', [], { stdio: 'x' }], ['true', ['\\0']]]) {
      try { spawn(...args); } catch (error) { console.log(error.code, error.message); }
    }`;
  expect(linesOf(REQUIRE, script)).toEqual(linesOf([], script));
});

test('a wrapper that somebody puts around spawn is left in its place', () => {
  const lines = linesOf(
    REQUIRE,
    `const cp = require('child_process');
     const { spawn } = cp;
     cp.spawn = (...args) => { console.log('wrapped'); return spawn(...args); };
     require('forkless/register');
     cp.spawn('true').on('close', (code) => console.log(code));`,
  );
  expect(lines).toEqual(['wrapped', '0']);
});

describe('programs with dependencies', () => {
  let folder;
  beforeAll(() => {
    folder = makeFolder();
    fs.mkdirSync(path.join(folder, 'node_modules', 'dependency'), { recursive: true });
    fs.writeFileSync(
      path.join(folder, 'node_modules', 'dependency', 'index.js'),
      `const { spawn } = require('child_process'); module.exports = () => spawn('sh', ['-c', 'exit 5']);`,
    );
    fs.writeFileSync(
      path.join(folder, 'node_modules', 'dependency', 'index.mjs'),
      `import { spawn } from 'child_process'; export default () => spawn('sh', ['-c', 'exit 6']);`,
    );
  });
  afterAll(() => removeFolder(folder));

  test('they run on forkless as well', () => {
    const register = path.join(ROOT, 'register.js');
    const lines = linesOf(
      ['--require', register],
      `const { ChildProcess } = require(${JSON.stringify(ROOT)});
       const tell = function (code) { console.log(code, this instanceof ChildProcess); };
       require('dependency')().on('close', function (code) {
         tell.call(this, code);
         import(${JSON.stringify(path.join(folder, 'node_modules', 'dependency', 'index.mjs'))}).then((one) => one.default().on('close', tell));
       });`,
      { cwd: folder },
    );
    expect(lines).toEqual(['5 true', '6 true']);
  });

  test('workers inherit it', () => {
    const lines = linesOf(
      REQUIRE,
      `const { Worker } = require('worker_threads');
       const source = "const { spawn } = require('child_process'); const { ChildProcess } = require('forkless');"
         + "spawn('sh', ['-c', 'exit 7']).on('close', function (code) { require('worker_threads').parentPort.postMessage([code, this instanceof ChildProcess]); });";
       new Worker(source, { eval: true }).on('message', (message) => console.log(message.join(' ')));`,
    );
    expect(lines).toEqual(['7 true']);
  });
});

test('NODE_OPTIONS carries it into children', () => {
  const lines = linesOf(
    [],
    `const { spawn } = require('child_process');
     spawn(process.execPath, ['-p', "require('child_process').spawn === require('forkless').spawn"], { stdio: 'inherit' });`,
    { env: { NODE_OPTIONS: '--require forkless/register' } },
  );
  expect(lines).toEqual(['true']);
});

test('a copy of forkless that comes later is the one that was registered', () => {
  const lines = linesOf(
    REQUIRE,
    `const first = require('child_process').spawn;
     for (const key of Object.keys(require.cache)) delete require.cache[key];
     const second = require('forkless');
     console.log(first === second.spawn, require('forkless/package.json').name);
     try { second.spawn(1); } catch (error) { console.log(error.code); }
     second.spawn('sh', ['-c', 'exit 8']).on('close', (code) => console.log(code));`,
  );
  expect(lines).toEqual(['true forkless', 'ERR_INVALID_ARG_TYPE', '8']);
});

test('without the addon it changes nothing', () => {
  const { code, stdout } = runScript(
    ['--no-addons', ...REQUIRE],
    `const { spawn } = require('child_process'); console.log(require('forkless').native);
     spawn('sh', ['-c', 'exit 9']).on('close', (code) => console.log(code));`,
  );
  expect([code, stdout]).toEqual([0, 'false\n9\n']);
});

test('over functions that somebody has wrapped before, and left without a promise form', () => {
  const lines = linesOf(
    [],
    `const cp = require('child_process');
     const { exec } = cp;
     cp.exec = (...args) => exec(...args);
     require('forkless/register');
     require('node:util').promisify(cp.exec)('echo here').then(({ stdout }) => console.log(stdout.trim()));`,
  );
  expect(lines).toEqual(['here']);
});

test('a program that has required forkless before has that one in place', () => {
  const source = `const forkless = require('forkless'), before = { ...forkless };
    require('forkless/register');
    const builtin = require('child_process');
    console.log(Object.keys(before).every((key) => builtin[key] === before[key]), require('forkless') === forkless);
    // exec goes through execFile as the program has it by then.
    builtin.execFile = () => console.log('replaced');
    forkless.exec('true');`;
  expect(linesOf([], source)).toEqual(['true true', 'replaced']);
});

test('a copy of another realm is not put in place, as that of an earlier test file in Jest', () => {
  const source = `const builtin = require('child_process');
    const foreign = require('node:vm').runInNewContext('({ spawn() {} })');
    Object.defineProperty(builtin, Symbol.for('forkless.first'), { value: foreign, configurable: true });
    const forkless = require('forkless');
    require('forkless/register');
    console.log(forkless.native, builtin.spawn === forkless.spawn, builtin.fork === forkless.fork);`;
  expect(linesOf([], source)).toEqual(['true true true']);
});
