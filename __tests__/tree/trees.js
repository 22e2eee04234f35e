'use strict';
// Trees of processes. Each carries a word in its environment, by which all of it is found wherever it has gone.

const fs = require('node:fs');
const { builtin } = require('../helpers/modules.js');
const { compileProgram } = require('../helpers/compile.js');
const { isAlive, kill, statOf } = require('../helpers/proc.js');
const { makeFolder, removeFolder } = require('../helpers/folder.js');
const { until } = require('../helpers/until.js');

const NAME = 'FORKLESS_TEST_TREE';
const isRoot = process.getuid?.() === 0;

/** The pids of all processes that are no zombies. */
const running = () => fs.readdirSync('/proc').filter((name) => /^\d+$/.test(name) && isAlive(name));

/** @param {string | number} pid */
function environmentOf(pid) {
  try {
    return fs.readFileSync(`/proc/${pid}/environ`, 'latin1');
  } catch {
    return '';
  }
}

class Tree {
  static #count = 0;
  /** @type {Tree[]} */
  static all = [];
  word = `${NAME}=${process.pid}-${++Tree.#count}-`;

  constructor() {
    Tree.all.push(this);
  }

  /** For the options of its first process. @param {Record<string, string | undefined>} [more] */
  env(more) {
    return { ...process.env, ...more, [NAME]: this.word.slice(NAME.length + 1) };
  }

  /** The pids of all of it that run. */
  alive() {
    const found = running().filter((pid) => environmentOf(pid).includes(this.word));
    return found.map(Number).sort((a, b) => a - b);
  }

  /** Waits until it has so many. @param {number} count */
  async grown(count) {
    expect(await until(() => this.alive().length === count)).toBe(true);
  }

  /**
   * The same where none is a shell, or about to become another program: those are counted, too.
   * @param {number} count
   */
  async settled(count) {
    const isOnItsWay = (/** @type {number} */ pid) => {
      const { name, state } = statOf(pid) ?? { name: 'sh' };
      return name === 'setsid' || name === 'setpriv' || (name === 'sh' && state !== 'T');
    };
    const isSettled = (/** @type {number[]} */ pids) => pids.length === count && !pids.some(isOnItsWay);
    expect(await until(() => isSettled(this.alive()) && isSettled(this.alive()))).toBe(true);
  }

  /** Waits until nobody is left; gives who is left all the same. */
  async gone() {
    let left = this.alive();
    await until(() => {
      left = this.alive();
      return left.length === 0;
    });
    return left;
  }

  kill() {
    // Who is killed may have started another just before.
    for (let round = 0; round < 100; round++) {
      const pids = this.alive();
      if (pids.length === 0) return;
      for (const pid of pids) kill(pid);
    }
  }
}

/** The keeper of a child: its parent. @param {number | undefined} pid */
const keeperOf = (pid) => statOf(/** @type {number} */ (pid))?.parent;

/** The keepers that we are the parent of. */
const ownKeepers = () =>
  running().filter((pid) => {
    const stat = statOf(pid);
    return stat?.parent === process.pid && stat.name === 'forkless-keeper';
  });

/** In shell words, what leaves one process that goes its own way; the shell itself goes on. */
const WAYS = {
  plain: 'sleep 600 &',
  setsid: 'setsid sleep 600 &',
  'double fork': '(sleep 600 &)',
  'double fork, setsid': '(setsid sleep 600 &)',
  'setsid -f': 'setsid -f sleep 600',
  'double fork, setsid, double fork': '(setsid sh -c "(setsid sleep 600 &)" &)',
  'ignores signals': '(trap "" HUP INT QUIT TERM USR1 USR2 PIPE ALRM; setsid sleep 600 &)',
  stopped: '(setsid sh -c "kill -STOP \\$\\$; sleep 600" &)',
  ...(isRoot && {
    "another user's": 'setpriv --reuid 12345 --regid 12345 --clear-groups setsid -f sleep 600',
    'in a pid namespace': 'setsid unshare -pf --kill-child sleep 600 &',
  }),
};

/** How many processes there are of such a way. */
const countOf = (/** @type {string} */ way) => (way === 'in a pid namespace' ? 2 : 1);

/** What leaves one of each. */
const ALL_WAYS = Object.values(WAYS).join('\n');
const ALL = Object.keys(WAYS).reduce((sum, way) => sum + countOf(way), 0);

/** @type {string | undefined} */
let folder;
/** @type {string | undefined} */
let program;

/** The program of fixtures/offspring.rs. */
function offspring() {
  folder ??= makeFolder();
  program ??= compileProgram(folder, 'offspring.rs');
  return program;
}

/** Nothing of a tree outlives its file. */
afterAll(() => {
  for (const tree of Tree.all) tree.kill();
  if (folder) removeFolder(folder);
});

/** A process that is nobody's of a tree, and is to live. */
function startDecoy() {
  const child = builtin.spawn('sleep', ['600'], { stdio: 'ignore' });
  return { isAlive: () => isAlive(/** @type {number} */ (child.pid)), end: () => child.kill('SIGKILL'), child };
}

module.exports = { ALL, ALL_WAYS, Tree, WAYS, countOf, isRoot, keeperOf, offspring, ownKeepers, startDecoy };
