'use strict';
// The guide's examples: each is taken out of the page, runs on both modules, or as forkless's own with native code
// and without, and prints what stands behind it.

const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { output } = require('../helpers/children.js');
const { makeFolder, removeFolder } = require('../helpers/folder.js');
const { builtin } = require('../helpers/modules.js');
const { WAYS } = require('../helpers/program.js');
const { ROOT } = require('../helpers/script.js');
const { until } = require('../helpers/until.js');
const { fencedBlocks, PAGES, readPage } = require('./page.js');

const page = readPage(PAGES.guide);
const blocks = fencedBlocks(page);

/** The examples, in their order: what is saved, and where it is a program and not its child, what that prints. */
const files = blocks.flatMap(({ language, info, text }, index) => {
  if (language !== 'js') return [];
  const name = /^\/\/ ([\w-]+\.js)\n/.exec(text)?.[1];
  const [needed = '0'] = info.match(/(?<=^Node )\d+$/) ?? [];
  const needsNative = info === 'native';
  return [
    { name, text, prints: outputsAfter(index), isOurs: text.includes("require('forkless')"), needed, needsNative },
  ];
});
const programs = files.filter(({ prints }) => prints.length > 0);
const children = files.filter(({ prints }) => prints.length === 0);

/** @param {number} index of an example */
function outputsAfter(index) {
  const behind = blocks.slice(index + 1);
  const end = behind.findIndex((block) => block.language !== 'text' || isFile(block));
  return end < 0 ? behind : behind.slice(0, end);
}

/** What forkless adds, as an example has it. */
const ADDED = [
  'drainTimeout:',
  'forceKillAfterDelay:',
  '.exited',
  '.stop(',
  'await using ',
  'input:',
  '.resourceUsage()',
  'error.cause',
  'supports(',
  'killDescendants: true',
  "killDescendants: 'exit'",
  'dieWithParent:',
  '.killTree(',
  '.descendants()',
  '.containment',
];

/** What an example prints that is another without native code. */
const FALLBACK = 'without native code';

/** What appears in a file later: the blocks that are named after one. */
const written = blocks.filter(isFile);

/** @param {{ language: string, info: string }} block */
function isFile({ language, info }) {
  return language === 'text' && info.endsWith('.txt');
}

/** Those that know nothing of forkless run on both modules, those that require it with native code and without. */
const RUNS = [
  ...WAYS.map(([title, flags]) => ({ title: `on ${title}`, flags, isOurs: false, isNative: true })),
  { title: 'of forkless', flags: [], isOurs: true, isNative: true },
  { title: `of forkless ${FALLBACK}`, flags: ['--no-addons'], isOurs: true, isNative: false },
];

const [major] = process.versions.node.split('.');

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
  fs.mkdirSync(path.join(folder, 'node_modules'));
  fs.symlinkSync(ROOT, path.join(folder, 'node_modules', 'forkless'));
  return folder;
}

let folder;
beforeAll(() => {
  folder = makeRepository();
});
afterAll(() => removeFolder(folder));

const sortLines = (text) => text.split('\n').sort().join('\n');

describe.each(RUNS)('$title', ({ flags, isOurs, isNative }) => {
  const examples = programs.filter(
    (program) =>
      program.isOurs === isOurs && Number(program.needed) <= Number(major) && (isNative || !program.needsNative),
  );

  test.each(examples.map(({ name, prints }) => [name, prints]))('%s', async (name, prints) => {
    const { text, info } = (!isNative && prints.find((block) => block.info === FALLBACK)) || prints[0];
    const child = builtin.spawn(process.execPath, [...flags, name], {
      cwd: folder,
      env: { ...process.env, ...GIT, FORKLESS_REQUIRE_NATIVE: isNative ? '1' : undefined },
      timeout: 50_000,
      killSignal: 'SIGKILL',
    });
    const { stdout, ...end } = await output(child);
    // Where two children run at once, chance decides which is first.
    const order = info === 'sorted' ? sortLines : String;
    expect({ ...end, stdout: order(stdout) }).toEqual({ code: 0, signal: null, stderr: '', stdout: order(text) });
  });

  if (isOurs) return;
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
    expect(texts.length).toBe(programs.flatMap(({ prints }) => prints).length + written.length);
    for (const { name, prints } of programs) {
      expect([name, ...prints.slice(1).map(({ info }) => info)]).toEqual(prints[1] ? [name, FALLBACK] : [name]);
    }
  });

  test('each thing that forkless adds has an example', () => {
    const ours = files.filter(({ isOurs }) => isOurs).map(({ text }) => text);
    for (const name of ADDED) expect(ours.filter((text) => text.includes(name))).not.toEqual([]);
  });

  test("README's table has each thing that forkless adds", () => {
    const rows = readPage(path.join(ROOT, 'README.md')).match(/(?<=^\| )`.*?(?= \|)/gm);
    const words = new Set(ADDED.flatMap((name) => name.match(/[a-z]\w+(?=:|$|\()/i) ?? []));
    expect(words.size).toBeGreaterThan(8);
    for (const word of words) expect([word, rows?.some((row) => row.includes(word))]).toEqual([word, true]);
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
