// npm run doors: the package as people get it, by every door there is: package managers, bundlers, test runners, other
// runtimes, the types, and the release itself. Words choose: `-- Bun Yarn` tries those that have one of them in their name.

import bundlers from '../doors/cases/bundlers.js';
import frameworks from '../doors/cases/frameworks.js';
import managers from '../doors/cases/managers.js';
import node from '../doors/cases/node.js';
import release from '../doors/cases/release.js';
import runners from '../doors/cases/runners.js';
import runtimes from '../doors/cases/runtimes.js';
import types from '../doors/cases/types.js';
import { openWorkplace, tools } from '../doors/workplace.js';

/**
 * @typedef {object} Door
 * @property {string} name
 * @property {string[]} [needs] packages, each with its version
 * @property {boolean} [isOptional] where those cannot be had, the door is passed over
 * @property {(workplace: import('../doors/workplace.js').Workplace, tool: (...names: string[]) => string) => unknown} run
 *   throws where it does not open; a tool is a path in the folder of those packages
 */

/** @type {Door[]} */
const doors = [node, managers, bundlers, frameworks, runners, runtimes, types].flat();
const words = process.argv.slice(2);
const chosen = doors.filter(({ name }) => words.length === 0 || words.some((word) => name.includes(word)));

const counts = { passed: 0, failed: 0, skipped: 0 };
const WORDS = { passed: 'ok', failed: 'FAILED', skipped: 'skipped' };

/**
 * @param {string} name
 * @param {'passed' | 'failed' | 'skipped'} how
 * @param {number} began
 * @param {unknown} [why]
 */
function tell(name, how, began, why) {
  counts[how]++;
  const seconds = `${((Date.now() - began) / 1000).toFixed(1)} s`;
  console.log(`${WORDS[how].padEnd(8)}${seconds.padStart(7)}  ${name}`);
  // Node shows the line of an error, and those of bundles are long.
  if (why) console.log(String((why instanceof Error && why.stack) || why).replaceAll(/^(.{400}).*$/gm, '$1 ...'));
}

/**
 * @param {Door} door
 * @param {import('../doors/workplace.js').Workplace} workplace
 */
async function enter({ name, needs, isOptional, run }, workplace) {
  const began = Date.now();
  let tool = () => '';
  try {
    if (needs) tool = tools(...needs);
  } catch (error) {
    tell(name, isOptional ? 'skipped' : 'failed', began, error);
    return;
  }
  try {
    await run(workplace, tool);
    tell(name, 'passed', began);
  } catch (error) {
    tell(name, 'failed', began, error);
  }
}

const workplace = await openWorkplace();
try {
  // One after the other: without it there is nothing to install.
  for (const door of release) await enter(door, workplace);
  const rest = workplace.registry.packages.has('forkless') ? [...chosen] : [];
  const next = async () => {
    for (let door = rest.shift(); door; door = rest.shift()) await enter(door, workplace);
  };
  await Promise.all([next(), next()]);
} finally {
  workplace.close();
}
const skipped = counts.skipped > 0 ? `, ${counts.skipped} skipped` : '';
console.log(`${counts.passed} passed, ${counts.failed} failed${skipped}`);
if (counts.failed > 0) process.exitCode = 1;
