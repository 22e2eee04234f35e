'use strict';
// Grandchildren that hold what a child had, and live on when it has ended. They tell who they are in a file.

const { readFileSync, rmSync } = require('node:fs');
const path = require('node:path');
const { makeFolder, removeFolder } = require('./folder.js');
const { isAlive, kill } = require('./proc.js');
const { until } = require('./until.js');

class Strangers {
  /** Has the pid of each, one a line. */
  file;

  /** @param {string} folder of the test */
  constructor(folder) {
    this.file = path.join(folder, 'strangers');
  }

  /**
   * A line of a shell script that leaves one behind.
   * @param {string} [command] what it does, for longer than any test takes; with its redirections
   */
  leave = (command = 'sleep 600') => `${command} & echo $! >> '${this.file}'\n`;

  /** The last line of one whose child lives on itself. */
  get stay() {
    return `echo $$ >> '${this.file}'; exec sleep 600`;
  }

  get pids() {
    try {
      return readFileSync(this.file, 'utf8').trim().split('\n').map(Number);
    } catch {
      return [];
    }
  }

  /** How many of them live. */
  get alive() {
    return this.pids.filter(isAlive).length;
  }

  /** Ends all, and waits for that. */
  async end() {
    for (const pid of this.pids.filter(isAlive)) kill(pid);
    await until(() => this.alive === 0);
    rmSync(this.file, { force: true });
  }
}

/**
 * For a file of tests, with a folder of its own: after each test they are gone, and after all of them the folder.
 * @returns {{ folder: string, strangers: Strangers }}
 */
function strangersInFolder() {
  const folder = makeFolder();
  const strangers = new Strangers(folder);
  afterEach(() => strangers.end());
  afterAll(() => removeFolder(folder));
  return { folder, strangers };
}

module.exports = { strangersInFolder };
