// No sandbox: the control of all others.

import { bothThrough, sum } from './report.mjs';
import { treesEnd } from './trees.mjs';

/** @type {import('../scripts/sandboxes.mjs').Sandbox} */
export default {
  name: 'natively',
  run: async (control) => sum([(await bothThrough(control)).verdict, await treesEnd()]),
};
