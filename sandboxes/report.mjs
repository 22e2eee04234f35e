// The report of starts.js on one module, and how two of them compare.

import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from './run.mjs';

export const here = dirname(fileURLToPath(import.meta.url));

/** The two modules, by the paths that starts.js requires. */
export const BUILTIN = 'node:child_process';
export const FORKLESS = join(here, '..', 'index.js');

/** How many of a kind are printed. */
const SHOWN = 8;

/**
 * @typedef {object} Report
 * @property {Map<string, string>} results case → its result, as JSON
 * @property {string} end how the program ended; `0` is well
 * @property {string} output all else that it wrote
 * @property {number} time milliseconds
 *
 * @typedef {object} ReportOptions
 * @property {string[]} [through] a command that runs the one it gets as its last arguments
 * @property {string} [program] of this folder; starts.js
 * @property {string[]} [flags] of the program
 * @property {number} [limit] milliseconds
 * @property {NodeJS.ProcessEnv} [env]
 */

/**
 * @param {string} module
 * @param {ReportOptions} [options]
 * @returns {Promise<Report>}
 */
export async function reportOf(module, { through = [], program, flags = [], limit = 60_000, env } = {}) {
  const { stdout, stderr, end, time } = await run([...commandOf(through, module, program), ...flags], { limit, env });
  const lines = stdout.split('\n');
  const results = new Map(lines.filter(isResult).map((line) => resultOf(line)));
  return { results, end, output: [...lines.filter((line) => !isResult(line)), stderr].join('\n'), time };
}

/** The least that must work: one start of the built-in's. @param {string[]} through @returns {string[]} */
export const oneStart = (through) => [...commandOf(through, BUILTIN), '--only', 'pipes that nobody uses'];

/** @param {string[]} through @param {string} module @param {string} [program] */
const commandOf = (through, module, program = 'starts.js') => [
  ...through,
  process.execPath,
  join(here, program),
  module,
];

/** @param {string} line */
const isResult = (line) => line.startsWith('{"name":');

/** @param {string} line @returns {[string, string]} */
function resultOf(line) {
  const { name, result } = JSON.parse(line);
  return [name, JSON.stringify(result)];
}

/** Time for forkless where the built-in took so long: a hang must show soon, and a busy machine is none. */
const limitAfter = (/** @type {Report} */ { time }) => 10_000 + 4 * time;

/**
 * @typedef {object} Verdict
 * @property {number} passed
 * @property {number} failed
 * @property {string[]} details lines
 *
 * Compares case by case, and the end of the program as one more.
 * @param {Report} expected
 * @param {Report} actual
 * @param {[string, string]} [names] whose they are
 * @returns {Verdict}
 */
export function compare(expected, actual, names = ['built-in', 'forkless']) {
  const cases = [...expected.results.keys()];
  const missing = cases.filter((name) => !actual.results.has(name));
  const differing = cases.filter(
    (name) => actual.results.has(name) && actual.results.get(name) !== expected.results.get(name),
  );
  const details = differing
    .slice(0, SHOWN)
    .flatMap((name) => [`  ${name}`, ...beside(names, [expected.results.get(name), actual.results.get(name)])]);
  if (differing.length > SHOWN) details.push(`  differing too: ${list(differing.slice(SHOWN))}`);
  if (missing.length > 0) details.push(`  ${names[1]} reports nothing of: ${list(missing)}`);
  const endsWell = expected.end === actual.end;
  if (!endsWell) {
    details.push("  the program's end", ...beside(names, [expected.end, actual.end]), ...firstLines(actual.output));
  }
  const failed = differing.length + missing.length + (endsWell ? 0 : 1);
  return { passed: cases.length + 1 - failed, failed, details };
}

/** @param {string[]} names @param {(string | undefined)[]} results */
export const beside = (names, results) => names.map((name, index) => `    ${name} | ${cut(results[index], 400)}`);

/** @param {string[]} names */
export const list = (names) =>
  names.slice(0, SHOWN).join('; ') + (names.length > SHOWN ? ` and ${names.length - SHOWN} more` : '');

/** @param {string} [text] @param {number} [length] */
const cut = (text = '', length = 200) => (text.length > length ? `${text.slice(0, length)}…` : text);

/** @param {string} output */
const firstLines = (output) =>
  output
    .split('\n')
    .filter((line) => line.trim() !== '')
    .slice(0, SHOWN)
    .map((line) => `    ${cut(line)}`);

/** @param {Verdict[]} verdicts @returns {Verdict} */
export const sum = (verdicts) => ({
  passed: verdicts.reduce((total, { passed }) => total + passed, 0),
  failed: verdicts.reduce((total, { failed }) => total + failed, 0),
  details: verdicts.flatMap(({ details }) => details),
});

/**
 * Both modules within a sandbox, where the built-in must do all that it does outside, in the sandbox's own way: else
 * forkless is not asked, as nothing would be proved.
 * @param {Report} control the built-in's, outside
 * @param {ReportOptions & { only?: string[], afterEach?: () => void }} [options] `only`: of the cases, these
 * @returns {Promise<{ verdict: Verdict, builtin: Report, forkless?: Report }>}
 */
export async function bothThrough(control, { only, afterEach, ...options } = {}) {
  const wanted = only ? select(control, only) : control;
  const flags = [...(options.flags ?? []), ...onlyThese(only ?? [])];
  const builtin = await reportOf(BUILTIN, { ...options, flags });
  afterEach?.();
  if (!isWhole(builtin, wanted)) return { verdict: compare(wanted, builtin, ['outside', 'built-in']), builtin };
  const forkless = await reportOf(FORKLESS, { ...options, flags, limit: limitAfter(builtin) });
  afterEach?.();
  return { verdict: compare(builtin, forkless), builtin, forkless };
}

/** The flags of starts.js for some of its cases. @param {string[]} names */
export const onlyThese = (names) => names.flatMap((name) => ['--only', name]);

/** A report of some cases. @param {Report} report @param {string[]} names @returns {Report} */
export const select = (report, names) => ({
  ...report,
  results: new Map([...report.results].filter(([name]) => names.includes(name))),
});

/** @param {Report} report @param {Report} wanted */
const isWhole = ({ results, end }, wanted) =>
  end === '0' && results.size === wanted.results.size && ![...results.values()].some(isBroken);

/** What starts.js reports of a case that did not come to its end. @param {string} result */
const isBroken = (result) => result === '"hung"' || result.startsWith('"unexpected');
