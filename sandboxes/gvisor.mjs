// gVisor: a kernel of its own, in Go, which has not all of Linux.

import { join } from 'node:path';
import { scratch } from '../scripts/suites.mjs';
import { provide } from './debian.mjs';
import { bothThrough, oneStart, sum } from './report.mjs';
import { noSubreaper } from './trees.mjs';

const THROUGH = [
  'runsc',
  // Nothing stays in the system's own folder when it is killed.
  `--root=${join(scratch, 'runsc')}`,
  '--platform=ptrace',
  '--network=none',
  '--ignore-cgroups',
  ...(process.getuid?.() === 0 ? [] : ['--rootless']),
  'do',
];

/** @type {import('../scripts/sandboxes.mjs').Sandbox} */
export default {
  name: 'gVisor',
  provide: () => provide('runsc'),
  probe: () => oneStart(THROUGH),
  run: async (control) => {
    const { verdict } = await bothThrough(control, { through: THROUGH });
    return sum([verdict, await noSubreaper({ through: THROUGH })]);
  },
};
