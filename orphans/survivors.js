'use strict';
// One tree: started by a host, ended in one of two ways, counted a second later.

const { spawn } = require('node:child_process');
const { randomUUID } = require('node:crypto');
const fs = require('node:fs');
const path = require('node:path');
const { setTimeout: wait } = require('node:timers/promises');

const TREE = ['sh', path.join(__dirname, 'tree.sh')];
const SLEEPERS = 6;
/** Of each process of a tree, by which it is found wherever it has gone. */
const MARK = 'FORKLESS_ORPHANS';
/** Milliseconds from the end to the count. */
const A_SECOND = 1000;
const PAUSE = 20;
/** Milliseconds that a tree has to be there, and a host to do what it is told. */
const PATIENCE = 30_000;

/** Every process with a mark that has not ended. @param {string} mark @returns {{ pid: number, name: string }[]} */
function marked(mark) {
  return fs.readdirSync('/proc').flatMap((pid) => {
    if (!/^\d+$/.test(pid)) return [];
    try {
      // A zombie's is empty.
      if (!fs.readFileSync(`/proc/${pid}/environ`, 'latin1').split('\0').includes(`${MARK}=${mark}`)) return [];
      return [{ pid: Number(pid), name: fs.readFileSync(`/proc/${pid}/comm`, 'latin1').trim() }];
    } catch {
      // It has ended meanwhile, or is another user's.
      return [];
    }
  });
}

/** @param {string} mark */
const sleepers = (mark) => marked(mark).filter(({ name }) => name === 'sleep').length;

/**
 * @param {string} what
 * @param {() => boolean} holds
 */
async function until(what, holds) {
  for (const end = Date.now() + PATIENCE; !holds(); await wait(PAUSE)) {
    if (Date.now() > end) throw new Error(`${what}: not within ${PATIENCE / 1000} s`);
  }
}

/** Sends SIGKILL to whoever is left. @param {string} mark @returns {boolean} whether nobody was */
function sweep(mark) {
  const left = marked(mark);
  for (const { pid } of left) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It has ended meanwhile.
    }
  }
  return left.length === 0;
}

/**
 * @param {string[]} host to which the command is added
 * @param {'kill' | 'host'} way the host is told to kill the tree, or is killed itself
 * @returns {Promise<number>} how many sleepers are left
 */
async function countSurvivors([file, ...args], way) {
  const mark = randomUUID();
  // Should we be interrupted, none of them stays.
  const sweepAtExit = () => sweep(mark);
  process.on('exit', sweepAtExit);
  const child = spawn(file, [...args, ...TREE], { env: { ...process.env, [MARK]: mark }, stdio: 'pipe' });
  let complaint = '';
  child.stderr.on('data', (data) => {
    complaint += data;
  });
  child.stdin.on('error', () => {});
  /** @type {Promise<string>} */
  const ended = new Promise((resolve) => {
    child.on('error', ({ message }) => resolve(message));
    child.on('exit', (code, signal) => resolve(`the host has ended with ${code ?? signal}`));
  });
  const told = new Promise((resolve) => child.stdout.once('data', resolve));
  try {
    const end = await Promise.race([ended, until('the tree is there', () => sleepers(mark) === SLEEPERS)]);
    if (end) throw new Error(end);
    if (way === 'kill') child.stdin.write('kill\n');
    else child.kill('SIGKILL');
    await Promise.race(way === 'kill' ? [told, ended] : [ended]);
    await wait(A_SECOND);
    return sleepers(mark);
  } catch (error) {
    throw new Error(`${error instanceof Error ? error.message : error}\n${complaint}`);
  } finally {
    child.kill('SIGKILL');
    await until('nobody is left', () => sweep(mark));
    process.off('exit', sweepAtExit);
  }
}

module.exports = { countSurvivors, SLEEPERS };
