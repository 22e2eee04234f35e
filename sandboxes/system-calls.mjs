// Which system calls a start and an end make, by strace(1): those of the program's threads, and of each child until it
// is another program.

import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { scratch } from '../scripts/suites.mjs';
import { provide } from './debian.mjs';
import { BUILTIN, FORKLESS, reportOf } from './report.mjs';

/**
 * The names, sorted, of what either module makes after the first case has been reported.
 * @returns {Promise<string[] | undefined>} undefined where there is no strace
 */
export async function systemCalls() {
  if (provide('strace')) return undefined;
  const names = new Set();
  for (const module of [BUILTIN, FORKLESS]) {
    const file = join(scratch, 'strace');
    const { end, output } = await reportOf(module, { through: ['strace', '-f', '-o', file] });
    if (end !== '0') throw new Error(`strace ended with ${end}: ${output}`);
    for (const name of namesIn(readFileSync(file, 'utf8'))) names.add(name);
    rmSync(file);
  }
  return [...names].sort();
}

/** A folder that the program makes when its module is loaded, before the first case. */
const BEGIN = 'forkless-starts-';

/** @param {string} trace what `strace -f -o` wrote */
function namesIn(trace) {
  const calls = callsIn(trace);
  const strangers = strangersIn(calls);
  const begin = calls.findIndex(({ text }) => text.includes(BEGIN));
  const ours = calls.slice(begin).filter(({ pid }, index) => (strangers.get(pid) ?? Infinity) >= begin + index);
  return new Set(ours.map(({ name }) => name));
}

/**
 * @typedef {{ pid: string, name: string, text: string }} Call
 *
 * @param {string} trace
 * @returns {Call[]} in the order of their returns
 */
function callsIn(trace) {
  /** By thread, the call that strace broke off. @type {Map<string, string>} */
  const begun = new Map();
  const calls = [];
  for (const line of trace.split('\n')) {
    const [, pid = '', rest = ''] = line.match(/^(\d+) +(.*)$/) ?? [];
    const resumed = rest.match(/^<\.\.\. \w+ resumed>(.*)$/);
    const text = resumed ? `${begun.get(pid)}${resumed[1]}` : rest;
    const [, name] = text.match(/^(\w+)\(/) ?? [];
    if (text.endsWith('<unfinished ...>')) begun.set(pid, text);
    if (name) calls.push({ pid, name, text });
  }
  return calls;
}

/**
 * From which of the calls on a process runs another program: its own exec, or 0 where such a program made it.
 * @param {Call[]} calls
 */
function strangersIn(calls) {
  /** @type {Map<string, number>} */
  const strangers = new Map();
  const [root] = calls;
  calls.forEach(({ pid, name, text }, index) => {
    const [, result] = text.match(/ = (\d+)$/) ?? [];
    if (name === 'execve' && result === '0' && pid !== root.pid) strangers.set(pid, strangers.get(pid) ?? index + 1);
    if (/^(clone3?|v?fork)$/.test(name) && result && strangers.has(pid)) strangers.set(result, 0);
  });
  return strangers;
}
