// gdb with a breakpoint in the parent, which must still be there after every start: where memory is shared with a child
// that gdb does not know of, it takes the breakpoint out of both, or the child runs into it.

import { provide } from './debian.mjs';
import { bothThrough, oneStart, sum } from './report.mjs';

/** Hit twice after each case: starts.js calls it then, and nobody else does. */
const FUNCTION = 'umask';
const HITS_A_CASE = 2;

const SETTINGS = [
  'set debuginfod enabled off',
  'set print thread-events off',
  'set print inferior-events off',
  'set breakpoint pending on',
  'set follow-fork-mode parent',
  'set detach-on-fork on',
  'handle all nostop noprint pass',
];
const COMMANDS = [
  ...SETTINGS,
  `break ${FUNCTION}`,
  // It counts, and does not stop.
  'ignore 1 1000000',
  'run',
  'info breakpoints',
];

const THROUGH = ['gdb', '-nx', '-q', '-batch', ...COMMANDS.flatMap((command) => ['-ex', command]), '--args'];

/** @param {import('./report.mjs').Report} report */
const hits = ({ output }) => Number(output.match(/breakpoint already hit (\d+) times/)?.[1] ?? 0);

/** gdb counts a hit once more where another thread's event comes in between (145 of 144, one run of eight). */
const COUNTED_TWICE = 2;

/** gdb's own exit code says nothing of the program's. @param {import('./report.mjs').Report} report */
const endedWell = ({ output }) => /^\[Inferior 1 .* exited normally\]$/m.test(output);

/** @type {import('../scripts/sandboxes.mjs').Sandbox} */
export default {
  name: 'gdb',
  provide: () => provide('gdb'),
  probe: () => oneStart(THROUGH),
  run: async (control) => {
    const { verdict, builtin, forkless } = await bothThrough(control, { through: THROUGH, flags: ['--mark'] });
    const wanted = HITS_A_CASE * control.results.size;
    const checks = [builtin, ...(forkless ? [forkless] : [])].map((report, index) => {
      const [whose, count] = [['built-in', 'forkless'][index], hits(report)];
      const details = [];
      if (count < wanted || count > wanted + COUNTED_TWICE)
        details.push(`  ${whose}: the breakpoint was hit ${count} times, not ${wanted}`);
      if (!endedWell(report)) details.push(`  ${whose}: the program did not end well`);
      return { passed: 2 - details.length, failed: details.length, details };
    });
    return sum([verdict, ...checks]);
  },
};
