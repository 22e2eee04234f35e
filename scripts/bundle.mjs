// npm run bundle: makes dist/ of lib/. In load.js is what a program pays for with require(), in the others what it pays
// for with its first child, blocking call or channel.

import * as childProcess from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

/** The files, by the modules that they are entered by. What several need is in starts.js. */
const FILES = {
  load: ['lib/load.js'],
  starts: ['lib/api/spawn.js', 'lib/process/life.js'],
  collecting: ['lib/api/exec.js'],
  blocking: ['lib/api/supports.js', 'lib/api/sync.js'],
  channels: ['lib/api/fork.js', 'lib/ipc/attach.js'],
  additions: [
    'lib/fallback/child.js',
    'lib/fallback/table.js',
    'lib/options/added-errors.js',
    'lib/process/additions.js',
    'lib/process/cause.js',
    'lib/process/exited.js',
    'lib/process/force.js',
    'lib/process/tree.js',
    'lib/unavailable.js',
  ],
};

/** What it exports. */
const NAMES = Object.keys(childProcess).filter((name) => name !== 'default' && name !== 'module.exports');

const OPTIONS = /** @satisfies {import('esbuild').BuildOptions} */ ({
  absWorkingDir: root,
  bundle: true,
  write: false,
  metafile: true,
  platform: 'node',
  format: 'cjs',
  target: 'node18.17',
  define: { PACKAGE_VERSION: JSON.stringify(version) },
  logLevel: 'error',
});

/** What each module of lib/ requires. */
const { inputs } = (await build({ ...OPTIONS, entryPoints: Object.values(FILES).flat(), outdir: 'dist' })).metafile;
const modules = Object.keys(inputs);
/** @param {string} module */
const requiredBy = (module) => inputs[module].imports.filter(({ external }) => !external).map(({ path }) => path);

/**
 * What is loaded with some modules, without what is entered by another file's.
 * @param {string[]} entries
 */
function reach(entries) {
  const others = Object.values(FILES)
    .flat()
    .filter((module) => !entries.includes(module));
  const reached = new Set(entries);
  for (const module of reached) {
    for (const path of requiredBy(module)) if (!others.includes(path)) reached.add(path);
  }
  return reached;
}

const reached = Object.entries(FILES).map(([file, entries]) => ({ file, modules: reach(entries) }));

/** In which file a module is. @param {string} module */
function fileOf(module) {
  const files = reached.filter(({ modules }) => modules.has(module)).map(({ file }) => file);
  if (files.includes('load')) return 'load';
  return files.length === 1 ? files[0] : 'starts';
}

const BANNER = '// Made of lib/ by scripts/bundle.mjs.';

/** What is around load.js. It alone requires the others, for bundlers warn of files that require each other. */
const LOAD = {
  banner: {
    js: [
      BANNER,
      // What `module` is in there is esbuild's.
      'var nodeModule = module;',
      'var modulesOf = {};',
      'var files = {',
      ...Object.keys(FILES)
        .slice(1)
        .map((name) => `  ${name}: () => require('./${name}.js'),`),
      '};',
      'var modulesIn = (file) => (modulesOf[file] ??= files[file]()(modulesIn));',
    ].join('\n'),
  },
  // Never run: Node finds by it what names there are for `import { spawn } from 'forkless'`.
  footer: { js: `0 && (module.exports = { ${NAMES.join(', ')}, native, reason, supports });` },
};

/** What is around another: a function that makes its modules. In parentheses, for V8 to compile it at once. */
const OTHER = {
  banner: { js: `${BANNER}\nmodule.exports = (function (modulesIn) {\nvar modulesOf;` },
  footer: { js: 'return modulesOf;\n});' },
};

/** @param {string} file */
async function makeFile(file) {
  const own = modules.filter((module) => fileOf(module) === file);
  const wanted = own.filter(
    (module) =>
      module === FILES.load[0] || modules.some((other) => fileOf(other) !== file && requiredBy(other).includes(module)),
  );
  const getters = wanted.map((module) => `get '${module}'() { return require('./${module}'); },`);
  const isLoad = file === 'load';
  const contents = `modulesOf${isLoad ? '.load' : ''} = { ${getters.join('\n')} };
    ${isLoad ? `module.exports = require('./${FILES.load[0]}');` : ''}`;
  const { outputFiles } = await build({
    ...OPTIONS,
    stdin: { contents, resolveDir: root },
    outfile: `dist/${file}.js`,
    ...(isLoad ? LOAD : OTHER),
    plugins: [
      {
        name: 'other files',
        setup({ onLoad, onResolve }) {
          onResolve({ filter: /^\./ }, ({ path: name, resolveDir }) => {
            const path = relative(root, join(resolveDir, name));
            return fileOf(path) === file ? undefined : { path, namespace: 'other' };
          });
          onLoad({ filter: /./, namespace: 'other' }, ({ path }) => ({
            contents: `module.exports = modulesIn('${fileOf(path)}')['${path}'];`,
          }));
        },
      },
    ],
  });
  return { path: join(root, 'dist', `${file}.js`), text: withoutRequire(outputFiles[0].text) };
}

/** In somebody else's bundle that is an ES module there may be no require(). @param {string} text */
function withoutRequire(text) {
  return text.replaceAll(/\brequire\(\s*("node:\w+")\s*\)/g, '(process.getBuiltinModule?.($1) ?? require($1))');
}

mkdirSync(join(root, 'dist'), { recursive: true });
const files = await Promise.all(Object.keys(FILES).map(makeFile));
// Programs may be loading the old ones.
for (const { path, text } of files) writeFileSync(`${path}.new`, text);
for (const { path } of files) renameSync(`${path}.new`, path);
for (const name of readdirSync(join(root, 'dist'))) {
  const path = join(root, 'dist', name);
  if (files.every((file) => file.path !== path)) rmSync(path);
}
