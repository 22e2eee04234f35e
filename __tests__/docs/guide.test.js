'use strict';
// The guide's examples: each is taken out of the page, runs on both modules, and prints what stands behind it.

const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { output } = require('../helpers/children.js');
const { makeFolder, removeFolder } = require('../helpers/folder.js');
const { builtin } = require('../helpers/modules.js');
const { WAYS } = require('../helpers/program.js');
const { until } = require('../helpers/until.js');
const { fencedBlocks, PAGES, readPage } = require('./page.js');

const page = readPage(PAGES.guide);
const blocks = fencedBlocks(page);

/** The examples, in their order: what is saved, and where it is a program and not its child, what that prints. */
const files = blocks.flatMap(({ language, text }, index) => {
  if (language !== 'js') return [];
  const name = /^\/\/ ([\w-]+\.js)\n/.exec(text)?.[1];
  const next = blocks[index + 1];
  const prints = next?.language === 'text' && next.info !== undefined ? next : undefined;
  return [{ name, text, prints }];
});
const programs = files.filter(({ prints }) => prints);
const children = files.filter(({ prints }) => !prints);

/** What appears in a file later: the blocks that are named after one. */
const written = blocks.filter(({ language, info }) => language === 'text' && info.endsWith('.txt'));

/** Git sees nothing of this machine's settings. */
const GIT = { HOME: '/nowhere', GIT_CONFIG_NOSYSTEM: '1', GIT_DIR: undefined, GIT_WORK_TREE: undefined };

/** The repository that the examples speak of, with the examples in it. */
function makeRepository() {
  const folder = makeFolder();
  const git = (args, name = 'nobody') => {
    const who = { GIT_AUTHOR_NAME: name, GIT_AUTHOR_EMAIL: name, GIT_COMMITTER_NAME: name, GIT_COMMITTER_EMAIL: name };
    execFileSync('git', args, { cwd: folder, env: { ...process.env, ...GIT, ...who }, stdio: 'pipe' });
  };
  git(['init']);
  for (const [name, message] of [
    ['Ada', 'Read two numbers'],
    ['Ada', 'Print the sum'],
    ['Grace', 'Check the input'],
  ]) {
    git(['commit', '--allow-empty', '--message', message], name);
  }
  for (const { name, text } of files) fs.writeFileSync(path.join(folder, name), text);
  return folder;
}

let folder;
beforeAll(() => {
  folder = makeRepository();
});
afterAll(() => removeFolder(folder));

const sortLines = (text) => text.split('\n').sort().join('\n');

describe.each(WAYS)('on %s', (_way, flags) => {
  test.each(programs.map(({ name, prints }) => [name, prints]))('%s', async (name, { text, info }) => {
    const child = builtin.spawn(process.execPath, [...flags, name], {
      cwd: folder,
      env: { ...process.env, ...GIT, FORKLESS_REQUIRE_NATIVE: '1' },
      timeout: 50_000,
      killSignal: 'SIGKILL',
    });
    const { stdout, ...end } = await output(child);
    // Where two children run at once, chance decides which is first.
    const order = info === 'sorted' ? sortLines : String;
    expect({ ...end, stdout: order(stdout) }).toEqual({ code: 0, signal: null, stderr: '', stdout: order(text) });
  });

  test.each(written.map(({ info, text }) => [info, text]))('%s is written', async (name, text) => {
    const file = path.join(folder, name);
    expect(await until(() => fs.readFileSync(file, 'utf8') === text)).toBe(true);
    fs.rmSync(file);
  });
});

describe('the page', () => {
  test('each example names its file, and no two the same', () => {
    const names = files.map(({ name }) => name);
    expect(names).not.toContain(undefined);
    expect(new Set(names).size).toBe(names.length);
    expect(programs.length).toBeGreaterThan(20);
  });

  test('an example that is not run is the child of one that is', () => {
    for (const { name } of children) {
      expect(programs.filter(({ text }) => text.includes(`'${name}'`))).toHaveLength(1);
    }
  });

  test('each block with an output stands behind an example, or names the file that it is in', () => {
    const texts = blocks.filter(({ language }) => language === 'text');
    expect(texts.length).toBe(programs.length + written.length);
  });

  test('the table of Windows has each command of the examples', () => {
    const rows = page.match(/(?<=^\| `)[a-z]+/gm);
    const called = files.flatMap(
      ({ text }) => text.match(/(?<=\b(spawn|exec|execFile)(Sync)?\(')[a-z]+(?=[' ])/g) ?? [],
    );
    expect(called).toContain('sleep');
    for (const command of new Set(called)) {
      if (command !== 'git' && command !== 'no') expect(rows).toContain(command);
    }
  });
});
