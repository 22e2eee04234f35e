'use strict';
// Programs that npm packages carry: other Nodes and other runtimes. Fetched once, into folders for
// temporary files, outside this tree.

const { spawnSync } = require('node:child_process');
const { existsSync, mkdirSync, renameSync, rmSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { join } = require('node:path');

/**
 * @param {string} command
 * @param {string[]} args
 * @param {string} [cwd]
 * @returns {string} what it wrote to stdout
 */
function run(command, args, cwd) {
  const { status, error, stdout } = spawnSync(command, args, {
    cwd,
    encoding: 'utf8',
    maxBuffer: 1 << 26,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (error) throw error;
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${status}\n${stdout}`);
  return stdout;
}

/**
 * Makes a folder by way of another name, so that it is there whole or not at all.
 * @param {string} folder
 * @param {(unfinished: string) => void} fill
 */
function make(folder, fill) {
  if (existsSync(folder)) return;
  const unfinished = `${folder}.${process.pid}`;
  mkdirSync(unfinished, { recursive: true });
  fill(unfinished);
  // Another run may have been quicker.
  if (existsSync(folder)) rmSync(unfinished, { recursive: true });
  else renameSync(unfinished, folder);
}

/**
 * @param {string} name of a package
 * @param {string} version
 * @param {string} file the program in it
 * @param {string} [folder] to keep it in
 * @returns {string} the program's path
 */
function fetchProgram(name, version, file, folder = join(tmpdir(), `forkless-${name}`, version)) {
  make(folder, (unfinished) => {
    const args = ['install', '--prefix', unfinished, '--no-save', '--no-audit', '--no-fund', `${name}@${version}`];
    run('npm', args, unfinished);
  });
  return join(folder, 'node_modules', name, file);
}

/**
 * Several in one folder.
 * @param {string[]} packages each with its version
 * @returns {string} the folder, which has a node_modules
 */
function fetchPackages(packages) {
  const name = packages.join('+').replace(/[^\w@.+-]/g, '-');
  const folder = join(tmpdir(), 'forkless-tools', name);
  make(folder, (unfinished) => {
    run('npm', ['install', '--prefix', unfinished, '--no-save', '--no-audit', '--no-fund', ...packages], unfinished);
  });
  return folder;
}

/**
 * @param {string} version
 * @param {string} [folder]
 */
function fetchNode(version, folder = join(tmpdir(), 'forkless-nodes', version)) {
  return fetchProgram(`node-linux-${process.arch}`, version, 'bin/node', folder);
}

module.exports = { fetchNode, fetchPackages, fetchProgram, make, run };
