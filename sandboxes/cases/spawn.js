'use strict';
// What a child is given: stdio, folder, environment, ids, name, session.

const assert = require('node:assert');
const fs = require('node:fs');
const path = require('node:path');
const { codeOf, running, story } = require('./story.js');

/** @type {import('../starts.js').Cases} */
module.exports = {
  'pipes that nobody uses': ({ module }) => story(module.spawn('true')),

  'output of one': ({ module }) => story(module.spawn('echo', ['one', 'two words', ''])),

  'input through cat': ({ module }) => {
    const child = module.spawn('cat');
    child.stdin.end('fed');
    return story(child);
  },

  'both outputs and an exit code': ({ module }) => story(module.spawn('sh', ['-c', 'echo out; echo err >&2; exit 42'])),

  ignore: ({ module }) => story(module.spawn('sh', ['-c', 'read line || exit 3'], { stdio: 'ignore' })),

  inherit: ({ module }) => {
    const same = '[ "$(readlink /proc/$$/fd/2)" = "$(readlink /proc/$PPID/fd/2)" ] && exit 7';
    return story(module.spawn('sh', ['-c', same], { stdio: 'inherit' }));
  },

  'an fd of ours': async ({ module, folder }) => {
    const file = path.join(folder, 'output');
    const fd = fs.openSync(file, 'w');
    const code = await codeOf(module.spawn('echo', ['to a file'], { stdio: ['ignore', fd, 'inherit'] }));
    fs.closeSync(fd);
    return [code, fs.readFileSync(file, 'utf8')];
  },

  'a fourth pipe': async ({ module }) => {
    const child = module.spawn('sh', ['-c', 'echo three >&3'], { stdio: ['ignore', 'ignore', 'ignore', 'pipe'] });
    let text = '';
    child.stdio[3].on('data', (chunk) => {
      text += chunk;
    });
    return [await codeOf(child), text];
  },

  'two fds that change places': async ({ module, folder }) => {
    const names = ['first', 'second'].map((name) => path.join(folder, name));
    const fds = names.map((name) => fs.openSync(name, 'w'));
    const child = module.spawn('sh', ['-c', 'echo one; echo two >&2'], { stdio: ['ignore', fds[1], fds[0]] });
    const code = await codeOf(child);
    fds.forEach(fs.closeSync);
    return [code, ...names.map((name) => fs.readFileSync(name, 'utf8'))];
  },

  cwd: ({ module }) => story(module.spawn('pwd', { cwd: '/usr' })),

  env: ({ module }) => story(module.spawn('env', { env: { PATH: '/usr/bin:/bin', EMPTY: '', SPACED: 'a b' } })),

  'the environment as it is now': async ({ module }) => {
    process.env.FORKLESS_STARTS = 'set late';
    const seen = await story(module.spawn('printenv', ['FORKLESS_STARTS']));
    delete process.env.FORKLESS_STARTS;
    return seen;
  },

  "the child's own PATH": ({ module, folder }) => {
    fs.writeFileSync(path.join(folder, 'found-in-path'), '#!/bin/sh\necho found\n', { mode: 0o755 });
    return story(module.spawn('found-in-path', { env: { PATH: `/nowhere:${folder}` } }));
  },

  argv0: ({ module }) => story(module.spawn('sh', ['-c', 'echo $0'], { argv0: 'another-name' })),

  'a script without #!': ({ module, folder }) => {
    const file = path.join(folder, 'plain-script');
    fs.writeFileSync(file, 'echo by sh $1\n', { mode: 0o755 });
    return story(module.spawn(file, ['argument']));
  },

  'a shell': ({ module }) => story(module.spawn('echo $((6 * 7)) | cat', { shell: true })),

  detached: async ({ module }) => {
    const { child, end } = await running(module, { detached: true });
    // The groups 0 and 1 mean others than it.
    assert(child.pid > 1);
    // There is a group of its number only where it leads one.
    process.kill(-child.pid, 'SIGKILL');
    return end;
  },

  'another user and group': ({ module }) => {
    if (process.getuid?.() !== 0) return 'only root can';
    const show = 'id -u; id -g; echo $(grep ^Groups: /proc/self/status)';
    return story(module.spawn('sh', ['-c', show], { uid: 12345, gid: 23456, cwd: '/' }));
  },
};
