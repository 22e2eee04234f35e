// No sandbox: the control of all others.

import { bothThrough } from './report.mjs';

/** @type {import('../scripts/sandboxes.mjs').Sandbox} */
export default {
  name: 'natively',
  run: async (control) => (await bothThrough(control)).verdict,
};
