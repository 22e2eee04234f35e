// The mutants of this project, as two tools make them: Stryker's instrumenter and cargo-mutants. Both are fetched when
// they are needed: nobody else here needs them.

import { execFileSync, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { scratch } from './suites.mjs';

/**
 * @typedef {object} Mutant
 * @property {string} file
 * @property {string} label where it is and what it puts there
 * @property {(text: string) => string} apply
 */

/** Lines and columns from 1. @typedef {{ line: number, column: number }} Place */

/**
 * @param {string} file
 * @param {Place} start
 * @param {Place} end
 * @param {string} replacement
 * @param {string} [what]
 * @returns {Mutant}
 */
function mutant(file, start, end, replacement, what = replacement) {
  const apply = (/** @type {string} */ text) => {
    const lines = text.split('\n');
    const at = (/** @type {Place} */ { line, column }) =>
      lines.slice(0, line - 1).reduce((sum, { length }) => sum + length + 1, 0) + column - 1;
    return text.slice(0, at(start)) + replacement + text.slice(at(end));
  };
  return { file, label: `${start.line}:${start.column}: ${what}`, apply };
}

/**
 * @param {string} root
 * @returns {Promise<Mutant[]>}
 */
export async function mutantsOfLib(root) {
  const folder = join(scratch, 'stryker');
  const options = ['install', '--silent', '--no-audit', '--no-fund', '--prefix', folder];
  execFileSync('npm', [...options, '@stryker-mutator/instrumenter@9'], { stdio: 'inherit' });
  const entry = join(folder, 'node_modules/@stryker-mutator/instrumenter/dist/src/index.js');
  const { Instrumenter } = await import(pathToFileURL(entry).href);
  const silent = new Proxy({}, { get: () => () => false });
  const names = readdirSync(join(root, 'lib'), { recursive: true, encoding: 'utf8' }).filter((name) =>
    /js$/.test(name),
  );
  const files = names.sort().map((name) => ({
    name: `lib/${name}`,
    mutate: true,
    content: readFileSync(join(root, 'lib', name), 'utf8'),
  }));
  const settings = { plugins: null, excludedMutations: [], ignorers: [] };
  const { mutants } = await new Instrumenter(silent).instrument(files, settings);
  return mutants.map((/** @type {any} */ { fileName, location: { start, end }, mutatorName, replacement }) => {
    const [first, last] = [start, end].map(({ line, column }) => ({ line: line + 1, column: column + 1 }));
    return mutant(fileName, first, last, replacement, `${mutatorName} to ${replacement.split('\n')[0]}`);
  });
}

/**
 * @param {string} root
 * @returns {Mutant[]}
 */
export function mutantsOfSrc(root) {
  if (spawnSync('cargo', ['mutants', '--version']).status !== 0) {
    execFileSync('cargo', ['install', '--locked', 'cargo-mutants'], { stdio: 'inherit' });
  }
  const text = execFileSync('cargo', ['mutants', '--list', '--json'], { cwd: root, maxBuffer: 1 << 28 });
  return JSON.parse(String(text)).map((/** @type {any} */ { file, span, replacement }) =>
    mutant(file, span.start, span.end, replacement),
  );
}
