// npm run platforms: builds the addon for the platforms beside this one and runs the smoke test and the tour on each.
// Platforms named as arguments run alone. `--all` runs Jest as well: all of it in a root, a chosen part in a machine.
// See ../platforms/.

import { basename } from 'node:path';
import { parseArgs } from 'node:util';
import { build, builtFolder } from '../platforms/build.mjs';
import { CHOSEN } from '../platforms/chosen.mjs';
import { removeOthers, takeKept } from '../platforms/kept.mjs';
import { nodeName } from '../platforms/node.mjs';
import { makeRoots, rootNames, whyNoRoots } from '../platforms/roots.mjs';
import { TARGETS } from '../platforms/targets.mjs';
import { treeName } from '../platforms/tree.mjs';
import { tryTarget } from '../platforms/try.mjs';
import { plainCounts } from './suites.mjs';

/** @typedef {import('../platforms/targets.mjs').Target} Target */

const { values: flags, positionals: names } = parseArgs({
  allowPositionals: true,
  options: { all: { type: 'boolean', default: false } },
});
const targets = TARGETS.filter(({ name }) => names.length === 0 || names.includes(name));
const total = { passed: 0, failed: 0 };

/**
 * Runs one part and tells how it ended.
 * @param {string} name
 * @param {() => Promise<{ passed: number, failed: number, output: string }>} part
 */
async function run(name, part) {
  const began = Date.now();
  const { passed, failed, output } = await part().catch((error) => ({ passed: 0, failed: 1, output: error.stack }));
  const seconds = ((Date.now() - began) / 1000).toFixed(0);
  console.log(
    `${name.padEnd(20)}${failed === 0 ? 'ok    ' : 'FAILED'} ${seconds} s, ${passed} passed, ${failed} failed`,
  );
  if (failed > 0) console.log(output);
  total.passed += passed;
  total.failed += failed;
  return failed === 0;
}

/** @param {Target} target */
async function built(target) {
  const output = await build(target);
  return output === undefined ? { passed: 1, failed: 0, output: '' } : { passed: 0, failed: 1, output };
}

/** @param {Target} target */
async function tried(target) {
  const files = target.place === 'chroot' ? [] : CHOSEN;
  const { status, output } = await tryTarget(target, flags.all ? files : undefined);
  const { passed, failed } = plainCounts(output);
  // What does not come to its end has failed, whatever it counted.
  const broken = failed === 0 && (status !== '0' || passed === 0);
  return { passed, failed: broken ? 1 : failed, output: `${output}\nended with ${status}` };
}

/** @returns {string | undefined} why there are none */
function takenRoots() {
  const busy = takeKept();
  if (busy) throw new Error(busy);
  return makeRoots();
}

async function main() {
  const reason = whyNoRoots() ?? takenRoots();
  if (reason) {
    console.log(`skipped: ${reason}`);
    console.log(`0 passed, 0 failed, ${targets.length} skipped`);
    return;
  }
  const byTarget = TARGETS.flatMap((target) => [
    nodeName(target),
    treeName(target),
    `system-${target.name}`,
    `${target.name}.log`,
  ]);
  removeOthers(['lock', 'addons', basename(builtFolder()), 'cargo', 'images', 'overlay', ...rootNames(), ...byTarget]);
  for (const target of targets) {
    if (await run(`build ${target.name}`, () => built(target))) await run(target.name, () => tried(target));
  }
  console.log(`${total.passed} passed, ${total.failed} failed`);
  if (total.failed > 0) process.exitCode = 1;
}

await main();
