// Of calls.js, which scripts/bundle.mjs makes of lib/.

/** Adds its modules to `exports`, by their paths. What they require it asks `require` for. */
declare function calls(exports: Record<string, () => unknown>, require: (name: string) => unknown): void;
export = calls;
