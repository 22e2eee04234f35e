// A kernel without CONFIG_PROC_CHILDREN, as the keeper sees it: strace(1) refuses it the list of its children, and it has
// to look at all processes. The built-in has no keeper, so the reference is the same program without that.

import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { scratch } from '../scripts/suites.mjs';
import { provide } from './debian.mjs';
import { compare, FORKLESS, oneStart, reportOf, sum } from './report.mjs';

/** What the keeper opens, and nobody else. */
const LIST = '/proc/thread-self/children';
const TRACE = join(scratch, 'no-child-lists');
const through = [
  ...['strace', '-f', '--seccomp-bpf', '-o', TRACE, '-P', LIST],
  ...['-e', 'trace=openat', '-e', 'inject=openat:error=ENOENT'],
];

/** @type {import('../scripts/sandboxes.mjs').Sandbox} */
export default {
  name: 'no lists',
  provide: () => provide('strace'),
  probe: () => oneStart(through),
  run: async () => {
    const program = 'trees.js';
    const [listed, unlisted] = [await reportOf(FORKLESS, { program }), await reportOf(FORKLESS, { program, through })];
    const verdict = compare(listed, unlisted, ['with the list', 'without']);
    const count = readFileSync(TRACE, 'utf8').match(/\(INJECTED\)$/gm)?.length ?? 0;
    rmSync(TRACE);
    if (listed.end === '0' && count > listed.results.size) return verdict;
    // Then this was a kernel with the list.
    return sum([verdict, { passed: 0, failed: 1, details: [`  the list was refused ${count} times`] }]);
  },
};
