'use strict';
// Bundlers: with forkless in the bundle, and external.

const assert = require('node:assert');
const fs = require('node:fs');
const path = require('node:path');
const { fallsBack, isNative, isRegistered, refuses, writePrograms } = require('../programs.js');
const { must } = require('../run.js');
const { PACKAGE, ROOT } = require('../workplace.js');

const node = process.execPath;

/**
 * @typedef {object} Job
 * @property {(...names: string[]) => string} tool
 * @property {string} folder where the bundler runs
 * @property {string} entry a file of it
 * @property {string} out the file to be made
 * @property {boolean} isExternal whether forkless stays outside
 *
 * @typedef {object} Bundler
 * @property {string} name
 * @property {string[]} [needs]
 * @property {string} entry
 * @property {string} out
 * @property {(job: Job) => string[]} command
 */

/** @param {string} folder @param {string} name @param {string} text */
function configure(folder, name, text) {
  const file = path.join(folder, name);
  fs.writeFileSync(file, text);
  return file;
}

/** @param {'cjs' | 'esm'} format @returns {(job: Job) => string[]} */
const esbuild =
  (format) =>
  ({ entry, out, isExternal }) => [
    path.join(ROOT, 'node_modules/.bin/esbuild'),
    ...[entry, '--bundle', '--platform=node', `--format=${format}`, `--outfile=${out}`, '--log-level=info'],
    ...(isExternal ? ['--external:forkless'] : []),
  ];

/** @type {(job: Job) => string[]} */
function webpack({ tool, folder, entry, out, isExternal }) {
  const config = {
    mode: 'production',
    target: 'node',
    context: folder,
    entry: `./${entry}`,
    output: { path: path.dirname(path.join(folder, out)), filename: path.basename(out) },
    externals: isExternal ? { forkless: 'commonjs forkless' } : {},
  };
  const file = configure(folder, `webpack-${isExternal}.cjs`, `module.exports = ${JSON.stringify(config)};`);
  return [node, tool('webpack-cli/bin/cli.js'), '--config', file];
}

/** @param {'cjs' | 'es'} format @returns {(job: Job) => string[]} */
const rollup =
  (format) =>
  ({ tool, folder, entry, out, isExternal }) => {
    const plugin = (/** @type {string} */ name) => JSON.stringify(tool('@rollup', name, 'dist/es/index.js'));
    const file = configure(
      folder,
      `rollup-${format}-${isExternal}.mjs`,
      `import commonjs from ${plugin('plugin-commonjs')};
      import { nodeResolve } from ${plugin('plugin-node-resolve')};
      export default {
        input: '${entry}',
        external: ${isExternal ? "['forkless']" : '[]'},
        plugins: [nodeResolve({ preferBuiltins: true }), commonjs()],
        output: { file: '${out}', format: '${format}' },
      };`,
    );
    return [node, tool('rollup/dist/bin/rollup'), '--config', file];
  };

/** @type {(job: Job) => string[]} */
function ncc({ tool, entry, out, isExternal }) {
  const external = isExternal ? ['--external', 'forkless'] : [];
  return [node, tool('@vercel/ncc/dist/ncc/cli.js'), 'build', entry, '--out', path.dirname(out), ...external];
}

/** @type {(job: Job) => string[]} */
function vite({ tool, folder, entry, out, isExternal }) {
  const config = {
    build: { ssr: entry, outDir: path.dirname(out), emptyOutDir: false },
    ssr: isExternal ? {} : { noExternal: true },
  };
  const file = configure(folder, `vite-${isExternal}.mjs`, `export default ${JSON.stringify(config)};`);
  return [node, tool('vite/bin/vite.js'), 'build', '--config', file];
}

const ROLLUP = ['rollup@4', '@rollup/plugin-commonjs@29', '@rollup/plugin-node-resolve@16'];
const [CJS, ESM, REGISTERING] = ['required.cjs', 'imported.mjs', 'registering.mjs'];

/** @type {Bundler[]} */
const BUNDLERS = [
  { name: 'esbuild', entry: CJS, out: 'out.cjs', command: esbuild('cjs') },
  { name: 'esbuild to an ES module', entry: ESM, out: 'out.mjs', command: esbuild('esm') },
  { name: 'esbuild, register', entry: REGISTERING, out: 'out.cjs', command: esbuild('cjs') },
  { name: 'esbuild to an ES module, register', entry: REGISTERING, out: 'out.mjs', command: esbuild('esm') },
  { name: 'webpack', needs: ['webpack@5', 'webpack-cli@6'], entry: CJS, out: 'out.cjs', command: webpack },
  { name: 'rollup', needs: ROLLUP, entry: ESM, out: 'out.cjs', command: rollup('cjs') },
  { name: 'rollup to an ES module', needs: ROLLUP, entry: ESM, out: 'out.mjs', command: rollup('es') },
  { name: 'ncc', needs: ['@vercel/ncc@0.38'], entry: CJS, out: 'index.cjs', command: ncc },
  { name: 'vite SSR', needs: ['vite@6'], entry: ESM, out: 'imported.mjs', command: vite },
];

