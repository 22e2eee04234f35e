'use strict';
// simple-git: the real git, on repositories that the programs make themselves.

const { makeFolder, removeFolder } = require('../helpers/folder.js');
const { onBothWays } = require('./programs.js');

/** What the programs below have: open(options), in a fresh repository with one commit. */
const OPEN = `
  const fs = require('node:fs');
  const path = require('node:path');
  const { simpleGit } = require('simple-git');
  const { GitError, GitPluginError, GitResponseError } = require('simple-git');
  // Nothing of this machine's.
  process.env.HOME = home;
  fs.writeFileSync(path.join(home, '.gitconfig'), '[user]\\nname = Somebody\\nemail = somebody@example.org\\n');
  // The names of the classes are minified, and change with every version.
  const kinds = { GitPluginError, GitResponseError, GitError };
  const kindOf = (error) => Object.keys(kinds).find((name) => error instanceof kinds[name]);
  const open = async (options) => {
    const folder = fs.mkdtempSync(path.join(home, 'repository-'));
    const git = simpleGit({ baseDir: folder, ...options });
    await git.raw('init', '--initial-branch', 'main');
    fs.writeFileSync(path.join(folder, 'a.txt'), 'one\\n');
    await git.add('a.txt');
    const { commit } = await git.commit('First');
    return { git, folder, commit, write: (name, text) => fs.writeFileSync(path.join(folder, name), text) };
  };
`;

/** @param {(open: any, report: any, kindOf: any, home: string) => any} program */
async function withRepository(program) {
  const home = makeFolder();
  try {
    return await onBothWays(`(report, home) => { ${OPEN} return (${program})(open, report, kindOf, home); }`, home);
  } finally {
    removeFolder(home);
  }
}

test('commits, the log, the status and differences', async () => {
  const reports = await withRepository(async (open, report) => {
    const { git, write, commit } = await open();
    report((await git.revparse(['HEAD'])).includes(commit.split(' ').at(-1)));
    write('a.txt', 'one\ntwo\n');
    write('ü b.txt', 'new\n');
    const { modified, not_added, current } = await git.status();
    report({ modified, not_added, current });
    const { changed, insertions, deletions } = await git.diffSummary();
    report({ changed, insertions, deletions });
    report((await git.diff()).split('\n').filter((line) => /^[+-]\w/.test(line)));
    await git.add('.').commit('Second');
    const { total, all } = await git.log();
    report([total, all.map(({ message, author_name }) => [message, author_name])]);
    report((await git.status()).isClean());
    report(await git.show('HEAD~1:a.txt'));
  });
  expect(reports).toEqual([
    true,
    { modified: ['a.txt'], not_added: ['ü b.txt'], current: 'main' },
    { changed: 1, insertions: 1, deletions: 0 },
    ['+two'],
    [
      2,
      [
        ['Second', 'Somebody'],
        ['First', 'Somebody'],
      ],
    ],
    true,
    'one\n',
  ]);
});

test('branches, a merge, and a conflict', async () => {
  const reports = await withRepository(async (open, report, kindOf) => {
    const { git, write } = await open();
    await git.checkoutLocalBranch('other');
    write('a.txt', 'theirs\n');
    await git.commit('Theirs', 'a.txt');
    await git.checkout('main');
    write('b.txt', 'b\n');
    await git.add('b.txt').commit('Beside');
    report((await git.merge(['other'])).result);
    const { all, current } = await git.branchLocal();
    report({ all, current });
    await git.raw('reset', '--hard', 'HEAD~1');
    write('a.txt', 'ours\n');
    await git.commit('Ours', 'a.txt');
    const conflict = await git.merge(['other']).catch((error) => error);
    report([kindOf(conflict), conflict.message, conflict.git.conflicts]);
    report((await git.status()).conflicted);
  });
  expect(reports).toEqual([
    'success',
    { all: ['main', 'other'], current: 'main' },
    ['GitResponseError', expect.stringContaining('CONFLICTS: a.txt'), [expect.objectContaining({ file: 'a.txt' })]],
    ['a.txt'],
  ]);
});

