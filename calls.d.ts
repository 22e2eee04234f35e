// Of calls.js, which scripts/bundle.mjs makes of lib/.

/** Each part adds its modules to `exports`, by their paths. What they require it asks `require` for. */
declare const calls: ((exports: Record<string, () => unknown>, require: (name: string) => unknown) => void)[];
export = calls;
