'use strict';
// Who starts the tree, and how each is told to end it. Fetches what is not there.

const path = require('node:path');
const { fetchNode, fetchPackages, fetchProgram } = require('../scripts/fetch.js');

/**
 * @typedef {object} Contestant
 * @property {string} name
 * @property {string} kill by what it ends the tree
 * @property {() => { command: string[], version: string }} find a host, which takes the words of a command; throws where it
 *   cannot be had
 * @property {boolean} [isOurs] who must leave nobody
 */

/** execa 10 takes Node 22. */
const NODE_OF_EXECA = '24';

/** @param {string} name */
const host = (name) => path.join(__dirname, 'hosts', `${name}.mjs`);

/** @param {string} folder of a package @returns {string} */
const versionIn = (folder) => require(path.join(folder, 'package.json')).version;

/** A host on the running Node. @param {string} name */
const onNode = (name) => () => ({ command: [process.execPath, host(name)], version: process.version });

/** @param {string} name @param {string[]} flags */
const onBun =
  (name, ...flags) =>
  () => {
    const program = fetchProgram('bun', '1', 'bin/bun.exe');
    return { command: [program, ...flags, host(name)], version: versionIn(path.join(program, '../..')) };
  };

/** @type {Contestant[]} */
const contestants = [
  { name: 'node:child_process', kill: 'kill()', find: onNode('built-in') },
  { name: 'node:child_process, detached', kill: 'process.kill(-pid)', find: onNode('group') },
  {
    name: 'execa, killDescendants',
    kill: 'kill()',
    find() {
      const folder = path.join(fetchPackages(['execa@10']), 'node_modules/execa');
      const command = [fetchNode(NODE_OF_EXECA), host('execa'), path.join(folder, 'index.js')];
      return { command, version: versionIn(folder) };
    },
  },
  {
    name: 'tree-kill',
    kill: 'treeKill(pid)',
    find: () => ({ ...onNode('tree-kill')(), version: require('tree-kill/package.json').version }),
  },
  { name: 'Bun, detached', kill: 'process.kill(-pid)', find: onBun('bun-group') },
  { name: 'bun --no-orphans', kill: 'process.exit()', find: onBun('bun-exit', '--no-orphans') },
  {
    name: 'Deno',
    kill: 'kill()',
    find() {
      const program = fetchProgram('deno', '2', 'deno');
      return { command: [program, 'run', '--allow-all', host('deno')], version: versionIn(path.dirname(program)) };
    },
  },
  {
    name: 'forkless, killDescendants and dieWithParent',
    kill: 'kill()',
    find: () => ({ ...onNode('forkless')(), version: require('../package.json').version }),
    isOurs: true,
  },
];

module.exports = { contestants };
