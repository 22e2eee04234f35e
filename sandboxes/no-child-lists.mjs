// A kernel without CONFIG_PROC_CHILDREN, as the keeper sees it: strace(1) refuses it the list of its children, and it has
// to look at all processes.

import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { scratch } from '../scripts/suites.mjs';
import { provide } from './debian.mjs';
import { oneStart, sum } from './report.mjs';
import { treesEnd } from './trees.mjs';

/** What the keeper opens, and nobody else. */
const LIST = '/proc/thread-self/children';
const TRACE = join(scratch, 'no-child-lists');
const THROUGH = [
  ...['strace', '-f', '--seccomp-bpf', '-o', TRACE, '-P', LIST],
  ...['-e', 'trace=openat', '-e', 'inject=openat:error=ENOENT'],
];

/** @type {import('../scripts/sandboxes.mjs').Sandbox} */
export default {
  name: 'no lists',
  provide: () => provide('strace'),
  probe: () => oneStart(THROUGH),
  run: async () => {
    const verdict = await treesEnd({ through: THROUGH });
    const count = readFileSync(TRACE, 'utf8').match(/\(INJECTED\)$/gm)?.length ?? 0;
    rmSync(TRACE);
    if (count > verdict.passed) return verdict;
    // Then this was a kernel with the list.
    return sum([verdict, { passed: 0, failed: 1, details: [`  the list was refused ${count} times`] }]);
  },
};