test('what git refuses, and a git that is not there', async () => {
  const reports = await withRepository(async (open, report, kindOf, home) => {
    const { git, folder } = await open();
    const told = (promise) =>
      promise.then(report, (error) => report([kindOf(error), error.message.trim().split('\n')[0]]));
    await told(git.checkout('no-such-branch'));
    await told(git.raw('no-such-command'));
    await told(git.show('HEAD:none'));
    process.env.PATH = home;
    const { simpleGit } = require('simple-git');
    await told(simpleGit(folder).status());
  });
  expect(reports).toEqual([
    ['GitError', "error: pathspec 'no-such-branch' did not match any file(s) known to git"],
    ['GitError', "git: 'no-such-command' is not a git command. See 'git --help'."],
    ['GitError', "fatal: path 'none' does not exist in 'HEAD'"],
    ['GitError', 'Error: spawn git ENOENT'],
  ]);
});

test('clones, pushes and pulls between repositories', async () => {
  const reports = await withRepository(async (open, report, _kindOf, home) => {
    const { simpleGit } = require('simple-git');
    const fs = require('node:fs');
    const { folder } = await open();
    const names = ['bare.git', 'one', 'two'].map((name) => `${fs.mkdtempSync(`${home}/clones-`)}/${name}`);
    await simpleGit().clone(folder, names[0], ['--bare']);
    const [one, two] = await Promise.all(
      names.slice(1).map(async (name) => {
        await simpleGit().clone(names[0], name);
        return simpleGit(name);
      }),
    );
    fs.writeFileSync(`${names[1]}/a.txt`, 'one\ntwo\nthree\n');
    await one.commit('More', 'a.txt');
    const { pushed } = await one.push('origin', 'main');
    report(pushed.length);
    const { files, summary } = await two.pull();
    report({ files, summary });
    await one.addTag('v1');
    await one.pushTags();
    await two.fetch(['--tags']);
    report((await two.tags()).all);
  });
  expect(reports).toEqual([
    expect.any(Number),
    { files: ['a.txt'], summary: { changes: 1, insertions: 2, deletions: 0 } },
    ['v1'],
  ]);
});

test('megabytes of output, and twenty commands at once', async () => {
  const reports = await withRepository(async (open, report) => {
    const { git, write } = await open({ maxConcurrentProcesses: 8 });
    const text = 'a line of a large file ü\n'.repeat(150_000);
    write('large.txt', text);
    await git.add('large.txt');
    await git.commit('Large');
    report((await git.show('HEAD:large.txt')) === text);
    const shown = Array.from({ length: 20 }, (_, at) => git.raw('rev-list', '--count', at % 2 ? 'HEAD' : 'HEAD~1'));
    report((await Promise.all(shown)).map(Number));
  });
  expect(reports).toEqual([true, Array.from({ length: 20 }, (_, at) => (at % 2 ? 2 : 1))]);
});

test('a command that waits forever is stopped by a timeout and by an abort', async () => {
  const reports = await withRepository(async (open, report, kindOf) => {
    const told = (error) => report([kindOf(error), error.message, error.plugin ?? null]);
    const { folder } = await open();
    const { simpleGit } = require('simple-git');
    // It waits for its input, of which there is none.
    await simpleGit(folder, { timeout: { block: 100 } })
      .raw('cat-file', '--batch')
      .catch(told);
    const stop = new AbortController();
    const aborted = simpleGit({ baseDir: folder, abort: stop.signal }).raw('cat-file', '--batch');
    setImmediate(() => stop.abort());
    await aborted.catch(told);
  });
  expect(reports).toEqual([
    ['GitPluginError', 'block timeout reached', 'timeout'],
    ['GitPluginError', 'Abort signal received', 'abort'],
  ]);
});
