// npm run bundle: makes of lib/ what is loaded. index.js and fallback.js have what a program pays for with require(),
// calls.js what it pays for with its first child (lib/later.js).

import { renameSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');

/** Where calls.js begins: what index.js gets by lib/later.mjs. */
const LATER = [
  'lib/api/exec.js',
  'lib/api/fork.js',
  'lib/api/spawn.js',
  'lib/api/sync.js',
  'lib/process/life.js',
  'lib/unavailable.js',
];

const BANNER = '// Made of lib/ by scripts/bundle.mjs.';

const COMMON = /** @satisfies {import('esbuild').BuildOptions} */ ({
  write: false,
  absWorkingDir: root,
  bundle: true,
  platform: 'node',
  format: 'cjs',
  target: 'node18.17',
  // Less to read; names and lines stay, for those who read a stack trace or the line that Node prints of an error.
  minifyWhitespace: true,
  lineLimit: 120,
  banner: { js: BANNER },
  logLevel: 'error',
});

/** The ES modules are in index.js, and what calls.js requires is given to it: see `share` there. @type {import('esbuild').Plugin} */
const shared = {
  name: 'shared',
  setup({ onResolve }) {
    onResolve({ filter: /^\.\.?\/.*\.mjs$/ }, ({ path, resolveDir }) => ({
      path: relative(root, join(resolveDir, path)),
      external: true,
    }));
  },
};

// The addon, beside them or in a package of its own, and its generated loader, which few programs need.
const external = ['./binding.js', './calls.js'];
const index = await build({ ...COMMON, entryPoints: ['lib/index.mjs'], outfile: 'index.js', external });
const fallback = await build({ ...COMMON, entryPoints: ['lib/fallback.mjs'], outfile: 'fallback.js' });
const calls = await build({
  ...COMMON,
  stdin: {
    contents: LATER.map((path) => `exports['${path}'] = () => require('./${path}');`).join('\n'),
    resolveDir: root,
  },
  outfile: 'calls.js',
  // What it requires it is to be given.
  banner: { js: `${BANNER}\nmodule.exports = function (exports, require) {` },
  footer: { js: '};' },
  plugins: [shared],
});

// Programs may be loading the old ones.
const files = [...index.outputFiles, ...fallback.outputFiles, ...calls.outputFiles];
for (const { path, contents } of files) writeFileSync(`${path}.new`, contents);
for (const { path } of files) renameSync(`${path}.new`, path);
