// npm run orphans: who of a tree of six sleepers is left a second after its end, and a second after SIGKILL of the
// program that has started it, by whoever starts it. Fails where forkless leaves anybody. Words choose: `-- Bun execa`.

import { writeFileSync } from 'node:fs';
import { cpus, release, type } from 'node:os';
import { join, relative } from 'node:path';
import { contestants } from '../orphans/contestants.js';
import { countSurvivors, SLEEPERS } from '../orphans/survivors.js';
import { root } from './suites.mjs';

/**
 * @typedef {object} Row
 * @property {string} name
 * @property {string} version
 * @property {string} by what ends the tree
 * @property {number} killed who is left then
 * @property {number} hostKilled who is left after SIGKILL of the host
 */

const words = process.argv.slice(2);
const chosen = contestants.filter(({ name }) => words.length === 0 || words.some((word) => name.includes(word)));
const counts = { passed: 0, failed: 0, skipped: 0 };

for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) process.on(signal, () => process.exit(1));

/**
 * @param {import('../orphans/contestants.js').Contestant} contestant
 * @returns {Promise<Row[]>} none where it cannot be measured
 */
async function measure({ name, kill, find, isOurs }) {
  let found;
  try {
    found = find();
  } catch (error) {
    counts.skipped++;
    console.log(`${name}: skipped, it cannot be had: ${String(error).split('\n')[0]}`);
    return [];
  }
  try {
    const killed = await countSurvivors(found.command, 'kill');
    const hostKilled = await countSurvivors(found.command, 'host');
    counts[isOurs && killed + hostKilled > 0 ? 'failed' : 'passed']++;
    return [{ name, version: found.version, by: kill, killed, hostKilled }];
  } catch (error) {
    counts.failed++;
    console.log(`${name}: ${error instanceof Error ? error.message : error}`);
    return [];
  }
}

/** As docs/guide.md has it. @param {Row[]} rows */
function printTable(rows) {
  console.log(`| started by | version | ended by | left of ${SLEEPERS} | left after SIGKILL of the host |`);
  console.log('|---|---|---|---:|---:|');
  for (const { name, version, by, killed, hostKilled } of rows) {
    console.log(`| ${[name, version, `\`${by}\``, killed, hostKilled].join(' | ')} |`);
  }
}

/** @param {Row[]} rows */
function save(rows) {
  const machine = {
    node: process.version,
    kernel: `${type()} ${release()}`,
    cpu: cpus()[0]?.model,
    cores: cpus().length,
  };
  const file = join(root, 'orphans', 'latest.json');
  writeFileSync(file, `${JSON.stringify({ date: new Date().toISOString(), machine, rows }, undefined, 2)}\n`);
  console.log(`Written to ${relative(process.cwd(), file)}`);
}

if (process.platform === 'linux') {
  /** @type {Row[]} */
  const rows = [];
  for (const contestant of chosen) rows.push(...(await measure(contestant)));
  printTable(rows);
  if (words.length === 0) save(rows);
} else {
  counts.skipped++;
  console.log('skipped: it looks for survivors in /proc');
}
const skipped = counts.skipped > 0 ? `, ${counts.skipped} skipped` : '';
console.log(`${counts.passed} passed, ${counts.failed} failed${skipped}`);
if (counts.failed > 0) process.exitCode = 1;
