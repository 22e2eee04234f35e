// npm run bundle: makes of lib/ what is loaded. index.js and fallback.js have what a program pays for with require(),
// calls.js what it pays for with its first child (lib/later.js).

import { renameSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');

const ENTRY = 'lib/index.js';

/** Where calls.js begins: what index.js requires of these, it gets by lib/later.js. */
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
  metafile: true,
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

/**
 * Handles what is required of some modules of lib/ in another way.
 * @param {(path: string) => import('esbuild').OnResolveResult | undefined} resolve gets a path from the root
 * @param {(path: string) => string} [load] makes the modules that `resolve` has put into the namespace `made`
 * @returns {import('esbuild').Plugin}
 */
function redirect(resolve, load = () => '') {
  return {
    name: 'redirect',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^\.\.?\/.*\.js$/ }, ({ path, resolveDir }) =>
        resolve(relative(root, join(resolveDir, path))),
      );
      onLoad({ filter: /.*/, namespace: 'made' }, ({ path }) => ({ contents: load(path), resolveDir: root }));
    },
  };
}

/** @param {string[]} shared modules that calls.js finds in index.js */
const makeIndex = (shared) =>
  build({
    ...COMMON,
    entryPoints: [ENTRY],
    outfile: 'index.js',
    // The addon, beside them or in a package of its own, and its generated loader, which few programs need.
    external: ['./binding.js', './calls.js'],
    plugins: [
      redirect(
        (path) => (LATER.includes(path) || path === 'shared.js' ? { path, namespace: 'made' } : undefined),
        (path) =>
          path === 'shared.js'
            ? `module.exports = {${shared.map((name) => `'${name}': () => require('./${name}')`)}};`
            : `module.exports = require('./lib/later.js')('${path}', require('./shared.js'));`,
      ),
    ],
  });

// What is in it is only known when it was made once.
const { metafile } = await makeIndex([]);
const eager = Object.keys(metafile.inputs).filter((path) => path.startsWith('lib/') && path !== ENTRY);
const index = await makeIndex(eager);
const fallback = await build({ ...COMMON, entryPoints: ['lib/fallback.js'], outfile: 'fallback.js' });
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
  plugins: [redirect((path) => (eager.includes(path) ? { path, external: true } : undefined))],
});

// Programs may be loading the old ones.
const files = [...index.outputFiles, ...fallback.outputFiles, ...calls.outputFiles];
for (const { path, contents } of files) writeFileSync(`${path}.new`, contents);
for (const { path } of files) renameSync(`${path}.new`, path);
