'use strict';
// Where the addon cannot load: the built-in, said so; or an error, if that is demanded.

const fs = require('node:fs');
const path = require('node:path');
const { makeFolder, removeFolder } = require('./helpers/folder.js');
const { linesOf, ROOT, runScript } = require('./helpers/script.js');

const DEMANDED = { env: { FORKLESS_REQUIRE_NATIVE: '1' } };

/** Prints what is to be seen of a fallback, after the module is in `forkless`. */
const SHOW = `
  const cp = require('child_process');
  console.log(forkless.native);
  console.log(Object.keys(forkless).every((key) => forkless[key] === cp[key]));
  console.log(Object.keys(forkless).join() === Object.keys(cp).join());
  console.log(Object.getOwnPropertyDescriptor(forkless, 'native').enumerable);`;
const SHOWN = ['false', 'true', 'true', 'false'];

describe('--no-addons', () => {
  test('the built-in, and no try to load the addon', () => {
    expect(linesOf(['--no-addons'], `const forkless = require('forkless'); ${SHOW}`)).toEqual(SHOWN);
  });

  test('by import', () => {
    const lines = linesOf(
      ['--no-addons', '--input-type=module'],
      `import forkless, { spawn } from 'forkless'; import cp from 'child_process';
       console.log(forkless.native, spawn === cp.spawn);`,
    );
    expect(lines).toEqual(['false true']);
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

  test('the generated loader is not read', () => {
    const source = `require('forkless');
      console.log(Object.keys(require.cache).some((file) => file.endsWith('binding.js')));`;
    expect(linesOf([], source)).toEqual(['false']);
  });

  test('the generated loader is asked when its variables are set', () => {
    const [addon] = fs.readdirSync(ROOT).filter((name) => name.endsWith('.node'));
    const env = { NAPI_RS_NATIVE_LIBRARY_PATH: path.join(ROOT, addon) };
    const source = `console.log(require('forkless').native);
      console.log(Object.keys(require.cache).some((file) => file.endsWith('binding.js')));`;
    expect(linesOf([], source, { env })).toEqual(['true', 'true']);
    const { code, stderr } = runScript([], source, {
      env: { ...DEMANDED.env, NAPI_RS_NATIVE_LIBRARY_PATH: '/no/such/addon.node' },
    });
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
    const all = ['index.js', 'fallback.js', 'register.js', 'package.json', 'calls.js', 'binding.js'];
    for (const name of all) {
      fs.copyFileSync(path.join(ROOT, name), at(name));
    }
  });
  afterAll(() => removeFolder(folder));
  const addon = () =>
    `forkless.linux-${process.arch}-${process.report.getReport().header.glibcVersionRuntime ? 'gnu' : 'musl'}.node`;

  const load = () => `const forkless = require(${JSON.stringify(folder)}); ${SHOW}`;

  test('missing: the built-in', () => {
    expect(linesOf([], load())).toEqual(SHOWN);
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
    const { code, stderr } = runScript([], load(), DEMANDED);
    expect(code).toBe(1);
    expect(stderr).toContain('Reason:');
    fs.rmSync(at(addon()));
  });

  test('register changes nothing, and children work', () => {
    const lines = linesOf(
      [],
      `const before = require('child_process').spawn;
       require(${JSON.stringify(at('register.js'))});
       const { spawn } = require('child_process');
       console.log(spawn === before);
       spawn('sh', ['-c', 'exit 6']).on('close', (code) => console.log(code));`,
    );
    expect(lines).toEqual(['true', '6']);
  });
});
