// qemu-user: Node translated instruction by instruction, as in Docker's builds for another machine; vfork is fork
// there. The children are native programs.

import { provide } from './debian.mjs';
import { bothThrough, oneStart, sum } from './report.mjs';
import { noSubreaper } from './trees.mjs';

const EMULATOR = process.arch === 'arm64' ? 'qemu-aarch64' : 'qemu-x86_64';

/** @type {import('../scripts/sandboxes.mjs').Sandbox} */
export default {
  name: 'qemu-user',
  provide: () => provide(EMULATOR, 'qemu-user'),
  probe: () => oneStart([EMULATOR]),
  run: async (control) => {
    const through = [EMULATOR];
    const { verdict } = await bothThrough(control, { through });
    return sum([verdict, await noSubreaper({ through })]);
  },
};
