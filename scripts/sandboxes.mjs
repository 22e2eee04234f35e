// npm run sandboxes: one program of all kinds of starts, on the built-in and on forkless, in each sandbox; the two
// reports must be equal. Sandboxes named as arguments run alone. See ../sandboxes/.

import gdb from '../sandboxes/gdb.mjs';
import gvisor from '../sandboxes/gvisor.mjs';
import natively from '../sandboxes/natively.mjs';
import noChildLists from '../sandboxes/no-child-lists.mjs';
import qemu from '../sandboxes/qemu.mjs';
import { BUILTIN, reportOf } from '../sandboxes/report.mjs';
import { run } from '../sandboxes/run.mjs';
import seccomp from '../sandboxes/seccomp.mjs';
import valgrind from '../sandboxes/valgrind.mjs';

/**
 * @typedef {import('../sandboxes/report.mjs').Report} Report
 * @typedef {import('../sandboxes/report.mjs').Verdict} Verdict
 *
 * @typedef {object} Sandbox
 * @property {string} name
 * @property {() => string | undefined} [provide] installs what it needs; why it cannot
 * @property {() => string[]} [probe] a command that fails where the sandbox does not work on this machine
 * @property {(control: Report) => Promise<Verdict>} run `control`: what the built-in reports outside of all sandboxes
 */

/** @type {Sandbox[]} */
const SANDBOXES = [natively, gvisor, qemu, valgrind, gdb, seccomp, noChildLists];

/**
 * @param {Sandbox} sandbox
 * @param {Report} control
 * @returns {Promise<Verdict | string>} or why it is skipped
 */
async function judge({ provide, probe, run: compare }, control) {
  try {
    const missing = provide?.();
    if (missing) return missing;
    if (probe) {
      const { end, stdout, stderr } = await run(probe(), { limit: 60_000 });
      if (end !== '0') return `the built-in does not work in it: ${end}, ${(stderr || stdout).trim().split('\n')[0]}`;
    }
    return await compare(control);
  } catch (error) {
    return { passed: 0, failed: 1, details: [String(error instanceof Error ? error.stack : error)] };
  }
}

const names = process.argv.slice(2);
const total = { passed: 0, failed: 0, skipped: 0 };
const control = await reportOf(BUILTIN);
for (const sandbox of SANDBOXES.filter(({ name }) => names.length === 0 || names.includes(name))) {
  const began = Date.now();
  process.stdout.write(sandbox.name.padEnd(12));
  const verdict = await judge(sandbox, control);
  if (typeof verdict === 'string') {
    total.skipped++;
    console.log(`skipped: ${verdict}`);
    continue;
  }
  const { passed, failed, details } = verdict;
  const seconds = ((Date.now() - began) / 1000).toFixed(1);
  console.log(`${failed === 0 ? 'ok    ' : 'FAILED'} ${seconds} s, ${passed} passed, ${failed} failed`);
  for (const line of details) console.log(line);
  total.passed += passed;
  total.failed += failed;
}
const skipped = total.skipped > 0 ? `, ${total.skipped} skipped` : '';
console.log(`${total.passed} passed, ${total.failed} failed${skipped}`);
if (total.failed > 0) process.exitCode = 1;