/**
 * @param {Bundler} bundler
 * @param {import('../workplace.js').Workplace} workplace
 * @param {(...names: string[]) => string} tool
 * @param {boolean} isExternal
 */
async function bundle({ name, entry, out, command }, { installed }, tool, isExternal) {
  const root = await installed();
  const folder = path.join(root, `${name}${isExternal ? ', external' : ''}`.replace(/\W+/g, '-'));
  writePrograms(folder);
  const output = path.join('made', out);
  const [file, ...args] = command({ tool, folder, entry, out: output, isExternal });
  const { output: said } = await must(file, args, { cwd: folder, env: { NO_COLOR: '1' } });
  assert.doesNotMatch(said, /warning|\(!\)|critical/i);
  fs.copyFileSync(path.join(folder, 'child.cjs'), path.join(folder, 'made/child.cjs'));
  return path.join(folder, output);
}

// What esbuild makes has no require(); older Nodes have no other way to their own modules.
const works = 'getBuiltinModule' in process ? BUNDLERS : BUNDLERS.filter(({ name }) => !/^esbuild to an ES/.test(name));

/** @type {import('../../scripts/doors.mjs').Door[]} */
const doors = works.flatMap((bundler) => [
  {
    name: `${bundler.name}: in the bundle`,
    needs: bundler.needs,
    async run(workplace, tool) {
      const file = await bundle(bundler, workplace, tool, false);
      const isIn = bundler.entry === REGISTERING ? isRegistered : isNative;
      await isIn([node, file], path.dirname(file));
      // Where no package is: the reason says what to do.
      const elsewhere = workplace.at('elsewhere', bundler.name);
      writePrograms(elsewhere);
      const moved = path.join(elsewhere, bundler.out);
      fs.copyFileSync(file, moved);
      const reason = /^forkless is in a bundle, .* mark "forkless" as external/;
      const stderr = await fallsBack(reason, [node, moved], elsewhere);
      if (bundler.entry === REGISTERING) assert.match(stderr, /FORKLESS_NOT_NATIVE.*external/);
      else assert.strictEqual(stderr, '');
      await refuses(reason, [node, moved], elsewhere);
      const register = path.join(await workplace.installed(), 'node_modules/forkless/register.js');
      const registered = [node, '--require', register, moved];
      await isRegistered(registered, elsewhere);
      await isRegistered(registered, elsewhere, { FORKLESS_REQUIRE_NATIVE: '1' });
    },
  },
  ...(bundler.entry === REGISTERING
    ? []
    : [
        {
          name: `${bundler.name}: external`,
          needs: bundler.needs,
          /** @param {import('../workplace.js').Workplace} workplace @param {(...names: string[]) => string} tool */
          async run(workplace, tool) {
            const file = await bundle(bundler, workplace, tool, true);
            assert.doesNotMatch(fs.readFileSync(file, 'utf8'), /FORKLESS_REQUIRE_NATIVE/);
            await isNative([node, file], path.dirname(file));
          },
        },
      ]),
]);

/** @type {import('../../scripts/doors.mjs').Door} */
const otherVersion = {
  name: 'a bundle beside the addon of another version',
  async run(workplace, tool) {
    const [bundler] = BUNDLERS;
    const file = await bundle(bundler, workplace, tool, false);
    const folder = workplace.at('other-version');
    writePrograms(folder);
    fs.copyFileSync(file, path.join(folder, bundler.out));
    const there = path.join(folder, 'node_modules', PACKAGE);
    fs.cpSync(path.join(await workplace.installed(), 'node_modules', PACKAGE), there, { recursive: true });
    await isNative([node, bundler.out], folder);
    const manifest = path.join(there, 'package.json');
    fs.writeFileSync(manifest, fs.readFileSync(manifest, 'utf8').replace(/"version": ".*?"/, '"version": "99.0.0"'));
    await fallsBack(/did not load: it is 99\.0\.0, and the bundle has forkless /, [node, bundler.out], folder);
  },
};

module.exports = [...doors, otherVersion];
