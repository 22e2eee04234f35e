'use strict';
// Options: what they do.

const fs = require('node:fs');
const { pathToFileURL } = require('node:url');
const vm = require('node:vm');
const { closed, describe, story, text, thrownBy } = require('../observe.js');
const { onAll, said } = require('../ways.js');

/** @type {import('../probe.js').Checks} */
module.exports = {
  'options: own ones': ({ module }) =>
    onAll(module, () => ({
      cwd: '/',
      env: { ...process.env, MARK: 'own' },
      argv0: 'other',
      detached: true,
      encoding: 'latin1',
    })),

  'options: those that are null or undefined': ({ module }) =>
    onAll(module, () =>
      Object.fromEntries(
        ['cwd', 'env', 'argv0', 'uid', 'gid', 'timeout', 'maxBuffer', 'killSignal', 'stdio', 'input', 'shell'].map(
          (name, index) => [name, index % 2 ? null : undefined],
        ),
      ),
    ),

  'options: as another class has them': ({ module }) => {
    class Options {
      cwd = '/';
      get argv0() {
        return 'got';
      }
    }
    return onAll(module, () => new Options());
  },

  'options: cwd in all its forms': async ({ module, folder }) => {
    const file = `${folder}/file`;
    fs.writeFileSync(file, '');
    const { protocol, href, hostname, pathname } = pathToFileURL('/usr');
    const foreign = Object.assign(vm.runInNewContext('new (class URL {})'), {
      protocol,
      href,
      hostname,
      pathname,
      host: '',
      origin: 'null',
      search: '',
      hash: '',
    });
    const forms = [
      '/',
      '',
      '.',
      new URL('file:///usr'),
      new URL('https://a.b/c'),
      new URL('file://host/c'),
      foreign,
      Buffer.from('/usr'),
      new Uint8Array([47]),
      '/nowhere',
      file,
    ];
    const results = [];
    for (const cwd of forms) {
      try {
        const child = module.spawn('pwd', { cwd });
        results.push(await story(child));
      } catch (error) {
        results.push(describe(error));
      }
      results.push(thrownBy(() => results.push(String(module.execFileSync('pwd', { cwd })))));
    }
    return require('node:util').inspect(results, { depth: 9 }).replaceAll(folder, 'FOLDER');
  },

  'options: uid and gid': async ({ module }) => [
    await text(module.spawn('id', { uid: 65534, gid: 65534, cwd: '/' }).stdout).catch(describe),
    String(module.spawnSync('id', { gid: 1, cwd: '/' }).stdout),
    thrownBy(() => module.spawn('id', { uid: -1 }).on('error', () => {})),
  ],

  'options: detached': async ({ module }) => {
    const sessionOf = async (/** @type {any} */ options) => {
      const child = module.spawn('cat', options);
      const [, , group, session] = fs
        .readFileSync(`/proc/${child.pid}/stat`, 'latin1')
        .split(') ')[1]
        .split(' ')
        .map(Number);
      child.stdin.end();
      await closed(child);
      return [group === child.pid, session === child.pid];
    };
    return [await sessionOf({}), await sessionOf({ detached: true }), await sessionOf({ detached: false })];
  },

  'options: shells': async ({ module }) => {
    const results = [];
    for (const shell of [true, '/bin/bash', 'bash', '', false, '/nowhere/shell']) {
      results.push(
        await story(module.spawn('echo $0 $((1 + 1))', { shell })),
        await said((done) => module.exec('echo $0', { shell }, done)),
      );
      results.push(thrownBy(() => results.push(String(module.execSync('echo $0', { shell, stdio: 'pipe' })))));
    }
    return results;
  },

  'options: arguments that are no strings': async ({ module }) => {
    const args = [5, null, undefined, true, 5n, ['a', 'b'], { toString: () => 'made' }, ''];
    return [
      await story(module.spawn('printf', ['%s|', ...args])),
      String(module.spawnSync('printf', ['%s|', ...args]).stdout),
      await said((done) => module.execFile('printf', ['%s|', ...args], done)),
      thrownBy(() => module.spawn('printf', ['%s|', Symbol('s')]).on('error', () => {})),
      thrownBy(() => module.spawnSync('printf', ['%s|', Symbol('s')])),
      thrownBy(() => module.spawn('printf', ['%s|', { __proto__: null }]).on('error', () => {})),
    ];
  },

  "options: what is written to the caller's own lists": async ({ module }) => {
    const args = ['a'];
    const stdio = ['ignore'];
    const options = { stdio, execArgv: ['x'], execPath: 'true' };
    await closed(module.spawn('true', args, options));
    const seen = JSON.stringify([args, options]);
    module.spawnSync('true', args, options);
    return [seen, JSON.stringify([args, options])];
  },
};
