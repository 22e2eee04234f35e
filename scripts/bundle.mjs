// npm run bundle: makes of lib/ what is loaded. index.js has what a program pays for with require(), calls.js
// what it pays for with its first child (lib/later.mjs).

import { renameSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');

/**
 * The parts of calls.js, by what they are entered by: each is compiled with the first call that needs it. What several
 * need is one more.
 */
const PARTS = [
  ['lib/api/exec.js', 'lib/api/spawn.js', 'lib/process/life.js'],
  ['lib/api/sync.js'],
  ['lib/api/fork.js', 'lib/ipc/attach.js'],
  ['lib/unavailable.js'],
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
 * A part, which is given what it requires of other parts and of index.js.
 * @param {string[]} names of the modules that others get of it
 * @param {string[]} elsewhere those of other parts
 */
const makePart = (names, elsewhere) =>
  build({
    ...COMMON,
    stdin: {
      contents: names.map((path) => `exports['${path}'] = () => require('./${path}');`).join('\n'),
      resolveDir: root,
    },
    outfile: 'calls.js',
    // The first line is what later.mjs knows it by.
    banner: { js: `//# ${names.join(' ')}\nmodule.exports.push(function (exports, require) {` },
    footer: { js: '});' },
    plugins: [
      {
        name: 'elsewhere',
        setup({ onResolve }) {
          onResolve({ filter: /^\.\.?\/.*js$/ }, ({ path: name, resolveDir }) => {
            const path = relative(root, join(resolveDir, name));
            return path.endsWith('.mjs') || elsewhere.includes(path) ? { path, external: true } : undefined;
          });
        },
      },
    ],
  });

/** @param {string[]} part */
const withoutThose = (part) => PARTS.flat().filter((path) => !part.includes(path));
const tries = await Promise.all(PARTS.map((part) => makePart(part, withoutThose(part))));
const reached = tries.flatMap(({ metafile }) => Object.keys(metafile.inputs).filter((path) => path.startsWith('lib/')));
const common = [...new Set(reached.filter((path, index) => reached.indexOf(path) !== index))];
const parts = await Promise.all([
  makePart(common, withoutThose([])),
  ...PARTS.map((part) => makePart(part, [...withoutThose(part), ...common])),
]);

const index = await build({ ...COMMON, entryPoints: ['lib/index.mjs'], outfile: 'index.js', external: ['./calls.js'] });
const calls = [`${BANNER}\nmodule.exports = [];\n`, ...parts.map(({ outputFiles }) => outputFiles[0].text)].join('');

// Programs may be loading the old ones.
const files = [...index.outputFiles, { path: join(root, 'calls.js'), text: calls }];
for (const { path, text } of files) writeFileSync(`${path}.new`, text);
for (const { path } of files) renameSync(`${path}.new`, path);
