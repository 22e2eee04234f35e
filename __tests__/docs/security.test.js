'use strict';
// What the page on security says: that the tests that it names are there, and what no other test holds.

const fs = require('node:fs');
const path = require('node:path');
const { makeFolder, removeFolder } = require('../helpers/folder.js');
const { describeEach, forkless } = require('../helpers/modules.js');
const { reportsOf } = require('../helpers/program.js');
const { linesOf, ROOT } = require('../helpers/script.js');
const { PAGES, readPage } = require('./page.js');

const page = readPage(PAGES.security);

let folder;
beforeAll(() => {
  folder = makeFolder();
});
afterAll(() => removeFolder(folder));

/** Each test that the page names: the file, and the test's name in it. */
const named = [...page.matchAll(/\]\((\.\.\/(?:__tests__|tests)\/[^)]+)\)((?:,?\s+"[^"]+")*)/g)].flatMap(
  ([, file, names]) => [...names.matchAll(/"([^"]+)"/g)].map(([, name]) => [name.replace(/\s+/g, ' '), file]),
);

describe('each test that the page names is there', () => {
  test.each(named)('%j in %s', (name, file) => {
    const source = fs.readFileSync(path.join(path.dirname(PAGES.security), file), 'utf8');
    const quoted = [`'${name.replaceAll("'", "\\'")}'`, `"${name}"`, `fn ${name}(`];
    expect(quoted.filter((text) => source.includes(text))).toHaveLength(1);
  });

  test('each paragraph of tests was read', () => {
    expect(named.length).toBeGreaterThan(40);
    expect(new Set(named.map(([, file]) => file)).size).toBe(
      new Set(page.match(/\.\.\/(__tests__|tests)\/[\w./-]+/g)).size,
    );
  });

  test('each promise names one', () => {
    const [promises] = page.split('\n## What forkless does not promise');
    const items = promises.split(/\n(?=- \*\*)/).slice(1);
    expect(items.length).toBeGreaterThan(25);
    for (const item of items) expect(item).toContain('\n  Tests: [');
  });

  test('each file of the sources that it names is there', () => {
    const files = page.match(/(?<=`)(lib|src)\/[\w/.-]+(?=`)/g);
    expect(files.length).toBeGreaterThan(3);
    for (const file of files) expect(fs.existsSync(path.join(ROOT, file))).toBe(true);
  });
});

/** The flag of this Node, where it has it. */
const has = (flag) => (process.allowedNodeEnvironmentFlags.has(flag) ? [flag] : []);
const MODEL = ['--permission', '--allow-addons', '--allow-net'].flatMap(has);
const DROPS =
  MODEL.includes('--permission') &&
  linesOf(['--permission'], 'console.log(typeof process.permission.drop)')[0] === 'function';

(DROPS ? test : test.skip)('a permission that is dropped is gone for the next start', () => {
  const [builtin, forkless] = ['node:child_process', 'forkless'].map((name) =>
    linesOf(
      [...MODEL, '--allow-fs-read=*', '--allow-child-process'],
      `const { spawn, spawnSync } = require(${JSON.stringify(name)});
       const attempt = (start) => {
         try { return start(); } catch (error) { return error.code; }
       };
       const tell = () => {
         console.log(attempt(() => spawnSync('true').status));
         console.log(attempt(() => spawn('true').on('close', (code) => console.log('close', code)).pid > 0));
       };
       console.log(require('forkless').native);
       tell();
       process.permission.drop('child');
       tell();`,
    ),
  );
  expect(forkless).toEqual(builtin);
  expect(forkless).toEqual(['true', '0', 'true', 'ERR_ACCESS_DENIED', 'ERR_ACCESS_DENIED', 'close 0']);
});

describeEach('a handle from a child', (module) => {
  test('a server that a child sends stays open until it is closed', async () => {
    const reports = await reportsOf(module, ({ fork }, report) => {
      const code = `const server = require('node:net').createServer().listen(0, '127.0.0.1', () => {
        process.send(server.address().port, server, () => process.disconnect());
        server.close();
      });`;
      const child = fork('module', { execPath: process.execPath, execArgv: ['-e', code] });
      let server;
      let port;
      child.on('message', (message, handle) => {
        [port, server] = [message, handle];
      });
      child.on('exit', (code) => {
        const client = require('node:net').connect(port, '127.0.0.1', () => {
          report([code, server.listening]);
          client.destroy();
          server.close();
        });
        client.on('error', (error) => report(error.code));
      });
    });
    expect(reports).toEqual([[0, true]]);
  });
});

