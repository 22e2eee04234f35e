/// <reference types="node" preserve="true" />
// The types of node:child_process, and what forkless adds.

import type * as builtin from 'node:child_process';

export * from 'node:child_process';

/** Whether the native addon is at work; `false` where forkless has fallen back to the built-in. Not enumerable. */
export const native: boolean;

/** Why forkless has fallen back to the built-in; `undefined` where `native` is true. Not enumerable. */
export const reason: string | undefined;

/** What the functions are without @types/node. A compiler that does not look at libraries would not say a word of it. */
interface TypesOfNodeAreMissing {
  'npm install --save-dev @types/node': never;
}

/** In a tuple, for what cannot be resolved is `any` that goes through all else. */
type Typed<T> = [0] extends [1 & T] ? TypesOfNodeAreMissing : T;

export const exec: Typed<typeof builtin.exec>;
export const execFile: Typed<typeof builtin.execFile>;
export const execFileSync: Typed<typeof builtin.execFileSync>;
export const execSync: Typed<typeof builtin.execSync>;
export const fork: Typed<typeof builtin.fork>;
export const spawn: Typed<typeof builtin.spawn>;
export const spawnSync: Typed<typeof builtin.spawnSync>;
