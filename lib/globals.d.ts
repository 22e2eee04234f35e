/** The version of this package, in dist/ alone: scripts/bundle.mjs puts it in. */
declare const PACKAGE_VERSION: string | undefined;

/** `module` of the file that this is bundled into. */
declare const nodeModule: NodeJS.Module | undefined;

/** All of its properties are named, be it to say `undefined`: so none of native code's can be forgotten. */
type Whole<T> = { [K in keyof Required<T>]: T[K] };