describe.each([
  ['native', {}],
  ['without native code', { flags: ['--no-addons'], env: { FORKLESS_REQUIRE_NATIVE: undefined } }],
])('what forkless adds, %s', (_name, options) => {
  test('an option that cannot be had throws, and starts nothing', async () => {
    const reports = await reportsOf(
      forkless,
      ({ execFileSync, spawn, supports }, report, file) => {
        const attempt = (feature, start) => {
          try {
            start('touch', [file], { [feature]: feature === 'drainTimeout' ? 0 : true });
            return 'starts';
          } catch (error) {
            return [error.code, error.feature];
          }
        };
        report(attempt('pty', spawn));
        report(attempt('sandbox', execFileSync));
        report(require('node:fs').existsSync(file));
        for (const feature of ['drainTimeout', 'killDescendants', 'dieWithParent']) {
          const outcome = attempt(feature, execFileSync);
          report(supports(feature) === (outcome === 'starts'));
          report(supports(feature) === require('node:fs').existsSync(file));
          require('node:fs').rmSync(file, { force: true });
        }
      },
      { ...options, args: [path.join(folder, _name)] },
    );
    const code = 'ERR_FEATURE_UNAVAILABLE_ON_PLATFORM';
    expect(reports).toEqual([[code, 'pty'], [code, 'sandbox'], false, true, true, true, true, true, true]);
  });

  test('an option on a polluted prototype counts for nothing beside one that is named', async () => {
    const reports = await reportsOf(
      forkless,
      ({ spawn, spawnSync }, report) => {
        // The parent of the shell is this program where there is no keeper between the two.
        const line = ['-c', 'echo $PPID'];
        Object.assign(Object.prototype, { killDescendants: true, dieWithParent: true });
        const results = [spawnSync('sh', line), spawnSync('sh', line, { timeout: 20_000 })];
        const child = spawn('sh', line, { drainTimeout: 20_000 });
        for (const name of ['killDescendants', 'dieWithParent']) delete Object.prototype[name];
        for (const { stdout } of results) report(Number(stdout) === process.pid);
        report(child.containment);
        child.stdout.on('data', (data) => report(Number(data) === process.pid));
      },
      options,
    );
    expect(reports).toEqual([true, true, 'none', true]);
  });

  test('an option on a polluted prototype counts for nothing', async () => {
    const reports = await reportsOf(
      forkless,
      ({ spawn, spawnSync }, report) => {
        const names = { drainTimeout: 0, forceKillAfterDelay: 0, killDescendants: true };
        Object.assign(Object.prototype, names);
        report(spawnSync('true', {}).status);
        Object.prototype.input = 'from somebody else';
        // It ignores SIGTERM, and leaves somebody behind who has its stdout.
        const script = 'trap "" TERM; echo ready; cat; { read line <&3; echo "$line"; } & exit';
        const child = spawn('sh', ['-c', script], { stdio: ['pipe', 'pipe', 'inherit', 'pipe'] });
        for (const name of [...Object.keys(names), 'input']) delete Object.prototype[name];
        let text = '';
        child.stdout.on('data', (data) => {
          text += data;
        });
        child.stdout.once('data', () => {
          child.kill();
          child.stdin.end('ours\n');
        });
        child.on('exit', () => child.stdio[3].end('after the exit\n'));
        child.on('close', (code, signal) => report([code, signal, text]));
      },
      options,
    );
    expect(reports).toEqual([0, [0, null, 'ready\nours\nafter the exit\n']]);
  });
});

test('the package runs nothing at its installation and depends on no other', () => {
  const { scripts, dependencies } = require('../../package.json');
  expect(Object.keys(scripts).filter((name) => /^(pre|post)?install$|^prepare$/.test(name))).toEqual([]);
  expect(dependencies).toBeUndefined();
});
