// The types of node:child_process, and what forkless adds.

export * from 'node:child_process';

/** Whether the native addon is at work; `false` where forkless has fallen back to the built-in. Not enumerable. */
export const native: boolean;

/** Why forkless has fallen back to the built-in; `undefined` where `native` is true. Not enumerable. */
export const reason: string | undefined;
